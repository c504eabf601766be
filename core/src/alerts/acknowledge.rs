//! Somebody has seen it.

use super::entity::{Column, Entity, Model};
use super::queries;
use crate::context::{Ctx, Tx};
use crate::error::Result;
use crate::ids::AlertId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Marks an alert as seen; seen already, it stays as it is.
///
/// # Errors
/// `NotFound`.
pub async fn acknowledge(tx: &Tx, ctx: &Ctx, id: AlertId) -> Result<Model> {
    Entity::update_many()
        .col_expr(Column::AcknowledgedAt, Expr::value(tx.now()))
        .filter(Column::OrganizationId.eq(ctx.organization))
        .filter(Column::Id.eq(id))
        .filter(Column::AcknowledgedAt.is_null())
        .exec(tx.conn())
        .await?;
    queries::find(tx.conn(), ctx.organization, id).await
}
