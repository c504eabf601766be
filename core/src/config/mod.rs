//! Settings: `config.default.toml` (compiled in), then a file, then the environment, then a check of everything.

use crate::secret::SecretString;
use crate::telemetry::LogFormat;
use config::{File, FileFormat};
use serde::Deserialize;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

mod check;
mod network;

pub use network::Network;

/// Every setting with its default, as shipped.
pub const DEFAULTS: &str = include_str!("../../../config.default.toml");

/// Names people know, and the settings they stand for.
const WELL_KNOWN: [(&str, &str); 9] = [
    ("DATABASE_URL", "database.url"),
    ("REDIS_URL", "redis.url"),
    ("BELLBIRD_HTTP_ADDR", "http.addr"),
    ("BELLBIRD_PUBLIC_URL", "http.public_url"),
    ("BELLBIRD_GRAPH_URL", "meta.graph_url"),
    ("BELLBIRD_SECRET_KEY", "secrets.key"),
    ("BELLBIRD_SECRET_KEY_PREVIOUS", "secrets.previous"),
    ("BELLBIRD_FILES_URL", "files.url"),
    ("BELLBIRD_SMTP_URL", "email.smtp_url"),
];

/// A start that must not happen: which setting, what is wrong with it, and the fix.
#[derive(Debug, thiserror::Error)]
#[error("setting {key}: {problem}")]
pub struct BadSetting {
    /// `section.key`, with the environment's name where one is better known.
    pub key: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

/// All settings; `config.default.toml` describes each.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config.default.toml has a sentence for each, and is what people read")]
pub struct Config {
    pub database: DatabaseConfig,
    pub redis: RedisConfig,
    pub http: HttpConfig,
    pub throttle: ThrottleConfig,
    pub meta: MetaConfig,
    pub secrets: SecretsConfig,
    pub auth: AuthConfig,
    pub email: EmailConfig,
    pub plans: PlansConfig,
    pub queue: QueueSettings,
    pub worker: WorkerConfig,
    pub sending: SendingConfig,
    pub policy: PolicyConfig,
    pub webhooks: WebhooksConfig,
    pub templates: TemplatesConfig,
    pub files: FilesConfig,
    pub imports: ImportsConfig,
    pub outside: OutsideConfig,
    pub subscriptions: SubscriptionsConfig,
    pub log: LogConfig,
}

/// Declares a section of the settings.
macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($key:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(missing_docs, reason = "config.default.toml has a sentence for each, and is what people read")]
        pub struct $name { $(pub $key: $type,)* }
    };
}

section! {
    /// `[database]`
    DatabaseConfig { url: String, max_connections: u32, }
}
section! {
    /// `[redis]`
    RedisConfig { url: String, prefix: String, }
}
section! {
    /// `[http]`
    HttpConfig {
        addr: SocketAddr,
        public_url: String,
        cors_origins: String,
        trusted_proxies: String,
        proxy_header: ProxyHeader,
        max_connections: usize,
        idle_timeout_ms: u64,
        request_timeout_ms: u64,
        upload_timeout_ms: u64,
    }
}
section! {
    /// `[throttle]`
    ThrottleConfig { caller_per_second: u32, organization_per_second: u32, failures_per_minute: u32, }
}
section! {
    /// `[meta]`
    MetaConfig {
        graph_url: String,
        graph_version: String,
        connect_timeout_ms: u64,
        timeout_ms: u64,
        app_secret: SecretString,
        verify_token: SecretString,
    }
}
section! {
    /// `[secrets]`
    SecretsConfig { key: SecretString, previous: SecretString, }
}
section! {
    /// `[auth]`
    AuthConfig {
        registration: Registration,
        verify_email: bool,
        access_minutes: u64,
        refresh_days: u64,
        session_days: u64,
        console_url: String,
    }
}
section! {
    /// `[email]`
    EmailConfig { smtp_url: SecretString, from: String, }
}
section! {
    /// `[plans]`
    PlansConfig { default: String, trial_days: u32, }
}
section! {
    /// `[queue]`
    QueueSettings { lease_ms: u64, max_deliveries: u64, poll_ms: u64, dead_rest_ms: u64, keep_dead_days: u64, }
}
section! {
    /// `[worker]`
    WorkerConfig {
        bulk_concurrency: usize,
        interactive_concurrency: usize,
        inbound_concurrency: usize,
        maintenance_concurrency: usize,
        feed_ahead_ms: u64,
        feed_every_ms: u64,
        reap_every_ms: u64,
        finish_every_ms: u64,
        http_addr: String,
    }
}
section! {
    /// `[policy]`
    PolicyConfig {
        marketing_from: String,
        marketing_until: String,
        weekends: bool,
        marketing_messages: u32,
        marketing_days: u32,
    }
}
section! {
    /// `[sending]`
    SendingConfig {
        claim_expires_ms: u64,
        unknown_quiet_ms: u64,
        breaker_after: u32,
        breaker_rest_ms: u64,
        throttle_wait_ms: u64,
        unreachable_wait_ms: u64,
        marketing_limit_wait_hours: u64,
        max_mps: u32,
        pair_burst: u32,
        pair_every_ms: u64,
    }
}
section! {
    /// `[webhooks]`
    WebhooksConfig { max_body_bytes: usize, group_ms: u64, keep_days: u64, }
}
section! {
    /// `[templates]`
    TemplatesConfig { sync_every_minutes: u64, }
}
section! {
    /// `[files]`
    FilesConfig { url: String, }
}
section! {
    /// `[imports]`
    ImportsConfig { max_bytes: u64, max_rows: u64, keep_days: u64, }
}
section! {
    /// `[outside]`
    OutsideConfig { allow_http: bool, allow_private: bool, }
}
section! {
    /// `[subscriptions]`
    SubscriptionsConfig { keep_days: u64, disable_after_days: u64, }
}
section! {
    /// `[log]`
    LogConfig { format: LogFormat, level: String, }
}

