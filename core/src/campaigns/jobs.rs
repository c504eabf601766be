//! Background work of campaigns: ids only.

use crate::ids::CampaignId;
use serde::{Deserialize, Serialize};

/// Work on a campaign that outlives the request that asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum CampaignJob {
    /// Make its recipients final.
    ExpandAudience {
        /// Which campaign.
        campaign: CampaignId,
    },
    /// Mark everyone not yet sent to as cancelled.
    CancelRecipients {
        /// Which campaign.
        campaign: CampaignId,
    },
}
