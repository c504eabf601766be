//! A sender the provider refuses is paused with its reason: its messages wait, none is lost or blamed.

use super::SenderStatus;
use super::entity::{Column, Entity, Model};
use crate::context::{Ctx, Services, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::SenderId;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use std::time::Duration;

/// A sender that was changed or resumed is not paused again so soon: workers may have asked with the token they knew
/// before. Whoever is refused with the new one, too, is heard the next time.
const SETTLES: Duration = Duration::from_secs(3);

/// Pauses an active sender; true when this call did it.
pub async fn pause(services: &Services, id: SenderId, reason: &str) -> Result<bool> {
    let changed_lately = Condition::all()
        .add(Column::UpdatedAt.gt(services.now().minus(SETTLES)))
        .add(Expr::col(Column::UpdatedAt).ne(Expr::col(Column::CreatedAt)));
    let done = Entity::update_many()
        .col_expr(Column::Status, Expr::value(SenderStatus::Paused))
        .col_expr(Column::PausedReason, Expr::value(reason))
        .col_expr(Column::UpdatedAt, Expr::value(services.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(SenderStatus::Active))
        .filter(changed_lately.not())
        .exec(services.db.write())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Lets a paused sender send again; its waiting messages go on.
///
/// # Errors
/// `NotFound`; `Conflict` when it is not paused.
pub async fn resume(tx: &Tx, ctx: &Ctx, id: SenderId) -> Result<Model> {
    super::connect::get(ctx, id).await?;
    let done = Entity::update_many()
        .col_expr(Column::Status, Expr::value(SenderStatus::Active))
        .col_expr(Column::PausedReason, Expr::value(Option::<String>::None))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(SenderStatus::Paused))
        .exec(tx.conn())
        .await?;
    if done.rows_affected != 1 {
        return Err(Error::conflict("sender_not_paused", "this sender is not paused"));
    }
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(tx.conn()).await?;
    found.ok_or_else(|| Error::not_found("sender", id))
}
