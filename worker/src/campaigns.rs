//! Campaign jobs: expansion and cancellation, slice by slice.

use crate::deps::Deps;
use crate::maintenance::Run;
use crate::messages::classify;
use bellbird_core::campaigns::jobs::CampaignJob;
use bellbird_core::campaigns::{control, expand};
use bellbird_core::error::Error;
use bellbird_core::outbox::Progress;
use bellbird_core::queue::JobError;

/// A campaign that cannot be prepared after so many tries has failed, and says why.
const TRIES: u64 = 3;

/// Handles one job.
pub(crate) async fn handle(deps: &Deps, run: Run, job: CampaignJob) -> Result<Progress, JobError> {
    let services = &deps.services;
    match job {
        CampaignJob::ExpandAudience { campaign } => match expand::expand(services, run.id, campaign).await {
            Ok(progress) => Ok(progress),
            // what is missing will not come back; anything else that is not the world's fault gets its tries
            Err(error)
                if matches!(error, Error::NotFound { .. })
                    || (run.attempt >= TRIES && !error.is_transient()) =>
            {
                tracing::error!(%campaign, %error, "campaign cannot be prepared");
                expand::fail(services, run.id, campaign, &error.to_string()).await.map_err(classify)?;
                Ok(Progress::Done)
            }
            Err(error) => Err(classify(error)),
        },
        CampaignJob::CancelRecipients { campaign } => {
            control::cancel_recipients(services, run.id, campaign).await.map_err(classify)
        }
    }
}
