//! A template that may not be sent any more stops its campaigns before their recipients are refused one by one.
//!
//! Campaigns know of facts through the transaction that brings them; this slice does not know campaigns. A campaign that
//! is still being prepared asks for its template at the end of that.

use crate::context::Tx;
use crate::error::Result;
use crate::events::{self, EventType};
use crate::ids::{CampaignId, TemplateId};
use sea_orm::{ConnectionTrait, Statement};

/// Pauses the running campaigns of a template with the reason; gives how many.
pub(crate) async fn campaigns(tx: &Tx, template: TemplateId, why: &str) -> Result<u64> {
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE campaigns SET status = 'paused', paused_at = $2, paused_reason = $3, updated_at = $2
         WHERE template_id = $1 AND status IN ('running', 'settling')
         RETURNING id",
        [template.into(), tx.now().into(), why.into()],
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
