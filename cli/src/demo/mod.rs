//! `bellbird demo`: everything at work in one process, with nothing installed.
//!
//! An SQLite file, the queue inside it, the sandbox standing in for Meta, an organization with opted-in customers, and
//! one campaign that is launched and watched. Stopped by Ctrl-C it ends cleanly; started again it carries on.

mod progress;
mod setup;

use crate::{Outcome, process};
use bellbird_core::clock::SystemClock;
use bellbird_core::config::Config;
use bellbird_core::context::Services;
use bellbird_core::telemetry;
use bellbird_migration::{Migrator, MigratorTrait};
use clap::Args;
use progress::Ending;
use setup::World;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[derive(Args)]
pub(crate) struct Options {
    /// Where the API listens.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Where the database lives; delete it to begin anew.
    #[arg(long, default_value = "data/demo", value_name = "DIR")]
    data_dir: PathBuf,
    /// How many customers the campaign goes to.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    recipients: u32,
    /// Stop when every recipient has an answer; the exit code says whether every one has.
    #[arg(long)]
    exit_when_done: bool,
}

/// How long the sandbox's last webhooks are waited for at the end.
const LAST_WEBHOOKS: Duration = Duration::from_secs(5);

pub(crate) async fn run(options: Options) -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await.map_err(|error| {
        format!("cannot listen on port {}: {error}; choose another one with --port", options.port)
    })?;
    let addr = listener.local_addr()?;
    let home = setup::Home::open(&options.data_dir)?;
    let sandbox = setup::sandbox(&home, &format!("http://{addr}")).await?;
    let config = config(&home, &format!("http://{addr}"), sandbox.base_url())?;
    telemetry::start(config.log.format, &config.log.level);
    let services = Services::start(config, Arc::new(SystemClock)).await?;
    Migrator::up(services.db.write(), None).await?;

    let asked = process::shutdown()?;
    let (stop_api, stop_work) = (CancellationToken::new(), CancellationToken::new());
    let api = tokio::spawn(bellbird_api::run(services.clone(), listener, stop_api.clone()));
    let world = setup::world(&services, &home, &sandbox, options.recipients).await?;
    let work = tokio::spawn(bellbird_worker::run(services.clone(), stop_work.clone()));
    progress::greet(&world, &addr.to_string());

    let ending = progress::watch(&world, &asked, options.exit_when_done).await;
    if !options.exit_when_done && ending.is_ok() && !asked.is_cancelled() {
        progress::invite(&world, &addr.to_string());
        asked.cancelled().await;
    }
    // First nothing is sent any more, then what is on its way back is kept, then the doors close.
    stop_work.cancel();
    work.await??;
    sandbox.settled(LAST_WEBHOOKS).await;
    stop_api.cancel();
    api.await??;
    sandbox.shutdown().await;
    Ok(finish(&world, ending?).await)
}

fn config(
    home: &setup::Home,
    public_url: &str,
    graph_url: &str,
) -> Result<Config, Box<dyn std::error::Error + Send + Sync>> {
    let mut settings = HashMap::from([
        ("DATABASE_URL".to_string(), format!("sqlite:{}", home.database().display())),
        ("BELLBIRD_SECRET_KEY".to_string(), home.secret_key()?),
        ("BELLBIRD_PUBLIC_URL".to_string(), public_url.to_string()),
        ("BELLBIRD_GRAPH_URL".to_string(), graph_url.to_string()),
        ("BELLBIRD__LOG__LEVEL".to_string(), "warn".to_string()),
        // whoever tries subscriptions out has a receiver on this machine
        // whoever tries it at night wants to see something, more than once
        ("BELLBIRD__POLICY__MARKETING_FROM".to_string(), String::new()),
        ("BELLBIRD__POLICY__MARKETING_UNTIL".to_string(), String::new()),
        ("BELLBIRD__POLICY__MARKETING_MESSAGES".to_string(), "0".to_string()),
        ("BELLBIRD__OUTSIDE__ALLOW_HTTP".to_string(), "true".to_string()),
        ("BELLBIRD__OUTSIDE__ALLOW_PRIVATE".to_string(), "true".to_string()),
    ]);
    // other settings may be tried out in the demo too
    settings.extend(std::env::vars().filter(|(name, _)| name.starts_with("BELLBIRD__")));
    Ok(Config::from_parts(None, &settings)?)
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
async fn finish(world: &World, ending: Ending) -> ExitCode {
    let Ok(snapshot) = progress::snapshot(world).await else { return ExitCode::FAILURE };
    println!("{}", progress::last_line(&snapshot));
    match ending {
        Ending::EveryoneAnswered | Ending::Asked => ExitCode::SUCCESS,
        Ending::SomeoneMissing => ExitCode::FAILURE,
    }
}
