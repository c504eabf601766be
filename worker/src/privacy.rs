//! Privacy jobs: erasures of people and retention policies, slice by slice.

use crate::deps::Deps;
use crate::maintenance::Run;
use crate::messages::classify;
use bellbird_core::outbox::Progress;
use bellbird_core::privacy::jobs::PrivacyJob;
use bellbird_core::privacy::{retain, run};
use bellbird_core::queue::JobError;

/// Handles one job. It is never given up: what somebody is owed is not done by forgetting that it was asked for.
pub(crate) async fn handle(deps: &Deps, this: Run, job: PrivacyJob) -> Result<Progress, JobError> {
    let services = &deps.services;
    let done = match job {
        PrivacyJob::ErasePerson { erasure } => run::work(services, this.id, erasure).await,
        PrivacyJob::ApplyRetention { retention } => retain::work(services, this.id, retention).await,
    };
    done.map_err(classify)
}
