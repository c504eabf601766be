//! `bellbird`: one binary, a verb per role (`serve`, `work`, `demo`) and the operators' verbs.

mod demo;
mod doctor;
mod health;
mod import;
mod jobs;
mod key;
mod meta_errors;
mod migrate;
mod openapi;
mod org;
mod plan;
mod process;
mod sandbox;
mod secrets;
mod serve;
mod user;
mod webhooks;
mod work;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// What every command may fail with: shown to a person, one line.
type Outcome = Result<ExitCode, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Parser)]
#[command(name = "bellbird", version, about = "A self-hosted WhatsApp Business engine.")]
struct Cli {
    /// A settings file (TOML); config.default.toml lists every setting.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show everything at work: one process, a sandbox for WhatsApp, 500 customers, one campaign.
    Demo(demo::Options),
    /// Run the API.
    Serve,
    /// Run a worker; any number may run at once.
    Work,
    /// Bring the database's tables up to date, take the last step back, or show where they stand.
    Migrate {
        #[command(subcommand)]
        step: migrate::Step,
    },
    /// Print the OpenAPI document; needs no database.
    Openapi,
    /// Print what each of Meta's error codes makes Bellbird do (docs/meta-errors.md); needs no database.
    MetaErrors,
    /// Look at everything an installation needs: settings, database, queue, provider, senders; say what to do.
    Doctor(doctor::Options),
    /// Ask a process of this machine whether it is well; the exit code says so.
    Health(health::Options),
    /// Organizations.
    Org {
        #[command(subcommand)]
        verb: org::Verb,
    },
    /// Plans: how much organizations may use.
    Plan {
        #[command(subcommand)]
        verb: plan::Verb,
    },
    /// API keys.
    Key {
        #[command(subcommand)]
        verb: key::Verb,
    },
    /// People who sign in.
    User {
        #[command(subcommand)]
        verb: user::Verb,
    },
    /// What the queue holds, and what could not be done.
    Jobs {
        #[command(subcommand)]
        verb: jobs::Verb,
    },
    /// Bring the people of a CSV or XLSX file in.
    Import(import::Options),
    /// Webhooks that could not be applied.
    Webhooks {
        #[command(subcommand)]
        verb: webhooks::Verb,
    },
    /// The keys that encrypt secrets: what is in use, and changing them while everything runs.
    Secrets {
        #[command(subcommand)]
        verb: secrets::Verb,
    },
    /// Run the simulator of Meta's Cloud API on a loopback port.
    Sandbox(sandbox::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let result = runtime.block_on(async {
        let config = cli.config.as_deref();
        match cli.command {
            Command::Demo(options) => demo::run(options).await,
            Command::Serve => serve::run(config).await,
            Command::Work => work::run(config).await,
            Command::Migrate { step } => migrate::run(config, step).await,
            Command::Openapi => openapi::run(),
            Command::MetaErrors => meta_errors::run(),
            Command::Doctor(options) => doctor::run(config, options).await,
            Command::Health(options) => health::run(config, options).await,
            Command::Org { verb } => org::run(config, verb).await,
            Command::Plan { verb } => plan::run(config, verb).await,
            Command::Key { verb } => key::run(config, verb).await,
            Command::User { verb } => user::run(config, verb).await,
            Command::Jobs { verb } => jobs::run(config, verb).await,
            Command::Import(options) => import::run(config, options).await,
            Command::Webhooks { verb } => webhooks::run(config, verb).await,
            Command::Secrets { verb } => secrets::run(config, verb).await,
            Command::Sandbox(options) => sandbox::run(options).await,
        }
    });
    result.unwrap_or_else(|error| fail(error.as_ref()))
}

#[expect(clippy::print_stderr, reason = "the last word to the person who started the command")]
fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("bellbird: {error}");
    ExitCode::FAILURE
}
