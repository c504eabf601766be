//! Whose turn it is to feed a sender: one short lease per sender.

use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::Result;
use crate::ids::SenderId;
use sea_orm::{ConnectionTrait, Statement};

/// Takes or renews the lease of a sender until `until`; false while another worker holds it.
pub async fn take(services: &Services, sender: SenderId, owner: &str, until: Timestamp) -> Result<bool> {
    let take = Statement::from_sql_and_values(
        services.db.backend(),
        "INSERT INTO feeder_leases (sender_id, owner, until_at) VALUES ($1, $2, $3)
         ON CONFLICT (sender_id) DO UPDATE SET owner = excluded.owner, until_at = excluded.until_at
         WHERE feeder_leases.owner = excluded.owner OR feeder_leases.until_at < $4",
        [sender.into(), owner.into(), until.into(), services.now().into()],
    );
    Ok(services.db.write().execute_raw(take).await?.rows_affected() == 1)
}
