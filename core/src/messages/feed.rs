//! Feeding: `pending → queued` with a lease, and a task per row. The queue holds about two seconds' worth, whatever
//! the campaign's size, so pausing and cancelling bite at once and Redis never holds a campaign.

use super::claim::{CANCELLED, CANCELLED_END};
use super::counters::Deltas;
use super::jobs::{self, SendMessage};
use super::ledger::reopen;
use super::state::MessageStatus;
use crate::context::Services;
use crate::error::Result;
use crate::ids::{CampaignId, CustomerId, MediaId, MessageId, SenderId};
use crate::outbox::unavailable;
use crate::policy::settings;
use crate::queue::{LaneName, NewTask};
use sea_orm::{DbBackend, FromQueryResult, Statement};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// A queued row that was not claimed within this time goes back to pending: its task was lost.
pub const QUEUED_FOR: Duration = Duration::from_secs(10);

#[derive(FromQueryResult)]
struct Fed {
    id: MessageId,
    lane: String,
    attempt: i32,
    customer_id: Option<CustomerId>,
    media_id: Option<MediaId>,
}

#[derive(FromQueryResult)]
struct Waiting {
    campaign_id: Option<CampaignId>,
    n: i64,
}

/// How many rows of a sender are in the queue now, by campaign.
pub async fn queued(services: &Services, sender: SenderId) -> Result<HashMap<Option<CampaignId>, i64>> {
    let count = Statement::from_sql_and_values(
        services.db.backend(),
        "SELECT campaign_id, COUNT(*) AS n FROM messages WHERE sender_id = $1 AND status = 'queued'
         GROUP BY campaign_id",
        [sender.into()],
    );
    let rows = Waiting::find_by_statement(count).all(services.db.read()).await?;
    Ok(rows.into_iter().map(|row| (row.campaign_id, row.n)).collect())
}

#[derive(FromQueryResult)]
struct WithSingles {
    sender_id: SenderId,
}

/// Senders with messages of no campaign that wait to be fed: retries, and those whose first push was lost.
pub async fn senders_with_singles(services: &Services) -> Result<Vec<SenderId>> {
    let select = Statement::from_string(
        services.db.backend(),
        "SELECT DISTINCT sender_id FROM messages WHERE status = 'pending' AND campaign_id IS NULL",
    );
    let rows = WithSingles::find_by_statement(select).all(services.db.read()).await?;
    Ok(rows.into_iter().map(|row| row.sender_id).collect())
}

/// Queues up to `limit` rows of one sender and campaign (`None`: messages of no campaign); returns how many.
pub async fn feed(
    services: &Services,
    sender: SenderId,
    campaign: Option<CampaignId>,
    limit: i64,
) -> Result<usize> {
    let (backend, now) = (services.db.backend(), services.now());
    // The rows are chosen once, before any is changed: as a plain subquery Postgres may run the choice again for every
    // row it looks at, each time past those it has locked, and the limit would hold for nothing.
    let skip = if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let which = if campaign.is_some() {
        "campaign_id = $4"
    } else {
        "campaign_id IS NULL AND CAST($4 AS TEXT) IS NULL"
    };
    let update = Statement::from_sql_and_values(
        backend,
        format!(
            "WITH chosen AS MATERIALIZED (
                SELECT id FROM messages
                WHERE sender_id = $3 AND {which} AND status = 'pending'
                    AND (next_attempt_at IS NULL OR next_attempt_at <= $2)
                LIMIT $5 {skip})
             UPDATE messages SET status = 'queued', queued_until = $1, updated_at = $2
             WHERE id IN (SELECT id FROM chosen) AND status = 'pending'
             RETURNING id, lane, attempt, customer_id, media_id"
        ),
        [
            now.plus(QUEUED_FOR).into(),
            now.into(),
            sender.into(),
            campaign.map(|c| c.to_string()).into(),
            limit.into(),
        ],
    );
    let tx = services.begin().await?;
    let fed = Fed::find_by_statement(update).all(tx.conn()).await?;
    if fed.is_empty() {
        tx.rollback().await?;
        return Ok(0);
    }
    let mut deltas = Deltas::default();
    let moved = i64::try_from(fed.len()).unwrap_or(i64::MAX);
    deltas.many(campaign, MessageStatus::Pending, MessageStatus::Queued, moved);
    deltas.write(tx.conn(), &services.shards).await?;
    tx.commit().await?;
    let mut lanes: [(LaneName, Vec<NewTask>); 2] =
        [(LaneName::Interactive, vec![]), (LaneName::Bulk, vec![])];
    for row in &fed {
        let (customer, media) = (row.customer_id, row.media_id.is_some());
        let job = SendMessage { message: row.id, sender, campaign, customer, media };
        let task = jobs::task(job, row.attempt)?;
        let lane = &mut lanes[usize::from(jobs::lane(&row.lane) == LaneName::Bulk)];
        lane.1.push(task);
    }
    for (lane, tasks) in lanes {
        if !tasks.is_empty() {
            let ids: Vec<String> = tasks.iter().map(|task| task.id.clone()).collect();
            // should this fail, the lease ends and the rows are fed again
            let new = services.queues.push(lane, tasks).await.map_err(unavailable)?;
            // The others still wait, or were buried by an outage that outlasted their deliveries. The rows say what is
            // to be done, so a dead letter must not keep them from it.
            if new < ids.len() as u64 {
                services.queues.requeue(lane, &ids).await.map_err(unavailable)?;
            }
        }
    }
    Ok(fed.len())
}

