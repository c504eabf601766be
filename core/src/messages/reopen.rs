//! A campaign that was over gets going again: a failure reported late left somebody to be tried once more.

use crate::bulk::{Kind, Rows};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::CampaignId;
use sea_orm::ConnectionTrait;
use std::collections::BTreeSet;

/// Puts those of the campaigns that are completed back to `settling`; without it nobody would feed or claim for them.
/// Called in the transaction that makes a row wait for a retry, and again in the one that brings it back: between the
/// two, a campaign may have been completed by someone who did not see the row yet.
pub(crate) async fn reopen(
    conn: &impl ConnectionTrait,
    campaigns: &BTreeSet<CampaignId>,
    now: Timestamp,
) -> Result<()> {
    if campaigns.is_empty() {
        return Ok(());
    }
    let mut rows = Rows::new(&[("id", Kind::Text)]);
    campaigns.iter().for_each(|id| rows.push(vec![id.to_string().into()]));
    let update = rows.statement(
        conn.get_database_backend(),
        "UPDATE campaigns SET status = 'settling', finished_at = NULL, updated_at = $1
         FROM {rows} WHERE campaigns.id = v.id AND campaigns.status = 'completed'",
        [now.into()],
    );
    conn.execute_raw(update).await?;
    Ok(())
}
