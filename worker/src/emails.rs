//! Email jobs: one email given to the mail server.

use crate::deps::Deps;
use crate::maintenance::Run;
use crate::messages::classify;
use bellbird_core::emails::jobs::EmailJob;
use bellbird_core::emails::send;
use bellbird_core::outbox::Progress;
use bellbird_core::queue::JobError;

/// Handles one job.
pub(crate) async fn handle(deps: &Deps, run: Run, job: EmailJob) -> Result<Progress, JobError> {
    let EmailJob::SendEmail { email } = job;
    send::carry_out(&deps.services, run.id, email).await.map_err(classify)
}
