//! Combinations that parse but would hurt are refused at the start, with the fix.

use super::{BadSetting, Config, PolicyConfig, WorkerConfig};
use crate::policy::hours::Hours;
use crate::secret::{EnvironmentKeys, ExposeSecret};

/// A limiter counts in microseconds; beyond this it would be wrong by more than it is worth.
const MOST_MPS: u32 = 100_000;

pub(super) fn check(config: &Config) -> Result<(), BadSetting> {
    let bad = |key: &str, problem: String| Err(BadSetting { key: key.into(), problem });
    let (db, redis) = (&config.database.url, &config.redis.url);
    let postgres = db.starts_with("postgres://") || db.starts_with("postgresql://");
    if !postgres && !db.starts_with("sqlite:") {
        return bad("database.url (DATABASE_URL)", "must begin with postgres:// or sqlite:".into());
    }
    if postgres && redis.is_empty() {
        return bad(
            "redis.url (REDIS_URL)",
            "Postgres needs a Redis beside it; set it to redis://host:6379".into(),
        );
    }
    if !postgres && !redis.is_empty() {
        return bad(
            "redis.url (REDIS_URL)",
            "SQLite uses the queue inside its file; leave it empty, or set DATABASE_URL to Postgres".into(),
        );
    }
    if !redis.is_empty() && !["redis://", "rediss://"].iter().any(|scheme| redis.starts_with(scheme)) {
        return bad("redis.url (REDIS_URL)", "must begin with redis:// or rediss://".into());
    }
    for (key, url) in [
        ("meta.graph_url (BELLBIRD_GRAPH_URL)", &config.meta.graph_url),
        ("http.public_url", &config.http.public_url),
        ("auth.console_url", &config.auth.console_url),
    ] {
        if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
            return bad(key, "must begin with https:// (or http:// for a sandbox)".into());
        }
    }
    if let Err(problem) = config.http.trusted_proxies() {
        return bad("http.trusted_proxies", problem);
    }
    for origin in config.http.cors_origins() {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        if origin != "*" && host.is_none_or(|host| host.is_empty() || host.contains('/')) {
            let problem =
                format!("`{origin}` must be * or an origin like https://app.example.com, without a path");
            return bad("http.cors_origins", problem);
        }
    }
    let files = &config.files.url;
    if !files.is_empty() && !files.starts_with("file:") && !files.starts_with("s3://") {
        return bad("files.url (BELLBIRD_FILES_URL)", "must begin with file: or s3://, or be empty".into());
    }
    let keys = match EnvironmentKeys::new(&config.secrets.key) {
        Ok(keys) => keys,
        Err(problem) => {
            let missing = config.secrets.key.expose_secret().is_empty();
            let problem = if missing { format!("is missing: {problem}") } else { problem };
            return bad("secrets.key (BELLBIRD_SECRET_KEY)", problem);
        }
    };
    if let Err(problem) = keys.accepting(&config.secrets.previous) {
        let problem = format!("each, with commas between them, {problem}");
        return bad("secrets.previous (BELLBIRD_SECRET_KEY_PREVIOUS)", problem);
    }
    people(config)?;
    let handler = u64::try_from(WorkerConfig::handler_timeout(&config.queue).as_millis()).unwrap_or(u64::MAX);
    if config.meta.timeout_ms + config.meta.connect_timeout_ms >= handler {
        return bad(
            "meta.timeout_ms",
            format!(
                "with connect_timeout_ms it must stay under 45% of queue.lease_ms ({handler} ms), or two workers could \
                 send the same message; shorten it or lengthen the lease"
            ),
        );
    }
    if config.sending.claim_expires_ms < config.queue.lease_ms {
        return bad("sending.claim_expires_ms", "must be at least queue.lease_ms".into());
    }
    if (1..24).contains(&config.sending.marketing_limit_wait_hours) {
        return bad(
            "sending.marketing_limit_wait_hours",
            "must be 0 (no retry) or at least 24: Meta blocks earlier retries".into(),
        );
    }
    policy(&config.policy)?;
    let sending = &config.sending;
    if !(1..=MOST_MPS).contains(&sending.max_mps) {
        return bad("sending.max_mps", format!("must be 1 to {MOST_MPS}; Meta's ceiling is 1,000"));
    }
    if (1..6_000).contains(&sending.pair_every_ms) || sending.pair_every_ms > 3_600_000 {
        let problem =
            "must be 0 (off) or 6000 to 3600000: Meta takes one message in six seconds to one person";
        return bad("sending.pair_every_ms", problem.into());
    }
    if !(1..=45).contains(&sending.pair_burst) {
        return bad("sending.pair_burst", "must be 1 to 45: Meta lends one person no more at once".into());
    }
    for (key, n) in [
        ("worker.bulk_concurrency", config.worker.bulk_concurrency),
        ("worker.interactive_concurrency", config.worker.interactive_concurrency),
        ("worker.inbound_concurrency", config.worker.inbound_concurrency),
        ("worker.maintenance_concurrency", config.worker.maintenance_concurrency),
        ("database.max_connections", config.database.max_connections as usize),
        ("http.max_connections", config.http.max_connections),
        ("http.idle_timeout_ms", usize::try_from(config.http.idle_timeout_ms).unwrap_or(usize::MAX)),
        ("http.request_timeout_ms", usize::try_from(config.http.request_timeout_ms).unwrap_or(usize::MAX)),
        ("http.upload_timeout_ms", usize::try_from(config.http.upload_timeout_ms).unwrap_or(usize::MAX)),
    ] {
        if n == 0 {
            return bad(key, "must be at least 1".into());
        }
    }
    for (key, days, least) in [
        ("subscriptions.keep_days", config.subscriptions.keep_days, 5),
        ("subscriptions.disable_after_days", config.subscriptions.disable_after_days, 1),
    ] {
        if days < least {
            return bad(
                key,
                format!("must be at least {least}: a delivery is tried for more than three days"),
            );
        }
    }
    if let Err(problem) = config.worker.http_addr() {
        return bad("worker.http_addr", problem);
    }
    Ok(())
}

