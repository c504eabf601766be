//! Template jobs: a change asked of the provider, a page of an account's templates read from it.

use crate::deps::Deps;
use crate::maintenance::Run;
use crate::messages::classify;
use bellbird_core::outbox::Progress;
use bellbird_core::queue::JobError;
use bellbird_core::templates::jobs::TemplateJob;
use bellbird_core::templates::{submit, sync};

/// What went wrong so often, and is not the world's fault, is given up with its reason.
const TRIES: u64 = 3;

/// Handles one job.
pub(crate) async fn handle(deps: &Deps, run: Run, job: TemplateJob) -> Result<Progress, JobError> {
    let services = &deps.services;
    match job {
        TemplateJob::ChangeTemplate { template } => {
            match submit::carry_out(services, run.id, template).await {
                Err(error) if run.attempt >= TRIES && !error.is_transient() => {
                    tracing::error!(%template, %error, "a template's change cannot be carried out");
                    let why = format!("Bellbird could not carry this out: {error}");
                    submit::give_up(services, run.id, template, &why).await.map_err(classify)?;
                    Ok(Progress::Done)
                }
                result => result.map_err(classify),
            }
        }
        TemplateJob::SyncTemplates { sync } => match sync::run(services, run.id, sync).await {
            Err(error) if run.attempt >= TRIES && !error.is_transient() => {
                sync::fail(services, run.id, sync, &error.to_string()).await.map_err(classify)?;
                Ok(Progress::Done)
            }
            result => result.map_err(classify),
        },
    }
}
