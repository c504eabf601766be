//! What the long-running commands share: settings, logs, services, signals.

use bellbird_core::clock::SystemClock;
use bellbird_core::config::Config;
use bellbird_core::context::Services;
use bellbird_core::secret::{Cipher, ExposeSecret};
use bellbird_core::telemetry;
use bellbird_migration::{Migrator, MigratorTrait};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Loads the settings and starts logging by them.
pub(crate) fn settings(file: Option<&Path>) -> Result<Config, Failure> {
    let config = Config::load(file)?;
    telemetry::start(config.log.format, &config.log.level);
    Ok(config)
}

/// The settings of whoever opens no secret, whatever is given as the key.
pub(crate) fn config_with_any_key(file: Option<&Path>) -> Result<Config, Failure> {
    let mut env: HashMap<String, String> = std::env::vars().collect();
    env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().to_string());
    env.remove("BELLBIRD__SECRETS__KEY");
    Ok(Config::from_parts(file, &env)?)
}

/// The same for commands that open no secret: the key may be missing.
pub(crate) fn settings_without_key(file: Option<&Path>) -> Result<Config, Failure> {
    let config = config_with_any_key(file)?;
    telemetry::start(config.log.format, &config.log.level);
    Ok(config)
}

/// The services of a process; refuses tables that are not up to date, so that no process works on half a schema.
pub(crate) async fn services(config: Config) -> Result<Services, Failure> {
    let services = Services::start(config, Arc::new(SystemClock)).await?;
    let pending = Migrator::get_pending_migrations(services.db.write()).await?;
    if !pending.is_empty() {
        let what = format!("{} migrations are pending; run `bellbird migrate up` first", pending.len());
        return Err(what.into());
    }
    check_key(&services).await?;
    Ok(services)
}

/// A process with another key than the one the secrets were written with could do nothing but fail later.
async fn check_key(services: &Services) -> Result<(), Failure> {
    let sealed = bellbird_core::senders::connect::any(services).await?;
    match sealed.map(|sender| sender.access(&services.cipher)) {
        Some(Err(_)) => {
            let what = "setting secrets.key (BELLBIRD_SECRET_KEY): it is not the key the access tokens in this \
                        database were written with; use that one";
            Err(what.into())
        }
        _ => Ok(()),
    }
}

/// Cancelled by Ctrl-C or SIGTERM.
pub(crate) fn shutdown() -> Result<CancellationToken, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let token = CancellationToken::new();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stop = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stop.cancel();
    });
    Ok(token)
}