/// What signing in stands on.
/// What organizations begin with.
fn policy(policy: &PolicyConfig) -> Result<(), BadSetting> {
    let bad = |key: &str, problem: String| Err(BadSetting { key: key.into(), problem });
    let hours = Hours::parse(&policy.marketing_from, &policy.marketing_until, policy.weekends);
    let any_time = policy.marketing_from.is_empty() && policy.marketing_until.is_empty();
    if let (false, Err(why)) = (any_time, hours) {
        return bad("policy.marketing_from", format!("and marketing_until: {why}"));
    }
    if policy.marketing_messages > 0 && policy.marketing_days == 0 {
        return bad("policy.marketing_days", "must be at least 1".into());
    }
    Ok(())
}

fn people(config: &Config) -> Result<(), BadSetting> {
    let bad = |key: &str, problem: &str| Err(BadSetting { key: key.into(), problem: problem.into() });
    let (auth, smtp) = (&config.auth, config.email.smtp_url.expose_secret());
    if !(1..=60).contains(&auth.access_minutes) {
        return bad("auth.access_minutes", "must be 1 to 60: a copied access token is good for as long");
    }
    if auth.refresh_days == 0 || auth.session_days < auth.refresh_days {
        return bad("auth.session_days", "must be at least auth.refresh_days, and that at least 1");
    }
    if !smtp.is_empty() && !["smtp://", "smtps://"].iter().any(|scheme| smtp.starts_with(scheme)) {
        return bad("email.smtp_url (BELLBIRD_SMTP_URL)", "must begin with smtp:// or smtps://, or be empty");
    }
    if smtp.starts_with("smtp://") && smtp.contains('@') && !smtp.contains("tls=required") {
        let problem = "would send its password unencrypted; use smtps://, or add ?tls=required";
        return bad("email.smtp_url (BELLBIRD_SMTP_URL)", problem);
    }
    if !smtp.is_empty() && config.email.from.is_empty() {
        return bad("email.from", "is missing: who emails come from, like Bellbird <no-reply@example.com>");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Cipher;
    use std::collections::HashMap;

    fn load(env: &[(&str, &str)]) -> Result<Config, BadSetting> {
        let key = Cipher::generate_key();
        let mut all = HashMap::from([("BELLBIRD_SECRET_KEY".to_string(), key.expose_secret().to_string())]);
        all.extend(env.iter().map(|(k, v)| (k.to_string(), v.to_string())));
        Config::from_parts(None, &all)
    }

    #[test]
    fn the_defaults_and_the_environment_make_a_config() {
        let config =
            load(&[("BELLBIRD__WORKER__BULK_CONCURRENCY", "7"), ("BELLBIRD_HTTP_ADDR", "127.0.0.1:0")])
                .unwrap();
        assert_eq!(config.worker.bulk_concurrency, 7);
        assert_eq!(config.http.addr.port(), 0);
    }

    #[test]
    fn a_bad_setting_names_its_key_and_the_fix() {
        for (env, key, fix) in [
            (("DATABASE_URL", "mysql://x"), "DATABASE_URL", "postgres://"),
            (("DATABASE_URL", "postgres://x"), "REDIS_URL", "redis://"),
            (("BELLBIRD_FILES_URL", "ftp://x"), "BELLBIRD_FILES_URL", "s3://"),
            (("REDIS_URL", "redis://x"), "REDIS_URL", "Postgres"),
            (("BELLBIRD__AUTH__ACCESS_MINUTES", "600"), "auth.access_minutes", "60"),
            (("BELLBIRD__AUTH__SESSION_DAYS", "1"), "auth.session_days", "refresh_days"),
            (("BELLBIRD__AUTH__REGISTRATION", "ajar"), "", "ajar"),
            (("BELLBIRD_SMTP_URL", "mail.example.com"), "email.smtp_url", "smtps://"),
            (("BELLBIRD_SMTP_URL", "smtp://u:p@example.com"), "email.smtp_url", "tls=required"),
            (("BELLBIRD_SMTP_URL", "smtps://u:p@example.com"), "email.from", "no-reply@"),
            (("BELLBIRD_SECRET_KEY", "x"), "BELLBIRD_SECRET_KEY", "openssl rand"),
            (("BELLBIRD_SECRET_KEY_PREVIOUS", "x"), "BELLBIRD_SECRET_KEY_PREVIOUS", "openssl rand"),
            (("BELLBIRD__META__TIMEOUT_MS", "60000"), "meta.timeout_ms", "lease"),
            (("BELLBIRD__WORKER__BULK_CONCURRENCY", "many"), "", "bulk_concurrency"),
            (("BELLBIRD__WORKER__TYPO", "1"), "", "typo"),
            (("BELLBIRD_HTTP_ADDR", "nowhere"), "", "http.addr"),
            (("BELLBIRD__HTTP__TRUSTED_PROXIES", "10.0.0.0/8, ten"), "http.trusted_proxies", "10.0.0.0/8"),
            (("BELLBIRD__HTTP__CORS_ORIGINS", "app.example.com"), "http.cors_origins", "https://"),
            (("BELLBIRD__HTTP__CORS_ORIGINS", "https://app.example.com/"), "http.cors_origins", "path"),
            (("BELLBIRD__HTTP__PROXY_HEADER", "x-real-ip"), "", "x-real-ip"),
            (("BELLBIRD__HTTP__IDLE_TIMEOUT_MS", "0"), "http.idle_timeout_ms", "at least 1"),
            (("BELLBIRD__SENDING__MAX_MPS", "0"), "sending.max_mps", "1,000"),
            (("BELLBIRD__SENDING__PAIR_EVERY_MS", "5999"), "sending.pair_every_ms", "six seconds"),
            (("BELLBIRD__SENDING__PAIR_BURST", "46"), "sending.pair_burst", "45"),
            (("BELLBIRD__WORKER__HTTP_ADDR", "nowhere"), "worker.http_addr", "9090"),
            (("BELLBIRD__SUBSCRIPTIONS__KEEP_DAYS", "4"), "subscriptions.keep_days", "at least 5"),
        ] {
            let error = load(&[env]).unwrap_err().to_string();
            assert!(error.contains(key) && error.contains(fix), "{env:?}: {error}");
        }
    }
}
