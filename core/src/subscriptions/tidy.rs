//! Letting go of what is old.

use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::Result;
use sea_orm::{ConnectionTrait, Statement};

/// Events deleted in one statement, their deliveries with them.
const SLICE: u64 = 2_000;

/// Drops events from before `before` with their deliveries, and secrets that do not sign any more; returns how many
/// events.
pub async fn forget(services: &Services, before: Timestamp) -> Result<u64> {
    let backend = services.db.backend();
    let secrets = Statement::from_sql_and_values(
        backend,
        "UPDATE subscriptions SET previous_secret = NULL, previous_expires_at = NULL WHERE previous_expires_at <= $1",
        [services.now().into()],
    );
    services.db.write().execute_raw(secrets).await?;
    let mut forgotten = 0;
    loop {
        let delete = Statement::from_sql_and_values(
            backend,
            format!(
                "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE created_at < $1 LIMIT {SLICE})"
            ),
            [before.into()],
        );
        let gone = services.db.write().execute_raw(delete).await?.rows_affected();
        forgotten += gone;
        if gone < SLICE {
            return Ok(forgotten);
        }
    }
}
