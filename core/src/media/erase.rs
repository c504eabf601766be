//! Deleting what customers sent, with its bytes; the row stays and says that there was something.

use super::entity::{Column, Entity, Model};
use super::{MediaOrigin, MediaStatus, key};
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::ids::OrganizationId;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

/// The files customers sent of which something is left.
pub fn left() -> Select<Entity> {
    let left = Condition::any().add(Column::Status.ne(MediaStatus::Erased)).add(Column::Size.is_not_null());
    Entity::find().filter(Column::Origin.eq(MediaOrigin::Inbound)).filter(left).order_by_asc(Column::Id)
}

/// Those of an organization that came before `bound` (by the time: ids never go backwards, even when a clock does); what is still to be fetched waits for its end.
pub fn before(organization: OrganizationId, bound: Timestamp) -> Select<Entity> {
    left()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::CreatedAt.lt(bound))
        .filter(Column::Status.ne(MediaStatus::Pending))
}

/// How many there are.
pub async fn count(tx: &Tx, which: Select<Entity>) -> Result<u64> {
    Ok(which.count(tx.conn()).await?)
}

/// Erases up to `most` of them; returns how many there were. Done twice it is the same, and after a crash the bytes may
/// be gone before the row says so, never the other way.
pub async fn erase(tx: &Tx, services: &Services, which: Select<Entity>, most: u64) -> Result<u64> {
    let found: Vec<Model> = which.limit(most).all(tx.conn()).await?;
    for medium in &found {
        let nothing = || Expr::value(Option::<String>::None);
        Entity::update_many()
            .col_expr(Column::Status, Expr::value(MediaStatus::Erased))
            .col_expr(Column::FileName, nothing())
            .col_expr(Column::Reason, nothing())
            .col_expr(Column::ProviderId, nothing())
            .col_expr(Column::ProviderSha256, nothing())
            .col_expr(Column::Sha256, nothing())
            .col_expr(Column::Size, Expr::value(Option::<i64>::None))
            .col_expr(Column::NextAttemptAt, Expr::value(Option::<i64>::None))
            .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
            .filter(Column::Id.eq(medium.id))
            .exec(tx.conn())
            .await?;
        // whoever is fetching it this moment finds the row erased and deletes what came
        services.files.delete(&key(medium.organization_id, medium.id)).await?;
    }
    Ok(found.len() as u64)
}
