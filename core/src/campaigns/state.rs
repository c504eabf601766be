//! Where a campaign stands. `docs/states.md` draws it; every change is a compare-and-set on the old status.

use crate::error::{Error, Result};
use crate::words::words;

words! {
    /// Where a campaign stands.
    pub enum CampaignStatus {
        /// Being written.
        Draft = "draft",
        /// Goes out by itself at `next_run_at`.
        Scheduled = "scheduled",
        /// Launched; its recipients are being made final.
        Preparing = "preparing",
        /// Sending.
        Running = "running",
        /// Nothing is sent until it is resumed.
        Paused = "paused",
        /// All sent once; some wait for a retry or for the truth about an unknown outcome.
        Settling = "settling",
        /// Every recipient has an answer.
        Completed = "completed",
        /// Stopped; who had not been sent to will not be.
        Cancelled = "cancelled",
        /// Could not be prepared; `failure` says why.
        Failed = "failed",
    }
}

/// Something people can do to a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Change or delete it, or its recipients.
    Edit,
    /// See what it would come to.
    Preflight,
    /// Begin.
    Launch,
    /// Begin by itself later, perhaps again and again.
    Schedule,
    /// Take that back.
    Unschedule,
    /// Stop for now.
    Pause,
    /// Have people get it from another number.
    Move,
    /// Go on.
    Resume,
    /// Stop for good.
    Cancel,
    /// Send once more to whom it failed.
    Retry,
}

impl CampaignStatus {
    /// From which statuses an action is possible.
    pub const fn allowing(action: Action) -> &'static [Self] {
        match action {
            Action::Edit | Action::Launch | Action::Schedule => &[Self::Draft],
            Action::Preflight => &[Self::Draft, Self::Scheduled],
            Action::Unschedule => &[Self::Scheduled],
            Action::Pause => &[Self::Running, Self::Settling],
            Action::Resume => &[Self::Paused],
            Action::Move => &[Self::Running, Self::Paused, Self::Settling],
            Action::Cancel => &[Self::Preparing, Self::Running, Self::Paused, Self::Settling],
            Action::Retry => &[Self::Running, Self::Settling, Self::Completed],
        }
    }

    /// Refuses an action this status does not allow.
    ///
    /// # Errors
    /// `Conflict` with a stable code and the reason in words.
    pub fn check(self, action: Action) -> Result<()> {
        if Self::allowing(action).contains(&self) {
            return Ok(());
        }
        let (code, message) = match action {
            Action::Edit | Action::Launch | Action::Schedule if self == Self::Scheduled => {
                ("campaign_scheduled", "a scheduled campaign is left as it is; unschedule it first")
            }
            Action::Edit => ("campaign_not_draft", "only a draft can be changed"),
            Action::Preflight => ("campaign_not_draft", "only a draft has a pre-flight; look at its stats"),
            Action::Launch => ("campaign_not_draft", "only a draft can be launched"),
            Action::Schedule => ("campaign_not_draft", "only a draft can be scheduled"),
            Action::Unschedule => ("campaign_not_scheduled", "only a scheduled campaign can be unscheduled"),
            Action::Pause => ("campaign_not_running", "only a running campaign can be paused"),
            Action::Move => ("campaign_not_active", "people move while a campaign is running or paused"),
            Action::Resume => ("campaign_not_paused", "only a paused campaign can be resumed"),
            Action::Cancel => {
                ("campaign_not_active", "only a launched campaign that is not over can be cancelled")
            }
            Action::Retry => (
                "campaign_not_retryable",
                "only a campaign that is sending or completed can try its failed messages again",
            ),
        };
        Err(Error::conflict(code, format!("{message}; this one is {self}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_refused_from_every_other_status_with_a_conflict() {
        use Action::{Cancel, Edit, Launch, Move, Pause, Preflight, Resume, Retry, Schedule, Unschedule};
        for action in [Edit, Preflight, Launch, Schedule, Unschedule, Pause, Move, Resume, Cancel, Retry] {
            for status in CampaignStatus::ALL {
                let allowed = CampaignStatus::allowing(action).contains(status);
                assert_eq!(status.check(action).is_ok(), allowed, "{action:?} from {status}");
                assert!(allowed || matches!(status.check(action), Err(Error::Conflict { .. })));
            }
        }
    }
}
