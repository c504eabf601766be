//! Writing down what came of a delivery, and what follows for its subscription.

use super::edit::forget_types;
use super::retry;
use super::take::Taken;
use crate::alerts::{NewAlert, Severity, raise};
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::Result;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use serde_json::json;
use std::time::Duration;

/// "Gone": the receiver wants nothing more.
const GONE: u16 = 410;

/// What a receiver said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The HTTP status.
    pub status: Option<u16>,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The beginning of the body.
    pub body: Option<String>,
    /// Why there was no answer.
    pub error: Option<String>,
}

impl Outcome {
    fn is_delivered(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Writes down what came of an attempt, unless there was a later one.
pub(super) async fn settle(
    services: &Services,
    taken: &Taken,
    outcome: &Outcome,
    took: Duration,
) -> Result<()> {
    let tx = services.begin().await?;
    let now = tx.now();
    let delivered = outcome.is_delivered();
    if !delivered || taken.subscription.failures > 0 {
        // the subscription before its deliveries, as everybody does it: no deadlocks
        lock(&tx, taken).await?;
    }
    let gone = outcome.status == Some(GONE);
    let again = match delivered || gone {
        true => None,
        false => retry::next(taken.attempt, now, taken.event, outcome.retry_after.as_deref()),
    };
    let state = match (delivered, again) {
        (true, _) => "delivered",
        (false, Some(_)) => "pending",
        (false, None) => "failed",
    };
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE event_deliveries SET state = $4, next_attempt_at = $5, leased_until = NULL, duration_ms = $6,
            response_status = $7, response_body = $8, error = $9, delivered_at = $10, updated_at = $11
         WHERE subscription_id = $1 AND event_id = $2 AND state = 'sending' AND attempts = $3",
        [
            taken.subscription.id.into(),
            taken.event.into(),
            taken.attempt.into(),
            state.into(),
            again.into(),
            i64::try_from(took.as_millis()).unwrap_or(i64::MAX).into(),
            outcome.status.map(i32::from).into(),
            outcome.body.clone().into(),
            outcome.error.clone().into(),
            delivered.then_some(now).into(),
            now.into(),
        ],
    );
    if tx.conn().execute_raw(update).await?.rows_affected() == 0 {
        tx.rollback().await?; // brought back, replayed or removed meanwhile
        return Ok(());
    }
    metrics::counter!("bellbird_deliveries", "state" => state).increment(1);
    if delivered {
        if taken.subscription.failures > 0 {
            recovered(&tx, taken).await?;
        }
    } else {
        failed(&tx, services, taken, gone).await?;
    }
    tx.commit().await
}

async fn lock(tx: &Tx, taken: &Taken) -> Result<()> {
    if tx.backend() == DbBackend::Postgres {
        let select = "SELECT 1 FROM subscriptions WHERE id = $1 FOR UPDATE";
        let select = Statement::from_sql_and_values(tx.backend(), select, [taken.subscription.id.into()]);
        tx.conn().query_one_raw(select).await?;
    }
    Ok(())
}

async fn recovered(tx: &Tx, taken: &Taken) -> Result<()> {
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE subscriptions SET failures = 0, failing_since = NULL, rests_until = NULL
         WHERE id = $1 AND failures > 0",
        [taken.subscription.id.into()],
    );
    tx.conn().execute_raw(update).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Failing {
    failing_since: Option<Timestamp>,
}

/// Counts a failure. After several in a row the receiver rests: a request to it costs a hand for many seconds, and all
/// others need hands, too. After days of nothing else it is switched off.
async fn failed(tx: &Tx, services: &Services, taken: &Taken, gone: bool) -> Result<()> {
    let (id, now) = (taken.subscription.id, tx.now());
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE subscriptions SET failures = failures + 1, failing_since = COALESCE(failing_since, $2),
            rests_until = CASE WHEN failures >= 39 THEN CAST($2 AS BIGINT) + 300000
                WHEN failures >= 19 THEN CAST($2 AS BIGINT) + 120000
                WHEN failures >= 4 THEN CAST($2 AS BIGINT) + 30000 ELSE rests_until END
         WHERE id = $1 AND status = 'active'
         RETURNING failing_since",
        [id.into(), now.into()],
    );
    let Some(failing) = Failing::find_by_statement(update).one(tx.conn()).await? else { return Ok(()) };
    let days = services.config.subscriptions.disable_after_days;
    let patience = Duration::from_secs(24 * 3_600).saturating_mul(u32::try_from(days).unwrap_or(u32::MAX));
    let long = failing.failing_since.is_some_and(|since| now.since(since) >= patience);
    match (gone, long) {
        (true, _) => disable(tx, taken, "the receiver answered 410 (gone)").await,
        (false, true) => disable(tx, taken, &format!("every attempt of {days} days failed")).await,
        (false, false) => Ok(()),
    }
}

/// Switches a subscription off, and says so.
async fn disable(tx: &Tx, taken: &Taken, why: &str) -> Result<()> {
    let subscription = taken.subscription.as_ref();
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE subscriptions SET status = 'disabled', disabled_reason = $2, disabled_at = $3, updated_at = $3
         WHERE id = $1 AND status = 'active'",
        [subscription.id.into(), why.into(), tx.now().into()],
    );
    if tx.conn().execute_raw(update).await?.rows_affected() == 0 {
        return Ok(());
    }
    forget_types(tx, subscription.id).await?;
    let alert = NewAlert {
        organization: subscription.organization_id,
        sender: None,
        waba_id: None,
        kind: "subscription.disabled".into(),
        severity: Severity::Critical,
        message: format!(
            "The subscription {} was switched off: {why}. Mend the receiver, then switch it on again; what failed can be \
             replayed, what happens until then is not kept for it.",
            subscription.id
        ),
        raw: json!({ "subscription_id": subscription.id, "reason": why }).to_string(),
        at: Some(tx.now()),
    };
    raise(tx, alert).await?;
    tracing::warn!(subscription = %subscription.id, why, "a subscription was switched off");
    Ok(())
}
