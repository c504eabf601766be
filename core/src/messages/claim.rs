//! The claim: `queued → sending` by compare-and-set, many rows in one statement. Only who wins a row here may ask the
//! provider, and everything that forbids sending is asked in the same statement: an organization suspended, a campaign or a sender
//! paused, a campaign's last moment over, a consent withdrawn or a window closed since the row was queued. What the sending
//! policy says takes a look at the person, and is asked of the rows that were won, before anybody may send them.

use super::counters::Deltas;
use super::entity::Model;
use super::policy::COUNTED_HOLDS;
use super::set_aside::set_aside;
use super::state::MessageStatus;
use super::tell;
use super::winnow::{BESIDE, Won, winnow};
use crate::bulk::{Cell, Kind, Rows};
use crate::clock::Timestamp;
use crate::consent::check::{ALLOWED, REASON};
use crate::context::Services;
use crate::error::Result;
use crate::events;
use crate::ids::{CampaignId, MessageId};
use sea_orm::{ConnectionTrait, FromQueryResult};
use std::collections::HashSet;
use std::time::Duration;

/// Everything but templates may be sent only for this long after the customer's last message. Meta's customer service
/// window.
pub const WINDOW: Duration = Duration::from_secs(24 * 3_600);

/// What is no template is still allowed. `$2` is the oldest moment of the customer's last message.
const OPEN_WINDOW: &str = "(messages.kind = 'template' OR EXISTS (SELECT 1 FROM customers
    WHERE customers.id = messages.customer_id AND customers.last_inbound_at > $2))";
/// Organization, sender and campaign are running.
const RUNNING: &str = "(EXISTS (SELECT 1 FROM senders JOIN organizations ON organizations.id = senders.organization_id
        WHERE senders.id = messages.sender_id AND senders.status = 'active' AND organizations.status = 'active')
    AND (messages.campaign_id IS NULL OR EXISTS (SELECT 1 FROM campaigns
        WHERE campaigns.id = messages.campaign_id AND campaigns.status IN ('running', 'settling'))))";

/// The template may be sent: it was not paused, disabled or deleted at the provider since the row was queued.
const SENDABLE: &str = "(messages.template_id IS NULL OR EXISTS (SELECT 1 FROM templates
    WHERE templates.id = messages.template_id AND templates.status = 'approved'))";

/// The row waits in the queue. As an expression, so that rows are found by their ids: the index of queued rows looks
/// short to a planner that counted them when there were none.
const QUEUED: &str = "messages.status || '' = 'queued'";

/// The campaign was cancelled.
pub(super) const CANCELLED: &str = "EXISTS (SELECT 1 FROM campaigns
    WHERE campaigns.id = messages.campaign_id AND campaigns.status = 'cancelled')";

/// The campaign has stopped by itself. `$1` is the present moment.
pub(super) const LATE: &str = "EXISTS (SELECT 1 FROM campaigns
    WHERE campaigns.id = messages.campaign_id AND campaigns.stop_at <= $1)";

/// What becomes of a row that is too late: as with a cancelled campaign, who was sent to before has failed.
pub(super) const LATE_END: &str = "CASE WHEN wamid IS NULL THEN 'skipped' ELSE 'failed' END";

/// What becomes of a row of a cancelled campaign: who was sent to before has failed, everybody else was never sent to.
pub(super) const CANCELLED_END: &str = "CASE WHEN wamid IS NULL THEN 'cancelled' ELSE 'failed' END";

/// Claims those of `ids` that may be sent now, and returns them with their new attempt number. The others go back to
/// where they belong; ids that are not queued any more are left alone.
///
/// After an error nobody knows whether the claim was committed: call [`undo`] with the same `now`.
pub async fn claim(services: &Services, ids: &[MessageId], now: Timestamp) -> Result<Vec<Model>> {
    let tx = services.db.begin().await?;
    let backend = services.db.backend();
    let oldest = now.minus(WINDOW);
    let counted = COUNTED_HOLDS.map(|reason| format!("'{reason}'")).join(", ");
    let update = Rows::ids(ids).statement(
        backend,
        &format!(
            "UPDATE messages SET status = 'sending', attempt = attempt + 1, claimed_at = $1, queued_until = NULL,
                tries = tries + CASE WHEN reason IN ({counted}) THEN 1 ELSE 0 END,
                next_attempt_at = NULL, updated_at = $1
             WHERE id IN (SELECT v.id FROM {{rows}}) AND {QUEUED}
                AND {RUNNING} AND NOT {LATE} AND {SENDABLE} AND {ALLOWED} AND {OPEN_WINDOW}
             RETURNING *, {BESIDE}"
        ),
        [now.into(), oldest.into()],
    );
    let won = tx.query_all_raw(update).await?;
    let won = won.iter().map(Won::read).collect::<Result<Vec<_>>>()?;
    let mut deltas = Deltas::default();
    let (claimed, aside) = winnow(&tx, services, won, now).await?;
    set_aside(&tx, services, &aside, &mut deltas).await?;
    for row in &claimed {
        deltas.moved(row.campaign_id, MessageStatus::Queued, MessageStatus::Sending);
    }
    archive_earlier_attempts(&tx, &claimed).await?;
    if claimed.len() + aside.len() < ids.len() {
        let won: HashSet<MessageId> =
            claimed.iter().map(|row| row.id).chain(aside.iter().map(|one| one.id)).collect();
        let refused: Vec<_> = ids.iter().copied().filter(|id| !won.contains(id)).collect();
        put_back(&tx, services, &refused, &mut deltas).await?;
    }
    deltas.write(&tx, &services.shards).await?;
    tx.commit().await?;
    Ok(claimed)
}

