//! `bellbird migrate up|down|status`.

use crate::{Outcome, process};
use bellbird_core::db::Db;
use bellbird_migration::{Migrator, MigratorTrait};
use clap::Subcommand;
use std::path::Path;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(crate) enum Step {
    /// Apply what is pending.
    Up,
    /// Take the last migration back. Its data is lost.
    Down,
    /// Show which migrations are applied.
    Status,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) async fn run(config: Option<&Path>, step: Step) -> Outcome {
    let db = Db::connect(&process::settings_without_key(config)?.database).await?;
    match step {
        Step::Up => {
            let pending = Migrator::get_pending_migrations(db.write()).await?.len();
            Migrator::up(db.write(), None).await?;
            println!("{pending} migrations applied; the database is up to date");
        }
        Step::Down => {
            Migrator::down(db.write(), Some(1)).await?;
            println!("the last migration was taken back");
        }
        Step::Status => {
            for migration in Migrator::get_migration_with_status(db.write()).await? {
                println!("{:8} {}", migration.status(), migration.name());
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
