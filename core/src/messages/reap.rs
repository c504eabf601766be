//! Rows left in `sending` by a worker that died: nobody knows whether its request was made, so they become unknown.

use super::ledger::{self, Details, Heard, News, Target};
use super::state::Fact;
use crate::context::Services;
use crate::error::Result;
use crate::ids::MessageId;
use sea_orm::{FromQueryResult, Statement};
use std::time::Duration;

#[derive(FromQueryResult)]
struct Stale {
    id: MessageId,
    attempt: i32,
}

/// Settles what was claimed too long ago; returns how many.
pub async fn reap(services: &Services) -> Result<usize> {
    let now = services.now();
    let before = now.minus(Duration::from_millis(services.config.sending.claim_expires_ms));
    let select = Statement::from_sql_and_values(
        services.db.backend(),
        "SELECT id, attempt FROM messages WHERE status = 'sending' AND claimed_at < $1 LIMIT 500",
        [before.into()],
    );
    let stale = Stale::find_by_statement(select).all(services.db.read()).await?;
    let why = "the worker stopped before it recorded an answer";
    let news: Vec<_> = stale
        .iter()
        .map(|row| News {
            target: Target::Attempt(row.id, row.attempt),
            through: None,
            at: now,
            wamid: None,
            heard: Heard::Fact(Fact::Ambiguous { why: why.into() }),
            details: Details::default(),
        })
        .collect();
    if !news.is_empty() {
        tracing::warn!(messages = news.len(), "claims without an answer became unknown");
        ledger::record(services, &news).await?;
    }
    Ok(news.len())
}