impl HttpConfig {
    /// How the outside world reaches the API, without a slash at the end.
    pub fn public_url(&self) -> String {
        match self.public_url.trim_end_matches('/') {
            "" => format!("http://{}", self.addr),
            url => url.to_string(),
        }
    }

    /// Whose pages may ask from a browser.
    pub fn cors_origins(&self) -> Vec<String> {
        network::words(&self.cors_origins).map(str::to_string).collect()
    }

    /// The proxies whose word on the client's address counts.
    ///
    /// # Errors
    /// What is wrong with the setting.
    pub fn trusted_proxies(&self) -> Result<Vec<Network>, String> {
        network::words(&self.trusted_proxies).map(str::parse).collect()
    }
}

/// Where a proxy writes whom it speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// The usual one.
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

impl ProxyHeader {
    /// As it stands in a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }
}

/// Whether strangers may make organizations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// They may.
    Open,
    /// Only operators may.
    Closed,
}

impl AuthConfig {
    /// Whether strangers may make organizations.
    pub fn registration_is_open(&self) -> bool {
        self.registration == Registration::Open
    }
}

impl WorkerConfig {
    /// Where a worker answers for its health; `None`: nowhere.
    ///
    /// # Errors
    /// What is wrong with the setting.
    pub fn http_addr(&self) -> Result<Option<SocketAddr>, String> {
        match self.http_addr.as_str() {
            "" => Ok(None),
            addr => addr
                .parse()
                .map(Some)
                .map_err(|_| "must be an address and a port, like 127.0.0.1:9090, or empty".to_string()),
        }
    }

    /// Handlers give up after this; under half a lease, so that two runs of a task never overlap.
    pub fn handler_timeout(queue: &QueueSettings) -> Duration {
        Duration::from_millis(queue.lease_ms * 9 / 20)
    }
}

impl Config {
    /// Where people open the console, without a slash at the end; links in emails begin with it.
    pub fn console_url(&self) -> String {
        match self.auth.console_url.trim_end_matches('/') {
            "" => self.http.public_url(),
            url => url.to_string(),
        }
    }

    /// Where files are kept: the setting, or a folder beside the embedded database.
    pub fn files_url(&self) -> String {
        if !self.files.url.is_empty() {
            return self.files.url.clone();
        }
        let database = self.database.url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"));
        let beside = database.and_then(|path| Path::new(path).parent()).unwrap_or(Path::new("data"));
        format!("file:{}", beside.join("files").display())
    }

    /// Loads and checks the settings of this process.
    pub fn load(file: Option<&Path>) -> Result<Self, BadSetting> {
        Self::from_parts(file, &std::env::vars().collect())
    }

    /// Like [`Config::load`], from a given environment.
    pub fn from_parts(file: Option<&Path>, env: &HashMap<String, String>) -> Result<Self, BadSetting> {
        let mut builder = config::Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(path) = file {
            builder = builder.add_source(File::from(path).format(FileFormat::Toml));
        }
        let mut given: Vec<(String, String, &String)> = Vec::new();
        for (name, value) in env {
            if let Some(key) = name.strip_prefix("BELLBIRD__") {
                given.push((key.to_lowercase().replace("__", "."), name.clone(), value));
            } else if let Some((_, key)) = WELL_KNOWN.iter().find(|(known, _)| known == name) {
                given.push(((*key).to_string(), name.clone(), value));
            }
        }
        given.sort(); // the same answer whatever the environment's order
        for (key, name, value) in given {
            let failed = |e: config::ConfigError| BadSetting { key: name.clone(), problem: e.to_string() };
            builder = builder.set_override(key, value.as_str()).map_err(failed)?;
        }
        let config: Self = builder.build().and_then(config::Config::try_deserialize).map_err(|e| {
            BadSetting { key: key_of(&e), problem: format!("{e}; config.default.toml lists every setting") }
        })?;
        check::check(&config)?;
        Ok(config)
    }
}

/// Which setting an error is about, as far as it says.
fn key_of(error: &config::ConfigError) -> String {
    use config::ConfigError::{At, Type};
    match error {
        Type { key: Some(key), .. } | At { key: Some(key), .. } => key.clone(),
        _ => "file".into(),
    }
}
