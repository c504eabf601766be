//! Combinations that parse but would hurt are refused at the start, with the fix.

use super::{BadSetting, Config, WorkerConfig};
use crate::secret::{Cipher, ExposeSecret};

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
    ] {
        if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
            return bad(key, "must begin with https:// (or http:// for a sandbox)".into());
        }
    }
    let files = &config.files.url;
    if !files.is_empty() && !files.starts_with("file:") && !files.starts_with("s3://") {
        return bad("files.url (BELLBIRD_FILES_URL)", "must begin with file: or s3://, or be empty".into());
    }
    if let Err(problem) = Cipher::new(&config.secrets.key) {
        let problem = if config.secrets.key.expose_secret().is_empty() {
            format!("is missing: {problem}")
        } else {
            problem
        };
        return bad("secrets.key (BELLBIRD_SECRET_KEY)", problem);
    }
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
    for (key, n) in [
        ("worker.bulk_concurrency", config.worker.bulk_concurrency),
        ("worker.interactive_concurrency", config.worker.interactive_concurrency),
        ("worker.inbound_concurrency", config.worker.inbound_concurrency),
        ("worker.maintenance_concurrency", config.worker.maintenance_concurrency),
        ("database.max_connections", config.database.max_connections as usize),
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

#[cfg(test)]
mod tests {
    use super::*;
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
            (("BELLBIRD_SECRET_KEY", "x"), "BELLBIRD_SECRET_KEY", "openssl rand"),
            (("BELLBIRD__META__TIMEOUT_MS", "60000"), "meta.timeout_ms", "lease"),
            (("BELLBIRD__WORKER__BULK_CONCURRENCY", "many"), "", "bulk_concurrency"),
            (("BELLBIRD__WORKER__TYPO", "1"), "", "typo"),
            (("BELLBIRD_HTTP_ADDR", "nowhere"), "", "http.addr"),
            (("BELLBIRD__WORKER__HTTP_ADDR", "nowhere"), "worker.http_addr", "9090"),
            (("BELLBIRD__SUBSCRIPTIONS__KEEP_DAYS", "4"), "subscriptions.keep_days", "at least 5"),
        ] {
            let error = load(&[env]).unwrap_err().to_string();
            assert!(error.contains(key) && error.contains(fix), "{env:?}: {error}");
        }
    }
}
