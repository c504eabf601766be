//! What can come of a job, and what can go wrong with the queue itself.

use std::time::Duration;

use apalis_core::error::{AbortError, BoxDynError};

use super::store::{LaneConfig, Verdict};

/// What a handler returns when a job did not get done.
///
/// A time-out, or an error of any other type from a hand-built worker, is treated like [`JobError::Failed`]; a
/// panic like [`JobError::Abort`].
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The world is at fault (database away, no permit left): run it again later. Not counted as a delivery, so
    /// an outage of any length buries nothing.
    #[error("released for {after:?}: {why}")]
    Release {
        /// How long to wait before the next run.
        after: Duration,
        /// For the log.
        why: String,
    },
    /// The job is at fault and always will be: bury it as a dead letter with this reason.
    #[error("aborted: {0}")]
    Abort(String),
    /// It went wrong and might go right: counted, and tried again with exponential backoff.
    #[error("failed: {0}")]
    Failed(#[source] BoxDynError),
}

impl JobError {
    /// [`JobError::Release`] in one call.
    pub fn release(after: Duration, why: impl ToString) -> Self {
        Self::Release { after, why: why.to_string() }
    }

    /// [`JobError::Abort`] in one call.
    pub fn abort(why: impl ToString) -> Self {
        Self::Abort(why.to_string())
    }

    /// [`JobError::Failed`] from any error or text.
    pub fn failed(error: impl Into<BoxDynError>) -> Self {
        Self::Failed(error.into())
    }
}

/// Why the queue could not do what was asked. All but `Body` and `Config` pass with time.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The store did not answer, or refused. A push that ends so may still have happened: pushing the same ids
    /// again is safe while they are not done.
    #[error("queue store {store}: {source}")]
    Store {
        /// Which store: `redis` or `sqlite`.
        store: &'static str,
        /// What its client said.
        source: BoxDynError,
    },
    /// The job does not turn into JSON.
    #[error("job body: {0}")]
    Body(#[from] serde_json::Error),
    /// The settings contradict each other.
    #[error("queue settings: {0}")]
    Config(String),
    /// A worker or its monitor ended though nobody asked.
    #[error("worker {name} ended unasked: {why}")]
    WorkerEnded {
        /// The worker's name.
        name: String,
        /// The monitor's account.
        why: String,
    },
}

/// The verdict on one run. `delivery` counts from 1.
pub(super) fn verdict<T>(result: &Result<T, BoxDynError>, delivery: u64, config: &LaneConfig) -> Verdict {
    let Err(error) = result else { return Verdict::Done };
    match error.downcast_ref::<JobError>() {
        Some(JobError::Release { after, .. }) => Verdict::Back { after: *after, counted: false },
        Some(JobError::Abort(why)) => Verdict::Dead(why.clone()),
        _ if error.is::<AbortError>() => Verdict::Dead(error.to_string()),
        _ if delivery >= config.max_deliveries => {
            Verdict::Dead(format!("delivery {delivery} was the last: {error}"))
        }
        _ => Verdict::Back { after: backoff(config.backoff, delivery), counted: true },
    }
}

/// The first wait is `base`; each further one doubles, up to 256 × `base`.
fn backoff(base: Duration, delivery: u64) -> Duration {
    base.saturating_mul(1 << delivery.saturating_sub(1).min(8))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(error: impl Into<BoxDynError>, delivery: u64) -> Verdict {
        let config = LaneConfig { max_deliveries: 3, ..LaneConfig::default() };
        verdict::<()>(&Err(error.into()), delivery, &config)
    }

    #[test]
    fn each_error_gets_its_verdict() {
        let after = Duration::from_secs(9);
        assert_eq!(of(JobError::release(after, "away"), 3), Verdict::Back { after, counted: false });
        assert_eq!(of(JobError::abort("bad number"), 1), Verdict::Dead("bad number".into()));
        assert!(matches!(of(AbortError::new("panicked"), 1), Verdict::Dead(_)));
        let (first, second) = (Duration::from_secs(2), Duration::from_secs(4));
        assert_eq!(of("anything", 1), Verdict::Back { after: first, counted: true });
        assert_eq!(of(JobError::failed("no"), 2), Verdict::Back { after: second, counted: true });
        assert!(matches!(of("anything", 3), Verdict::Dead(why) if why.contains("anything")));
    }

    #[test]
    fn backoff_stops_growing() {
        assert_eq!(backoff(Duration::from_secs(2), 500), Duration::from_secs(512));
    }
}
