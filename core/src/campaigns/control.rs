//! Pausing, resuming and cancelling. Each is a compare-and-set; claims ask for the status, so it bites at once.

use super::edit::lock;
use super::entity::{Column, Entity, Model};
use super::jobs::CampaignJob;
use super::state::{Action, CampaignStatus};
use crate::context::{Ctx, Services, Tx};
use crate::error::{Error, Problem, Result};
use crate::events::{self, EventType};
use crate::ids::{CampaignId, OutboxId, TemplateId};
use crate::messages::counters::Deltas;
use crate::messages::state::MessageStatus;
use crate::outbox::{self, Progress};
use crate::queue::LaneName;
use crate::templates;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    Statement,
};
use std::time::Duration;

/// Between two slices of a sweep, so that messages under way are answered meanwhile.
const PAUSE: Duration = Duration::from_millis(20);

/// Stops sending for now. What is being asked of the provider this moment is still recorded.
pub async fn pause(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<Model> {
    change(tx, ctx, id, Action::Pause, CampaignStatus::Paused).await
}

/// Goes on.
///
/// # Errors
/// `Conflict` also while its template may not be sent.
pub async fn resume(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<Model> {
    let campaign = lock(tx, ctx, id).await?;
    campaign.status.check(Action::Resume)?;
    if let Some(problem) = not_sendable(tx, campaign.template_id).await? {
        return Err(Error::conflict(problem.code, problem.message));
    }
    change(tx, ctx, id, Action::Resume, CampaignStatus::Running).await
}

/// Stops for good: who was not sent to will not be, and nothing is tried again.
pub async fn cancel(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<Model> {
    let campaign = change(tx, ctx, id, Action::Cancel, CampaignStatus::Cancelled).await?;
    outbox::enqueue(tx, LaneName::Maintenance, &CampaignJob::CancelRecipients { campaign: id }).await?;
    Ok(campaign)
}

/// Why a template may not be sent now, if so. Waits for news about it that is just being written, so that whoever goes on
/// to make a campaign run either sees it or is seen by it.
pub(super) async fn not_sendable(tx: &Tx, template: TemplateId) -> Result<Option<Problem>> {
    let mut query = templates::Entity::find_by_id(template);
    if tx.backend() == DbBackend::Postgres {
        query = query.lock_shared();
    }
    let found = query.one(tx.conn()).await?.ok_or_else(|| Error::not_found("template", template))?;
    Ok(found.unsendable())
}

async fn change(tx: &Tx, ctx: &Ctx, id: CampaignId, action: Action, to: CampaignStatus) -> Result<Model> {
    let campaign = lock(tx, ctx, id).await?;
    campaign.status.check(action)?;
    let now = tx.now();
    let told = match to {
        CampaignStatus::Paused => EventType::CampaignPaused,
        CampaignStatus::Cancelled => EventType::CampaignCancelled,
        _ => EventType::CampaignResumed,
    };
    let mut update = Entity::update_many()
        .col_expr(Column::Status, Expr::value(to))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(campaign.status));
    let mut changed = Model { status: to, updated_at: now, ..campaign };
    match to {
        CampaignStatus::Paused => {
            update = update.col_expr(Column::PausedAt, Expr::value(now));
            update = update.col_expr(Column::PausedReason, Expr::value(Option::<String>::None));
            (changed.paused_at, changed.paused_reason) = (Some(now), None);
        }
        CampaignStatus::Cancelled => {
            update = update.col_expr(Column::FinishedAt, Expr::value(now));
            changed.finished_at = Some(now);
        }
        _ => {
            update = update.col_expr(Column::PausedReason, Expr::value(Option::<String>::None));
            changed.paused_reason = None;
        }
    }
    match update.exec(tx.conn()).await?.rows_affected {
        1 => {
            events::campaigns::tell(tx.conn(), tx.clock(), told, &[id]).await?;
            Ok(changed)
        }
        _ => Err(Error::conflict(
            "campaign_changed",
            "somebody else changed this campaign a moment ago; look again",
        )),
    }
}

#[derive(FromQueryResult)]
struct Left {
    n: i64,
}

/// Marks a slice of those not sent to as cancelled; who was sent to without success and waits for another try has
/// failed. Not done while a request is still under way: its row may come back ("certainly not sent") and is then swept
/// too.
pub async fn cancel_recipients(services: &Services, job: OutboxId, id: CampaignId) -> Result<Progress> {
    let tx = services.begin().await?;
    let backend = tx.backend();
    let mut deltas = Deltas::default();
    let slice = if backend == sea_orm::DbBackend::Postgres { 2_000 } else { 250 };
    use MessageStatus::{Held, Pending, Planned, Queued};
    let ends = [(MessageStatus::Cancelled, "wamid IS NULL"), (MessageStatus::Failed, "wamid IS NOT NULL")];
    for (from, (to, which)) in
        [Planned, Pending, Queued, Held].into_iter().flat_map(|from| ends.map(|end| (from, end)))
    {
        let update = Statement::from_sql_and_values(
            backend,
            format!(
                "UPDATE messages SET status = '{to}', queued_until = NULL, next_attempt_at = NULL, reason = NULL,
                    updated_at = $1
                 WHERE id IN (SELECT id FROM messages
                        WHERE campaign_id = $2 AND status = '{from}' AND {which} LIMIT {slice})
                    AND status = '{from}' AND {which}"
            ),
            [tx.now().into(), id.into()],
        );
        let n = i64::try_from(tx.conn().execute_raw(update).await?.rows_affected()).unwrap_or(0);
        deltas.many(Some(id), from, to, n);
    }
    deltas.write(tx.conn(), &services.shards).await?;
    // asked last: whatever somebody moved from one of these to another meanwhile was not seen above
    let left = Statement::from_sql_and_values(
        backend,
        "SELECT COUNT(*) AS n FROM messages
         WHERE campaign_id = $1 AND status IN ('planned', 'pending', 'queued', 'held', 'sending')",
        [id.into()],
    );
    let left = Left::find_by_statement(left).one(tx.conn()).await?.map_or(0, |row| row.n);
    let done = left == 0;
    if done {
        let decided = Statement::from_sql_and_values(
            backend,
            "UPDATE messages SET decided_at = $1 WHERE campaign_id = $2 AND status = 'unknown' AND decided_at IS NULL",
            [tx.now().into(), id.into()],
        );
        tx.conn().execute_raw(decided).await?;
        outbox::settle(tx.conn(), job).await?;
    }
    tx.commit().await?;
    Ok(if done { Progress::Done } else { Progress::More { after: PAUSE } })
}
