//! Forgetting imports nobody needs any more.

use super::entity::{Column, Entity};
use super::report;
use super::state::ImportStatus;
use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::Result;
use sea_orm::{ColumnTrait, EntityTrait, ModelTrait, QueryFilter, QueryOrder, QuerySelect};

/// Imports forgotten in one go.
const MOST: u64 = 100;
/// Rows deleted in one transaction.
const SWEEP: u64 = 5_000;

/// Forgets imports that have not changed since `before`, with their files and reports. Who went in stays.
pub async fn forget(services: &Services, before: Timestamp) -> Result<usize> {
    let old = Entity::find()
        .filter(Column::UpdatedAt.lt(before))
        .filter(Column::Status.ne(ImportStatus::Running))
        .order_by_asc(Column::UpdatedAt)
        .limit(MOST)
        .all(services.db.read())
        .await?;
    let found = old.len();
    for import in old {
        services.files.delete(&import.file()).await?;
        while report::forget_before(services.db.write(), import.id, i32::MAX, SWEEP).await? {}
        import.delete(services.db.write()).await?;
    }
    Ok(found)
}
