//! Letting scheduled campaigns go out when their time has come.
//!
//! Every worker looks, and each due campaign is one transaction: it is locked (or left to whoever has it), moved on by
//! compare-and-set, and launched. A worker that dies before the commit has done nothing; the next one does it.

use super::rule::Occurrences;
use super::{GRACE, MissedPolicy, Schedule, copy, plan};
use crate::campaigns::entity::{Column, Entity, Model};
use crate::campaigns::launch;
use crate::campaigns::state::CampaignStatus;
use crate::clock::Timestamp;
use crate::context::{Actor, Ctx, Services, Tx};
use crate::error::{Error, Result};
use crate::events::{self, EventType};
use crate::ids::CampaignId;
use crate::organizations;
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, Statement};

/// At most so many in one look.
const MOST: u64 = 50;

#[derive(FromQueryResult)]
struct Due {
    id: CampaignId,
}

/// Lets everything go out that is due; returns how many campaigns moved on. The campaigns of a suspended organization
/// wait for it.
pub async fn run(services: &Services) -> Result<usize> {
    let select = Statement::from_sql_and_values(
        services.db.backend(),
        format!(
            "SELECT campaigns.id FROM campaigns JOIN organizations ON organizations.id = campaigns.organization_id
             WHERE campaigns.status = 'scheduled' AND campaigns.next_run_at <= $1 AND organizations.status = 'active'
             ORDER BY campaigns.next_run_at LIMIT {MOST}"
        ),
        [services.now().into()],
    );
    let due = Due::find_by_statement(select).all(services.db.read()).await?;
    let (mut moved, mut failed) = (0, None);
    for Due { id } in due {
        // one that cannot go out now must not hold up the others
        match Box::pin(run_one(services, id)).await {
            Ok(done) => moved += usize::from(done),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(moved), Err)
}

async fn run_one(services: &Services, id: CampaignId) -> Result<bool> {
    let tx = services.begin().await?;
    let moved = move_on(&tx, services, id).await?;
    if moved {
        tx.commit().await?
    } else {
        tx.rollback().await?
    }
    Ok(moved)
}

async fn move_on(tx: &Tx, services: &Services, id: CampaignId) -> Result<bool> {
    let mut query = Entity::find_by_id(id).filter(Column::Status.eq(CampaignStatus::Scheduled));
    if tx.backend() == DbBackend::Postgres {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let Some(campaign) = query.one(tx.conn()).await? else { return Ok(false) };
    let now = tx.now();
    let Some(due) = campaign.next_run_at.filter(|due| *due <= now) else { return Ok(false) };
    let Some((schedule, occurrences)) = read(&campaign) else {
        tracing::error!(campaign = %id, "what is kept of a schedule cannot be read");
        fail(tx, id, CampaignStatus::Scheduled, "Its schedule cannot be read any more; schedule it anew.")
            .await?;
        return Ok(true);
    };
    let ctx = Ctx::trusted(services.clone(), campaign.organization_id, Actor::Worker);
    if now.since(due) > GRACE && schedule.missed == MissedPolicy::Skip {
        skip(tx, &campaign, due, occurrences.after(now.minus(GRACE))).await?;
    } else if schedule.repeat.is_some() {
        repeat(tx, &ctx, &campaign, &occurrences, due).await?;
    } else {
        once(tx, &ctx, campaign).await?;
    }
    Ok(true)
}

/// Zones and rules were good when they were kept; a newer edition of the zones may have dropped one.
fn read(campaign: &Model) -> Option<(Schedule, Occurrences)> {
    let schedule = Schedule::of(campaign)?;
    let occurrences = schedule.read().ok()?;
    Some((schedule, occurrences))
}

/// The campaign itself goes out.
async fn once(tx: &Tx, ctx: &Ctx, campaign: Model) -> Result<()> {
    let id = campaign.id;
    let draft =
        Model { status: CampaignStatus::Draft, next_run_at: None, runs: 1, updated_at: tx.now(), ..campaign };
    plan::write(tx, CampaignStatus::Scheduled, draft).await?;
    go_out(tx, ctx, id).await
}

/// A copy goes out, and the campaign waits for the next time; several times that were missed are one run.
async fn repeat(
    tx: &Tx,
    ctx: &Ctx,
    campaign: &Model,
    occurrences: &Occurrences,
    due: Timestamp,
) -> Result<()> {
    let next = occurrences.after(tx.now());
    // a run stops as long after its beginning as the first one does
    let stop_at = campaign.stop_at.zip(occurrences.first()).map(|(stop, first)| due.plus(stop.since(first)));
    let copy = copy::draft(tx, ctx, campaign, &occurrences.day(due), stop_at).await?;
    let moved = Model {
        status: if next.is_some() { CampaignStatus::Scheduled } else { CampaignStatus::Draft },
        next_run_at: next,
        runs: campaign.runs.saturating_add(1),
        failure: None,
        updated_at: tx.now(),
        ..campaign.clone()
    };
    plan::write(tx, CampaignStatus::Scheduled, moved).await?;
    go_out(tx, ctx, copy.id).await
}

/// Nobody was there in time, and that was to be the end of it.
async fn skip(tx: &Tx, campaign: &Model, due: Timestamp, next: Option<Timestamp>) -> Result<()> {
    let why =
        format!("It was to go out at {due}, but no worker was there in time, and missed times are skipped.");
    tracing::warn!(campaign = %campaign.id, %due, "a scheduled time was missed and is skipped");
    let moved = Model {
        status: if next.is_some() { CampaignStatus::Scheduled } else { CampaignStatus::Draft },
        next_run_at: next,
        failure: Some(why),
        updated_at: tx.now(),
        ..campaign.clone()
    };
    plan::write(tx, CampaignStatus::Scheduled, moved).await?;
    Ok(())
}

/// Launches a draft; one that cannot be launched has failed, and says why.
async fn go_out(tx: &Tx, ctx: &Ctx, id: CampaignId) -> Result<()> {
    let launched = match trial(tx, ctx).await {
        Ok(()) => launch::launch(tx, ctx, id).await.map(|_| ()),
        Err(over) => Err(over),
    };
    let why = match launched {
        Ok(()) => return Ok(()),
        Err(error @ (Error::Unavailable { .. } | Error::Internal(_))) => return Err(error),
        Err(error) => in_words(&error),
    };
    tracing::warn!(campaign = %id, why, "a scheduled campaign could not be launched");
    fail(tx, id, CampaignStatus::Draft, &why).await
}

async fn trial(tx: &Tx, ctx: &Ctx) -> Result<()> {
    let found = organizations::Entity::find_by_id(ctx.organization).one(tx.conn()).await?;
    match found.is_some_and(|organization| organization.trial_is_over(tx.now())) {
        true => Err(Error::over_plan("trial_over", "the trial of this organization has ended")),
        false => Ok(()),
    }
}

async fn fail(tx: &Tx, id: CampaignId, from: CampaignStatus, why: &str) -> Result<()> {
    let failed = Entity::update_many()
        .col_expr(Column::Status, Expr::value(CampaignStatus::Failed))
        .col_expr(Column::Failure, Expr::value(why))
        .col_expr(Column::NextRunAt, Expr::value(Option::<Timestamp>::None))
        .col_expr(Column::FinishedAt, Expr::value(tx.now()))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(from))
        .exec(tx.conn())
        .await?;
    match failed.rows_affected {
        1 => events::campaigns::tell(tx.conn(), tx.clock(), EventType::CampaignFailed, &[id]).await,
        _ => Ok(()), // somebody else was there meanwhile
    }
}

/// Everything that is wrong, for the person who looks at the campaign.
fn in_words(error: &Error) -> String {
    match error {
        Error::Invalid(problems) => {
            problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}
