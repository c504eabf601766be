//! `bellbird org create|list`.

use crate::{Outcome, process};
use bellbird_core::organizations;
use clap::Subcommand;
use std::path::Path;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Create an organization and print its id.
    Create {
        /// What people call it.
        name: String,
        /// Country of phone numbers written without a country code, like IN.
        #[arg(long)]
        country: Option<String>,
    },
    /// List all organizations.
    List,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) async fn run(config: Option<&Path>, verb: Verb) -> Outcome {
    let services = process::services(process::settings(config)?).await?;
    match verb {
        Verb::Create { name, country } => {
            let tx = services.begin().await?;
            let organization = organizations::create(&tx, &name, country.as_deref()).await?;
            tx.commit().await?;
            println!("{}", organization.id);
        }
        Verb::List => {
            for organization in organizations::queries::all(&services).await? {
                println!("{}  {}", organization.id, organization.name);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
