//! Builds the services of a process from its settings.

use crate::clock::Clock;
use crate::config::Config;
use crate::context::Services;
use crate::db::{ConnectError, Db};
use crate::doctor::{self, Patient};
use crate::emails::port::Mailer;
use crate::files::Files;
use crate::identity::token_keys::TokenKeys;
use crate::messages::counters::Shards;
use crate::outside::{Allowed, Outside};
use crate::providers::meta::{MetaClient, MetaOptions};
use crate::providers::smtp::SmtpMailer;
use crate::providers::{Timeouts, http_client};
use crate::queue::{QueueConfig, QueueError, Queues};
use crate::ratelimit::Limiter;
use crate::secret::{Cipher, EnvironmentKeys};
use std::sync::Arc;
use std::time::Duration;

/// Why a process cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No database.
    #[error(transparent)]
    Database(#[from] ConnectError),
    /// No queue.
    #[error("cannot connect to the queue: {0}")]
    Queue(#[from] QueueError),
    /// Something in the settings, found late.
    #[error("{0}")]
    Setting(String),
}

/// How long an address that somebody typed in may take to answer.
const OUTSIDE_PATIENCE: Duration = Duration::from_secs(15);

fn provider(config: &Config, timeouts: Timeouts) -> Result<MetaClient, StartError> {
    let options = MetaOptions {
        graph_url: config.meta.graph_url.clone(),
        version: config.meta.graph_version.clone(),
        timeouts,
    };
    MetaClient::new(&options).map_err(|error| StartError::Setting(error.to_string()))
}

impl Patient {
    /// Prepares an examination; connects to nothing yet.
    ///
    /// # Errors
    /// A setting that turns out to be wrong.
    pub fn new(config: Config, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let timeouts =
            Timeouts { connect: doctor::PATIENCE / 2, request: doctor::PATIENCE, ..Timeouts::default() };
        let http = http_client(timeouts).map_err(|error| StartError::Setting(error.to_string()))?;
        let inspector = Arc::new(provider(&config, timeouts)?);
        Ok(Self { config, clock, inspector, http, file: None, migrations: Vec::new(), has_key: true })
    }
}

impl Services {
    /// Connects to everything a process needs.
    ///
    /// # Errors
    /// When the database or the queue does not answer, or a setting turns out to be wrong.
    pub async fn start(config: Config, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let wrapper = Arc::new(EnvironmentKeys::of(&config.secrets).map_err(StartError::Setting)?);
        let db = Db::connect(&config.database).await?;
        let cipher = Cipher::new(wrapper, (db.read().clone(), db.write().clone()), clock.clone());
        let queue = QueueConfig {
            lease: Duration::from_millis(config.queue.lease_ms),
            max_deliveries: config.queue.max_deliveries,
            poll: Duration::from_millis(config.queue.poll_ms),
            ..QueueConfig::default()
        };
        let (queues, limiter) = match db.sqlite_pool() {
            Some(pool) => (Queues::sqlite(pool, &queue).await?, Limiter::embedded(clock.clone())),
            None => {
                let (url, prefix) = (&config.redis.url, &config.redis.prefix);
                let queues = Queues::redis(url, prefix, &queue).await?;
                queues.ping().await?;
                (queues, Limiter::redis(url, prefix, clock.clone()).await?)
            }
        };
        let provider = provider(
            &config,
            Timeouts {
                connect: Duration::from_millis(config.meta.connect_timeout_ms),
                request: Duration::from_millis(config.meta.timeout_ms),
                ..Timeouts::default()
            },
        )?;
        let files = Files::open(&config).map_err(StartError::Setting)?;
        let mailer = SmtpMailer::new(&config.email).map_err(StartError::Setting)?;
        let outside = Outside::new(Allowed::from(&config.outside), OUTSIDE_PATIENCE)
            .map_err(|error| StartError::Setting(error.to_string()))?;
        // with one writer nobody waits for a row
        let shards = if db.is_embedded() { Shards::default() } else { Shards::random() };
        Ok(Self {
            db,
            queues,
            clock,
            cipher,
            limiter,
            files,
            media: Arc::new(provider.clone()),
            registry: Arc::new(provider.clone()),
            provider: Arc::new(provider),
            mailer: mailer.map(|mailer| Arc::new(mailer) as Arc<dyn Mailer>),
            tokens: TokenKeys::default(),
            outside,
            config: Arc::new(config),
            shards,
        })
    }
}
