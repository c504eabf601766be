//! What the long-running commands share: settings, logs, services, signals.

use bellbird_core::clock::SystemClock;
use bellbird_core::config::Config;
use bellbird_core::context::Services;
use bellbird_core::error::Error;
use bellbird_core::secret::{Cipher, ExposeSecret, Whose, status};
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
    env.insert("BELLBIRD_SECRET_KEY_PREVIOUS".into(), String::new());
    env.remove("BELLBIRD__SECRETS__KEY");
    env.remove("BELLBIRD__SECRETS__PREVIOUS");
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

/// A process with another key than the one the secrets were written with could do nothing but fail later. The first
/// process of an installation makes the installation's own data key, so that even then a second one cannot differ.
async fn check_key(services: &Services) -> Result<(), Failure> {
    services.cipher.ready(Whose::Installation).await.map_err(wrong_key)?;
    status::check(&services.cipher).await.map_err(wrong_key)
}

fn wrong_key(error: Error) -> Failure {
    if error.is_transient() {
        return error.into();
    }
    let what = "it is not the key the secrets in this database were written with; use that one, or add it to \
                BELLBIRD_SECRET_KEY_PREVIOUS";
    format!("setting secrets.key (BELLBIRD_SECRET_KEY): {what} ({error})").into()
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
