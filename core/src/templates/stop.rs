//! A template that may not be sent any more stops its campaigns before their recipients are refused one by one.
//!
//! Campaigns know of facts through the transaction that brings them; this slice does not know campaigns. A campaign that
//! is still being prepared asks for its template at the end of that.

use crate::context::Tx;
use crate::error::Result;
use crate::ids::TemplateId;
use sea_orm::{ConnectionTrait, Statement};

/// Pauses the running campaigns of a template with the reason; gives how many.
pub(crate) async fn campaigns(tx: &Tx, template: TemplateId, why: &str) -> Result<u64> {
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE campaigns SET status = 'paused', paused_at = $2, paused_reason = $3, updated_at = $2
         WHERE template_id = $1 AND status IN ('running', 'settling')",
        [template.into(), tx.now().into(), why.into()],
    );
    let paused = tx.conn().execute_raw(update).await?.rows_affected();
    if paused > 0 {
        tracing::warn!(%template, campaigns = paused, why, "campaigns paused");
    }
    Ok(paused)
}