#[derive(FromQueryResult)]
struct Moved {
    campaign_id: Option<CampaignId>,
    status: MessageStatus,
}

/// At most so many rows in one transaction, and so many transactions in one go.
const SLICE: u64 = 1_000;
const SLICES: u32 = 20;
/// A sending policy that changed less than this ago has messages judged by it that still wait for the one before.
const NEW_POLICY: Duration = Duration::from_secs(120);

/// Rows whose lease ended, held rows whose time has come, and those that wait for hours that were changed since, become
/// pending again, or cancelled with their campaign; returns how many. A quiet night ends for a whole campaign at once.
pub async fn bring_back(services: &Services) -> Result<u64> {
    const DUE: [(MessageStatus, &str); 3] = [
        (MessageStatus::Queued, "queued_until <= $1"),
        (MessageStatus::Held, "next_attempt_at <= $1"),
        (
            MessageStatus::Held,
            "reason = 'quiet_hours' AND EXISTS (SELECT 1 FROM sending_policies
                WHERE sending_policies.organization_id = messages.organization_id
                    AND sending_policies.updated_at > messages.updated_at)",
        ),
    ];
    let due = if settings::changed_since(services, services.now().minus(NEW_POLICY)).await? { 3 } else { 2 };
    let mut total = 0;
    for (from, which) in &DUE[..due] {
        for _ in 0..SLICES {
            let brought = bring_slice(services, *from, which).await?;
            total += brought;
            if brought < SLICE {
                break;
            }
        }
    }
    Ok(total)
}

async fn bring_slice(services: &Services, from: MessageStatus, which: &str) -> Result<u64> {
    let (backend, now) = (services.db.backend(), services.now());
    let tx = services.db.begin().await?;
    let skip = if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let update = Statement::from_sql_and_values(
        backend,
        format!(
            "WITH chosen AS MATERIALIZED (
                SELECT id FROM messages WHERE status = '{from}' AND {which} LIMIT {SLICE} {skip})
             UPDATE messages SET queued_until = NULL, next_attempt_at = NULL, updated_at = $1,
                reason = CASE WHEN {CANCELLED} THEN NULL ELSE reason END,
                status = CASE WHEN {CANCELLED} THEN {CANCELLED_END} ELSE 'pending' END
             WHERE id IN (SELECT id FROM chosen) AND status = '{from}'
             RETURNING campaign_id, status"
        ),
        [now.into()],
    );
    let mut deltas = Deltas::default();
    let mut campaigns = BTreeSet::new();
    let moved = Moved::find_by_statement(update).all(&tx).await?;
    for row in &moved {
        deltas.moved(row.campaign_id, from, row.status);
        campaigns.extend(row.campaign_id);
    }
    reopen(&tx, campaigns, now).await?;
    deltas.write(&tx, &services.shards).await?;
    tx.commit().await?;
    Ok(moved.len() as u64)
}
