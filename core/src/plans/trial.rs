//! What a new organization begins with.

use super::Entity;
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::organizations::Organization;
use crate::organizations::entity::{Column, Entity as Organizations};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Gives somebody who registered the plan of `[plans]`, with its trial.
pub async fn begin(tx: &Tx, services: &Services, organization: &Organization) -> Result<()> {
    let config = &services.config.plans;
    if config.default.is_empty() {
        return Ok(());
    }
    if Entity::find_by_id(&config.default).one(tx.conn()).await?.is_none() {
        // whoever registers can do nothing about it, and must not be turned away
        tracing::error!(plan = config.default, "`plans.default` names no plan; a new organization has none");
        return Ok(());
    }
    let ends: Option<Timestamp> =
        (config.trial_days > 0).then(|| tx.now().plus(DAY.saturating_mul(config.trial_days)));
    Organizations::update_many()
        .col_expr(Column::Plan, Expr::value(config.default.clone()))
        .col_expr(Column::TrialEndsAt, Expr::value(ends))
        .filter(Column::Id.eq(organization.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}
