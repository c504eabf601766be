//! Where a campaign stands. `docs/states.md` draws it; every change is a compare-and-set on the old status.

use crate::error::{Error, Result};
use crate::words::words;

words! {
    /// Where a campaign stands.
    pub enum CampaignStatus {
        /// Being written.
        Draft = "draft",
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
    /// Begin.
    Launch,
    /// Stop for now.
    Pause,
    /// Go on.
    Resume,
    /// Stop for good.
    Cancel,
}

impl CampaignStatus {
    /// From which statuses an action is possible.
    pub const fn allowing(action: Action) -> &'static [Self] {
        match action {
            Action::Edit | Action::Launch => &[Self::Draft],
            Action::Pause => &[Self::Running, Self::Settling],
            Action::Resume => &[Self::Paused],
            Action::Cancel => &[Self::Preparing, Self::Running, Self::Paused, Self::Settling],
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
            Action::Edit => ("campaign_not_draft", "only a draft can be changed"),
            Action::Launch => ("campaign_not_draft", "only a draft can be launched"),
            Action::Pause => ("campaign_not_running", "only a running campaign can be paused"),
            Action::Resume => ("campaign_not_paused", "only a paused campaign can be resumed"),
            Action::Cancel => {
                ("campaign_not_active", "only a launched campaign that is not over can be cancelled")
            }
        };
        Err(Error::conflict(code, format!("{message}; this one is {self}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_refused_from_every_other_status_with_a_conflict() {
        for action in [Action::Edit, Action::Launch, Action::Pause, Action::Resume, Action::Cancel] {
            for status in CampaignStatus::ALL {
                let allowed = CampaignStatus::allowing(action).contains(status);
                assert_eq!(status.check(action).is_ok(), allowed, "{action:?} from {status}");
                assert!(allowed || matches!(status.check(action), Err(Error::Conflict { .. })));
            }
        }
    }
}
