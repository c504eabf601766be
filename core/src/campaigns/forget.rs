//! Forgetting to whom a campaign went, long after its end. Its numbers are kept apart from its recipients and stay.

use super::entity::{Column, Entity};
use super::state::CampaignStatus;
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::db::Owned;
use crate::error::Result;
use crate::ids::{CampaignId, OrganizationId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};

/// The organization's next campaign behind `after` that ended before `before` and still knows its recipients.
pub async fn next_over(
    tx: &Tx,
    organization: OrganizationId,
    before: Timestamp,
    after: Option<CampaignId>,
) -> Result<Option<CampaignId>> {
    use CampaignStatus::{Cancelled, Completed, Failed};
    // one that could not be prepared has no end of its own
    let ended = Condition::any()
        .add(Column::FinishedAt.lt(before))
        .add(Condition::all().add(Column::FinishedAt.is_null()).add(Column::UpdatedAt.lt(before)));
    let mut query = Entity::secure_find(organization)
        .select_only()
        .column(Column::Id)
        .filter(Column::Status.is_in([Completed, Cancelled, Failed]))
        .filter(Column::RecipientsErasedAt.is_null())
        .filter(ended)
        .order_by_asc(Column::Id);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(query.into_tuple().one(tx.conn()).await?)
}

/// How many of a campaign's recipients are still somebody.
pub async fn count_recipients(tx: &Tx, campaign: CampaignId) -> Result<u64> {
    let count = Statement::from_sql_and_values(
        tx.backend(),
        "SELECT COUNT(*) AS n FROM messages WHERE campaign_id = $1 AND erased_at IS NULL",
        [campaign.into()],
    );
    let row = tx.conn().query_one_raw(count).await?;
    let n: i64 = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0);
    Ok(n.unsigned_abs())
}

/// Notes that nobody of a campaign is anybody any more, if so.
pub async fn mark(tx: &Tx, campaign: CampaignId) -> Result<()> {
    if count_recipients(tx, campaign).await? > 0 {
        return Ok(()); // a request is still under way, or a job sweeps it; the next run comes back
    }
    Entity::update_many()
        .col_expr(Column::RecipientsErasedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(campaign))
        .exec(tx.conn())
        .await?;
    Ok(())
}
