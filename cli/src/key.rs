//! `bellbird key create|revoke`.

use crate::{Outcome, process};
use bellbird_core::identity;
use bellbird_core::ids::{ApiKeyId, OrganizationId};
use bellbird_core::secret::ExposeSecret;
use clap::Subcommand;
use std::path::Path;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Make an API key and print it, this once.
    Create {
        /// For which organization (org_…).
        organization: OrganizationId,
        /// What people call it.
        #[arg(long, default_value = "api key")]
        name: String,
    },
    /// Make an API key stop working.
    Revoke {
        /// Which (key_…).
        id: ApiKeyId,
    },
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command's answer; only the key itself on stdout"
)]
pub(crate) async fn run(config: Option<&Path>, verb: Verb) -> Outcome {
    let services = process::services(process::settings(config)?).await?;
    let tx = services.begin().await?;
    match verb {
        Verb::Create { organization, name } => {
            let key = identity::create_key(&tx, organization, &name).await?;
            tx.commit().await?;
            eprintln!("{} made; this is the only time the key is shown:", key.row.id);
            println!("{}", key.secret.expose_secret());
        }
        Verb::Revoke { id } => {
            identity::api_keys::revoke(&tx, id).await?;
            tx.commit().await?;
            println!("{id} no longer works");
        }
    }
    Ok(ExitCode::SUCCESS)
}
