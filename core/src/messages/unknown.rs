//! Unknown outcomes, decided. A status usually settles them within seconds; after the quiet period the organization's
//! (or the campaign's) policy speaks: leave them, or send again.

use super::counters::Deltas;
use super::state::MessageStatus;
use crate::bulk::{Kind, Rows};
use crate::context::Services;
use crate::error::Result;
use crate::ids::{CampaignId, MessageId};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
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
    deltas.write(&tx, services.shard).await?;
    tx.commit().await?;
    Ok(undecided.len())
}
