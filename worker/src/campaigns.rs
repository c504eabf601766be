//! Campaign jobs: expansion and cancellation, slice by slice.

use crate::deps::Deps;
use crate::messages::classify;
use bellbird_core::campaigns::jobs::{CampaignJob, Progress};
use bellbird_core::campaigns::{control, expand};
use bellbird_core::error::Error;
use bellbird_core::outbox::{self, Envelope};
use bellbird_core::queue::JobError;
use std::time::Duration;

/// A campaign that cannot be prepared after so many tries has failed, and says why.
const TRIES: u64 = 3;

/// Handles one task of the maintenance lane. A slice that leaves more to do is released, which is not counted.
pub(crate) async fn handle(
    deps: Deps,
    envelope: Envelope<CampaignJob>,
    attempt: u64,
) -> Result<(), JobError> {
    let Envelope { id, job } = envelope;
    let services = &deps.services;
    if !outbox::is_open(services.db.read(), id).await.map_err(classify)? {
        return Ok(()); // done before
    }
    let (progress, pause) = match job {
        CampaignJob::ExpandAudience { campaign } => match expand::expand(services, id, campaign).await {
            Ok(progress) => (progress, Duration::ZERO),
            // what is missing will not come back; anything else that is not the world's fault gets its tries
            Err(error)
                if matches!(error, Error::NotFound { .. }) || (attempt >= TRIES && !error.is_transient()) =>
            {
                tracing::error!(%campaign, %error, "campaign cannot be prepared");
                expand::fail(services, id, campaign, &error.to_string()).await.map_err(classify)?;
                return Ok(());
            }
            Err(error) => return Err(classify(error)),
        },
        CampaignJob::CancelRecipients { campaign } => {
            let progress = control::cancel_recipients(services, id, campaign).await.map_err(classify)?;
            (progress, Duration::from_millis(20))
        }
    };
    match progress {
        Progress::Done => Ok(()),
        Progress::More => Err(JobError::release(pause, "more to do")),
    }
}
