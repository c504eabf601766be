//! Unknown outcomes, decided. A status usually settles them within seconds; after the quiet period the organization's
//! (or the campaign's) policy speaks: leave them, or send again. People may speak before it, and after it, too.

use super::claim::CANCELLED;
use super::counters::Deltas;
use super::entity::{Column, Entity, Model};
use super::ledger::reopen;
use super::state::MessageStatus;
use crate::bulk::{Kind, Rows};
use crate::context::{Ctx, Services, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{CampaignId, MessageId};
use crate::organizations::UnknownPolicy;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, FromQueryResult, QueryFilter, Statement};
use std::time::Duration;

/// An outcome that stays unknown after so many attempts is left, whatever the policy.
const MOST_ATTEMPTS: i32 = 5;

#[derive(FromQueryResult)]
struct Undecided {
    id: MessageId,
    campaign_id: Option<CampaignId>,
    attempt: i32,
    policy: String,
    campaign_status: Option<String>,
}

/// Decides what has been unknown for longer than the quiet period; returns how many.
pub async fn decide(services: &Services) -> Result<usize> {
    let (backend, now) = (services.db.backend(), services.now());
    let before = now.minus(Duration::from_millis(services.config.sending.unknown_quiet_ms));
    let tx = services.db.begin().await?;
    let lock = if backend == DbBackend::Postgres { "FOR UPDATE OF messages SKIP LOCKED" } else { "" };
    let select = Statement::from_sql_and_values(
        backend,
        format!(
            "SELECT messages.id, messages.campaign_id, messages.attempt, campaigns.status AS campaign_status,
                COALESCE(campaigns.unknown_policy, CASE WHEN messages.purpose = 'marketing'
                    THEN organizations.unknown_marketing ELSE organizations.unknown_transactional END) AS policy
             FROM messages
             JOIN organizations ON organizations.id = messages.organization_id
             LEFT JOIN campaigns ON campaigns.id = messages.campaign_id
             WHERE messages.status = 'unknown' AND messages.decided_at IS NULL AND messages.unknown_at < $1
             ORDER BY messages.id LIMIT 500 {lock}"
        ),
        [before.into()],
    );
    let undecided = Undecided::find_by_statement(select).all(&tx).await?;
    let mut deltas = Deltas::default();
    let (mut left, mut again) = (Rows::new(&[("id", Kind::Text)]), Rows::new(&[("id", Kind::Text)]));
    for row in &undecided {
        let cancelled = row.campaign_status.as_deref() == Some("cancelled");
        if row.policy == "resend" && row.attempt < MOST_ATTEMPTS && !cancelled {
            again.push(vec![row.id.to_string().into()]);
            deltas.moved(row.campaign_id, MessageStatus::Unknown, MessageStatus::Pending);
        } else {
            left.push(vec![row.id.to_string().into()]);
        }
    }
    if !left.is_empty() {
        let update =
            "UPDATE messages SET decided_at = $1, updated_at = $1 FROM {rows} WHERE messages.id = v.id";
        tx.execute_raw(left.statement(backend, update, [now.into()])).await?;
    }
    if !again.is_empty() {
        let update = "UPDATE messages SET status = 'pending', next_attempt_at = $1, updated_at = $1
            FROM {rows} WHERE messages.id = v.id";
        tx.execute_raw(again.statement(backend, update, [now.into()])).await?;
    }
    deltas.write(&tx, &services.shards).await?;
    tx.commit().await?;
    Ok(undecided.len())
}

/// What people decide about.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// One message.
    Message(MessageId),
    /// All of a campaign.
    Campaign(CampaignId),
}

#[derive(FromQueryResult)]
struct Decided {
    campaign_id: Option<CampaignId>,
}

/// Does what people decided about unknown outcomes, without waiting for the quiet period; returns how many there were. To
/// leave is to assume that they arrived; a status that comes later still counts. To resend is to accept that some get it
/// twice. What was left may be sent again later; what was tried five times, or belongs to a cancelled campaign, may not.
pub async fn settle(tx: &Tx, ctx: &Ctx, which: Which, decision: UnknownPolicy) -> Result<u64> {
    let (place, id) = match which {
        Which::Message(id) => ("messages.id = $3", id.to_string()),
        Which::Campaign(id) => ("messages.campaign_id = $3", id.to_string()),
    };
    let (change, may) = match decision {
        UnknownPolicy::Leave => ("decided_at = $1", "decided_at IS NULL".to_string()),
        UnknownPolicy::Resend => (
            "status = 'pending', next_attempt_at = $1",
            format!("attempt < {MOST_ATTEMPTS} AND NOT {CANCELLED}"),
        ),
    };
    let update = Statement::from_sql_and_values(
        tx.backend(),
        format!(
            "UPDATE messages SET {change}, updated_at = $1
             WHERE organization_id = $2 AND {place} AND status = 'unknown' AND {may}
             RETURNING campaign_id"
        ),
        [tx.now().into(), ctx.organization.into(), id.into()],
    );
    let decided = Decided::find_by_statement(update).all(tx.conn()).await?;
    if decision == UnknownPolicy::Resend {
        let mut deltas = Deltas::default();
        for row in &decided {
            deltas.moved(row.campaign_id, MessageStatus::Unknown, MessageStatus::Pending);
        }
        reopen(tx.conn(), decided.iter().filter_map(|row| row.campaign_id).collect(), tx.now()).await?;
        deltas.write(tx.conn(), &ctx.shards).await?;
    }
    Ok(decided.len() as u64)
}

/// The same about one message; gives it as it stands then.
///
/// # Errors
/// `NotFound`; `Conflict("message_not_unknown")` when there is nothing to decide: its outcome is known, it was left before,
/// or it may not be sent again.
pub async fn settle_one(tx: &Tx, ctx: &Ctx, id: MessageId, decision: UnknownPolicy) -> Result<Model> {
    let settled = settle(tx, ctx, Which::Message(id), decision).await?;
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(tx.conn()).await?;
    let message = found.ok_or_else(|| Error::not_found("message", id))?;
    if settled == 0 {
        let why =
            "there is nothing to decide: its outcome is known, or was decided, or it was tried too often";
        return Err(Error::conflict("message_not_unknown", why));
    }
    Ok(message)
}
