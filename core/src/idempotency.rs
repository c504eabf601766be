//! `Idempotency-Key`: a request repeated with the same key gets the answer of the first one, and is not done again.
//!
//! A key is reserved first, then completed with its answer in the *same transaction* as the write it guards: either
//! both happened or neither. A reservation whose holder died can be taken over once it has expired.

use crate::clock::Timestamp;
use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use sea_orm::{ConnectionTrait, Statement};
use std::time::Duration;

/// A reservation not completed for this long may be taken over.
const RESERVED_FOR: Duration = Duration::from_secs(60);

/// What a key stands for when it is presented.
#[derive(Debug)]
pub enum Reserved {
    /// It is ours now: do the work and [`complete`] it in the same transaction.
    Fresh,
    /// It was done before; this is the stored answer.
    Replay(String),
}

/// Reserves `key` for a request with this fingerprint (a hash of method, path and body).
///
/// # Errors
/// `Conflict("idempotency_in_flight")` while another request works with the key,
/// `Invalid("idempotency_key_reused")` when the key came with another request before.
pub async fn reserve(ctx: &Ctx, key: &str, fingerprint: &str) -> Result<Reserved> {
    if key.is_empty() || key.len() > 255 {
        return Err(Error::invalid("Idempotency-Key", "invalid_idempotency_key", "use 1 to 255 characters"));
    }
    let now = ctx.now();
    let taken = Statement::from_sql_and_values(
        ctx.db.backend(),
        "INSERT INTO idempotency_keys (organization_id, key, fingerprint, state, locked_until, created_at)
         VALUES ($1, $2, $3, 'reserved', $4, $5)
         ON CONFLICT (organization_id, key) DO UPDATE SET locked_until = excluded.locked_until
         WHERE idempotency_keys.state = 'reserved' AND idempotency_keys.locked_until < $5
           AND idempotency_keys.fingerprint = excluded.fingerprint",
        [ctx.organization.into(), key.into(), fingerprint.into(), now.plus(RESERVED_FOR).into(), now.into()],
    );
    if ctx.db.write().execute_raw(taken).await?.rows_affected() == 1 {
        return Ok(Reserved::Fresh);
    }
    let found = Statement::from_sql_and_values(
        ctx.db.backend(),
        "SELECT fingerprint, answer FROM idempotency_keys WHERE organization_id = $1 AND key = $2",
        [ctx.organization.into(), key.into()],
    );
    let Some(row) = ctx.db.write().query_one_raw(found).await? else {
        return Err(in_flight()); // released a moment ago: the caller may try again
    };
    if row.try_get::<String>("", "fingerprint")? != fingerprint {
        let message = "this key was used for another request; use a new key for every new request";
        return Err(Error::invalid("Idempotency-Key", "idempotency_key_reused", message));
    }
    row.try_get::<Option<String>>("", "answer")?.map(Reserved::Replay).ok_or_else(in_flight)
}

fn in_flight() -> Error {
    Error::conflict(
        "idempotency_in_flight",
        "a request with this key is being worked on; ask again in a moment",
    )
}

/// Stores the answer, in the transaction of the write it guards.
///
/// # Errors
/// `Conflict` when the reservation was taken over meanwhile: the transaction must not commit.
pub async fn complete(tx: &Tx, ctx: &Ctx, key: &str, answer: &str) -> Result<()> {
    let done = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE idempotency_keys SET state = 'done', answer = $3
         WHERE organization_id = $1 AND key = $2 AND state = 'reserved'",
        [ctx.organization.into(), key.into(), answer.into()],
    );
    match tx.conn().execute_raw(done).await?.rows_affected() {
        1 => Ok(()),
        _ => Err(in_flight()),
    }
}

/// Gives a reservation back after a refusal: a corrected request may use the key.
pub async fn release(ctx: &Ctx, key: &str) -> Result<()> {
    let gone = Statement::from_sql_and_values(
        ctx.db.backend(),
        "DELETE FROM idempotency_keys WHERE organization_id = $1 AND key = $2 AND state = 'reserved'",
        [ctx.organization.into(), key.into()],
    );
    ctx.db.write().execute_raw(gone).await?;
    Ok(())
}

/// Forgets keys older than `before`; returns how many.
pub async fn forget(services: &crate::Services, before: Timestamp) -> Result<u64> {
    let old = Statement::from_sql_and_values(
        services.db.backend(),
        "DELETE FROM idempotency_keys WHERE created_at < $1",
        [before.into()],
    );
    Ok(services.db.write().execute_raw(old).await?.rows_affected())
}
