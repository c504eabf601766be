//! A campaign in numbers.

use super::entity::Model;
use super::queries;
use crate::context::Ctx;
use crate::error::Result;
use crate::ids::CampaignId;
use crate::messages::counters::{self, Counts};
use crate::messages::state::MessageStatus;
use sea_orm::{FromQueryResult, Statement};

/// A campaign and its numbers at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The campaign.
    pub campaign: Model,
    /// Its numbers.
    pub counts: Counts,
}

impl Snapshot {
    /// Names this state of things: another state has another name. Ids of the event stream.
    pub fn version(&self) -> String {
        format!("{}-{}", self.campaign.updated_at.0, self.counts.version)
    }

    /// The provider took them, whatever came after.
    pub fn sent(&self) -> i64 {
        self.counts.of(MessageStatus::Accepted) + self.counts.of(MessageStatus::Sent) + self.delivered()
    }

    /// They reached a device.
    pub fn delivered(&self) -> i64 {
        self.counts.of(MessageStatus::Delivered) + self.read()
    }

    /// They were read.
    pub fn read(&self) -> i64 {
        self.counts.of(MessageStatus::Read)
    }
}

/// The campaign and its numbers now.
pub async fn snapshot(ctx: &Ctx, id: CampaignId) -> Result<Snapshot> {
    let campaign = queries::get(ctx, id).await?;
    let counts = counters::read(ctx.db.read(), id).await?;
    Ok(Snapshot { campaign, counts })
}

/// How many ended or wait for one reason.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct ReasonCount {
    /// Where they stand.
    pub status: MessageStatus,
    /// A machine word.
    pub reason: Option<String>,
    /// The provider's code.
    pub code: Option<i32>,
    /// How many.
    pub n: i64,
}

/// Why messages were not delivered, most frequent first. The organization is asked as an expression: the campaign's rows
/// are found by campaign and status, and joining them with all rows of the organization is what makes it slow.
pub async fn reasons(ctx: &Ctx, id: CampaignId) -> Result<Vec<ReasonCount>> {
    let select = Statement::from_sql_and_values(
        ctx.db.backend(),
        "SELECT status, reason, code, COUNT(*) AS n FROM messages
         WHERE campaign_id = $1 AND organization_id || '' = $2
            AND status IN ('failed', 'skipped', 'held', 'unknown', 'opted_out')
         GROUP BY status, reason, code ORDER BY n DESC, status LIMIT 50",
        [id.into(), ctx.organization.into()],
    );
    Ok(ReasonCount::find_by_statement(select).all(ctx.db.read()).await?)
}
