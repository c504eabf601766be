//! Asking whether there is room for more.

use super::{Entity, Limit, usage};
use crate::context::{Actor, Ctx, Tx};
use crate::error::{Error, Result};
use crate::organizations::entity::{Column, Entity as Organizations};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Refuses what would go beyond the plan, before anything is written. `more`: how much is to be added.
///
/// Operators at the command line are not limited.
///
/// # Errors
/// `OverPlan("plan_limit_reached")`.
pub async fn room(tx: &Tx, ctx: &Ctx, limit: Limit, more: i64) -> Result<()> {
    if ctx.actor == Actor::Operator {
        return Ok(());
    }
    let row = Organizations::find_by_id(ctx.organization).one(tx.conn()).await?;
    let Some(name) = row.and_then(|row| row.plan) else { return Ok(()) };
    let Some(plan) = Entity::find_by_id(name).one(tx.conn()).await? else { return Ok(()) };
    let Some(most) = plan.most(limit) else { return Ok(()) };
    // whoever takes the last place at the same moment waits here
    Organizations::update_many()
        .col_expr(Column::Plan, Expr::col(Column::Plan))
        .filter(Column::Id.eq(ctx.organization))
        .exec(tx.conn())
        .await?;
    let used = usage::count(tx.conn(), tx.backend(), ctx.organization, limit, tx.now()).await?;
    if used.saturating_add(more) <= most {
        return Ok(());
    }
    let what = limit.as_str().replace('_', " ");
    let message =
        format!("the plan {} has {most} {what}, of which {used} are used; choose a larger plan", plan.title);
    Err(Error::over_plan("plan_limit_reached", message))
}