#[derive(FromQueryResult)]
struct Undone {
    campaign_id: Option<CampaignId>,
}

/// Takes back a claim whose commit nobody heard of: no request was made for it, so its rows are pending again and not
/// in doubt. Returns how many there were.
///
/// The moment of the claim tells it from others: had somebody else claimed the same row in the same millisecond,
/// theirs could not be told apart, but a task is never run twice at once.
pub async fn undo(services: &Services, ids: &[MessageId], claimed_at: Timestamp) -> Result<usize> {
    let tx = services.db.begin().await?;
    let update = Rows::ids(ids).statement(
        services.db.backend(),
        "UPDATE messages SET status = 'pending', updated_at = $2
         WHERE id IN (SELECT v.id FROM {rows}) AND status = 'sending' AND claimed_at = $1
         RETURNING campaign_id",
        [claimed_at.into(), services.now().into()],
    );
    let undone = Undone::find_by_statement(update).all(&tx).await?;
    let mut deltas = Deltas::default();
    for row in &undone {
        deltas.moved(row.campaign_id, MessageStatus::Sending, MessageStatus::Pending);
    }
    deltas.write(&tx, &services.shards).await?;
    tx.commit().await?;
    Ok(undone.len())
}

/// The facts of the attempt before move to `message_attempts`, and the row is clean for the new one.
async fn archive_earlier_attempts(conn: &impl ConnectionTrait, claimed: &[Model]) -> Result<()> {
    let mut rows = Rows::new(&[
        ("id", Kind::Text),
        ("attempt", Kind::Int),
        ("wamid", Kind::Text),
        ("code", Kind::Int),
        ("error_title", Kind::Text),
        ("error_detail", Kind::Text),
        ("accepted_at", Kind::Int),
        ("sent_at", Kind::Int),
        ("failed_at", Kind::Int),
        ("unknown_at", Kind::Int),
    ]);
    for row in claimed.iter().filter(|row| row.attempt > 1) {
        rows.push(vec![
            row.id.to_string().into(),
            (row.attempt - 1).into(),
            row.wamid.clone().into(),
            row.code.map(i64::from).map_or(Cell::Null, Cell::Int),
            row.error_title.clone().into(),
            row.error_detail.clone().into(),
            row.accepted_at.into(),
            row.sent_at.into(),
            row.failed_at.into(),
            row.unknown_at.into(),
        ]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let backend = conn.get_database_backend();
    let insert = "INSERT INTO message_attempts
            (message_id, attempt, wamid, code, error_title, error_detail, accepted_at, sent_at, failed_at, unknown_at)
         SELECT v.id, v.attempt, v.wamid, v.code, v.error_title, v.error_detail, v.accepted_at, v.sent_at, v.failed_at,
                v.unknown_at
         FROM {rows} WHERE true ON CONFLICT DO NOTHING";
    conn.execute_raw(rows.statement(backend, insert, [])).await?;
    let clean = "UPDATE messages SET wamid = NULL, code = NULL, error_title = NULL, error_detail = NULL, reason = NULL,
            accepted_at = NULL, sent_at = NULL, failed_at = NULL, unknown_at = NULL, decided_at = NULL
         FROM {rows} WHERE messages.id = v.id";
    conn.execute_raw(rows.statement(backend, clean, [])).await?;
    Ok(())
}

/// Rows that may not be sent: for good (no consent, closed window), or not now (paused). With a template that may not be
/// sent, a campaign's rows wait with their campaign, which is paused for it; a single message has failed: the person who
/// waits for it must know, and it must not go out hours later.
async fn put_back(
    conn: &impl ConnectionTrait,
    services: &Services,
    ids: &[MessageId],
    deltas: &mut Deltas,
) -> Result<()> {
    let (now, oldest) = (services.now(), services.now().minus(WINDOW));
    let update = Rows::ids(ids).statement(
        services.db.backend(),
        &format!(
            "UPDATE messages SET queued_until = NULL, updated_at = $1,
                status = CASE WHEN {CANCELLED} THEN {CANCELLED_END} WHEN NOT {ALLOWED} THEN 'skipped'
                    WHEN {LATE} THEN {LATE_END}
                    WHEN NOT {OPEN_WINDOW} OR (campaign_id IS NULL AND NOT {SENDABLE}) THEN 'failed' ELSE 'pending' END,
                reason = CASE WHEN {CANCELLED} THEN NULL WHEN NOT {ALLOWED} THEN {REASON} WHEN {LATE} THEN 'too_late'
                    WHEN NOT {OPEN_WINDOW} THEN 'window_closed'
                    WHEN campaign_id IS NULL AND NOT {SENDABLE} THEN 'template_not_approved' ELSE reason END
             WHERE id IN (SELECT v.id FROM {{rows}}) AND status = 'queued'
             RETURNING *"
        ),
        [now.into(), oldest.into()],
    );
    let mut told = Vec::new();
    for row in Model::find_by_statement(update).all(conn).await? {
        deltas.moved(row.campaign_id, MessageStatus::Queued, row.status);
        told.extend(tell::refused(&row, now));
    }
    events::record(conn, services.clock.as_ref(), &told).await
}
