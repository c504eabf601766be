//! Rows a claim has won and does not send: put aside in the transaction that won them, as if they had never been claimed,
//! with the reason and, where they only wait, the moment they come up again.

use super::counters::Deltas;
use super::entity::Model;
use super::state::MessageStatus;
use super::tell;
use crate::bulk::{Kind, Rows};
use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::Result;
use crate::events;
use crate::ids::MessageId;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};

/// What becomes of a row instead of being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aside {
    /// Which.
    pub(super) id: MessageId,
    /// `held` or `skipped`.
    pub(super) status: MessageStatus,
    /// A machine word.
    pub(super) reason: &'static str,
    /// When a held one comes up again.
    pub(super) until: Option<Timestamp>,
}

impl Aside {
    /// It waits.
    pub(super) fn held(id: MessageId, reason: &'static str, until: Timestamp) -> Self {
        Self { id, status: MessageStatus::Held, reason, until: Some(until) }
    }

    /// It is not sent at all.
    pub(super) fn skipped(id: MessageId, reason: &'static str) -> Self {
        Self { id, status: MessageStatus::Skipped, reason, until: None }
    }
}

/// Puts them aside. Counted tries stay as the claim left them: the wait for them is over.
pub(super) async fn set_aside(
    conn: &impl ConnectionTrait,
    services: &Services,
    aside: &[Aside],
    deltas: &mut Deltas,
) -> Result<()> {
    let mut rows = Rows::new(&[
        ("id", Kind::Text),
        ("status", Kind::Text),
        ("reason", Kind::Text),
        ("until_at", Kind::Int),
    ]);
    for one in aside {
        rows.push(vec![
            one.id.to_string().into(),
            one.status.as_str().into(),
            one.reason.into(),
            one.until.into(),
        ]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let (now, backend) = (services.now(), conn.get_database_backend());
    // each database knows only one way to say "the changed row and not what it was joined with"
    let all = if backend == DbBackend::Postgres { "messages.*" } else { "*" };
    let update = rows.statement(
        backend,
        &format!(
            "UPDATE messages SET status = v.status, reason = v.reason, next_attempt_at = v.until_at,
            attempt = attempt - 1, claimed_at = NULL, updated_at = $1
         FROM {{rows}} WHERE messages.id = v.id AND messages.status = 'sending'
         RETURNING {all}"
        ),
        [now.into()],
    );
    let mut told = Vec::new();
    for row in Model::find_by_statement(update).all(conn).await? {
        deltas.moved(row.campaign_id, MessageStatus::Queued, row.status);
        told.extend(tell::refused(&row, now));
    }
    events::record(conn, services.clock.as_ref(), &told).await
}
