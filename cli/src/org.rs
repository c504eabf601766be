//! `bellbird org create|list|suspend|resume|plan`.

use crate::{Outcome, process};
use bellbird_core::audit::{self, Asked};
use bellbird_core::context::Actor;
use bellbird_core::ids::OrganizationId;
use bellbird_core::organizations::{self, Organization};
use bellbird_core::platform::organizations as platform;
use bellbird_core::{Ctx, Services, Tx};
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
    /// Keep everybody out of an organization; its messages wait.
    Suspend {
        /// Which (org_…).
        organization: OrganizationId,
        /// Why, in a sentence.
        #[arg(long)]
        reason: String,
    },
    /// Let everybody in again; messages that waited go on.
    Resume {
        /// Which (org_…).
        organization: OrganizationId,
    },
    /// Give an organization a plan, without a trial.
    Plan {
        /// Which (org_…).
        organization: OrganizationId,
        /// The plan's name; left out: it may use everything.
        plan: Option<String>,
    },
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
                println!("{}", line(&organization));
            }
        }
        Verb::Suspend { organization, reason } => {
            let work = async |tx: &Tx, ctx: &Ctx| platform::suspend(tx, ctx, &reason).await;
            println!("{}", line(&change(services, organization, "suspendOrganization", work).await?));
        }
        Verb::Resume { organization } => {
            let work = async |tx: &Tx, ctx: &Ctx| platform::resume(tx, ctx).await;
            println!("{}", line(&change(services, organization, "resumeOrganization", work).await?));
        }
        Verb::Plan { organization, plan } => {
            let work = async |tx: &Tx, ctx: &Ctx| platform::set_plan(tx, ctx, plan, None).await;
            println!("{}", line(&change(services, organization, "setOrganizationPlan", work).await?));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(organization: &Organization) -> String {
    let plan = organization.plan.as_ref().map_or(String::new(), |plan| format!(", plan {plan}"));
    format!("{}  {}  {}{plan}", organization.id, organization.name, organization.status)
}

/// Changes an organization, and writes it into its audit log as an operator's.
async fn change(
    services: Services,
    organization: OrganizationId,
    action: &str,
    work: impl AsyncFnOnce(&Tx, &Ctx) -> bellbird_core::Result<Organization>,
) -> bellbird_core::Result<Organization> {
    let ctx = Ctx::trusted(services, organization, Actor::Operator);
    let tx = ctx.begin().await?;
    let changed = work(&tx, &ctx).await?;
    let asked = Asked { action: action.into(), path: "bellbird org".into(), request_id: None };
    audit::record(&tx, &ctx, &asked, Some(organization.to_string())).await?;
    tx.commit().await?;
    Ok(changed)
}
