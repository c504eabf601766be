//! A template that may not be sent any more, or whose messages are refused for its sake, stops its campaigns before all
//! their recipients are refused one by one.
//!
//! Campaigns know of facts through the transaction that brings them; this slice does not know campaigns. A campaign that
//! is still being prepared asks for its template at the end of that.

use crate::clock::Timestamp;
use crate::context::Tx;
use crate::error::Result;
use crate::events::{self, EventType};
use crate::ids::{CampaignId, TemplateId};
use sea_orm::{ConnectionTrait, Statement};

/// Pauses the running campaigns of a template with the reason; gives how many.
pub(crate) async fn campaigns(tx: &Tx, template: TemplateId, why: &str) -> Result<u64> {
    pause(tx, template, why, None).await
}

/// The same after one of its messages was refused for the template's sake. A campaign that was paused since then and goes
/// on has been looked at: late news of what went out before does not stop it again.
pub(crate) async fn refused(tx: &Tx, template: TemplateId, why: &str, at: Timestamp) -> Result<u64> {
    pause(tx, template, why, Some(at)).await
}

async fn pause(tx: &Tx, template: TemplateId, why: &str, refused_at: Option<Timestamp>) -> Result<u64> {
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE campaigns SET status = 'paused', paused_at = $2, paused_reason = $3, updated_at = $2
         WHERE template_id = $1 AND status IN ('running', 'settling')
            AND (paused_at IS NULL OR paused_at < $4)
         RETURNING id",
        [template.into(), tx.now().into(), why.into(), refused_at.unwrap_or(Timestamp(i64::MAX)).into()],
    );
    let paused = tx.conn().query_all_raw(update).await?;
    let paused: Vec<CampaignId> =
        paused.iter().map(|row| row.try_get("", "id")).collect::<Result<_, sea_orm::DbErr>>()?;
    if !paused.is_empty() {
        tracing::warn!(%template, campaigns = paused.len(), why, "campaigns paused");
    }
    events::campaigns::tell(tx.conn(), tx.clock(), EventType::CampaignPaused, &paused).await?;
    Ok(paused.len() as u64)
}
