//! The organizations of an installation, seen from above.

use crate::clock::Timestamp;
use crate::context::{Ctx, Services, Tx};
use crate::error::{Error, Problem, Result};
use crate::ids::OrganizationId;
use crate::organizations::entity::{Column, Entity, Model};
use crate::organizations::{Organization, OrganizationStatus};
use crate::page::{Page, PageRequest};
use crate::plans;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// The longest reason.
const REASON: usize = 500;

/// What is looked for; nothing given: everything.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// A part of its name, slug or address.
    pub text: Option<String>,
    /// Only those that may, or may not, be worked in.
    pub status: Option<OrganizationStatus>,
    /// Only those with this plan.
    pub plan: Option<String>,
}

/// Organizations, newest first.
pub async fn list(
    services: &Services,
    search: Search,
    page: PageRequest<OrganizationId>,
) -> Result<Page<Model>> {
    let mut query = Entity::find();
    if let Some(text) = search.text.filter(|text| !text.trim().is_empty()) {
        let escaped =
            text.trim().to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let like = LikeExpr::new(format!("%{escaped}%")).escape('\\');
        let part = |column: Column| Expr::expr(Func::lower(Expr::col(column))).like(like.clone());
        query = query.filter(
            Condition::any().add(part(Column::Name)).add(part(Column::Slug)).add(part(Column::Email)),
        );
    }
    if let Some(status) = search.status {
        query = query.filter(Column::Status.eq(status));
    }
    if let Some(plan) = search.plan {
        query = query.filter(Column::Plan.eq(plan));
    }
    Page::newest(services.db.read(), query, Column::Id, page, |row| row.id.to_string()).await
}

/// Keeps everybody out of an organization, and its messages from being sent: they wait. What its customers write is kept.
///
/// # Errors
/// `NotFound`; `Invalid("invalid_reason")`; `Conflict("organization_suspended")`.
pub async fn suspend(tx: &Tx, ctx: &Ctx, reason: &str) -> Result<Organization> {
    let reason = check_reason(reason)?;
    let taken = "this organization is suspended already";
    turn(tx, ctx, OrganizationStatus::Suspended, Some((tx.now(), reason)), ("organization_suspended", taken))
        .await
}

/// Lets everybody in again; messages that waited go on.
///
/// # Errors
/// `NotFound`; `Conflict("organization_active")`.
pub async fn resume(tx: &Tx, ctx: &Ctx) -> Result<Organization> {
    let free = "this organization is not suspended";
    turn(tx, ctx, OrganizationStatus::Active, None, ("organization_active", free)).await
}

async fn turn(
    tx: &Tx,
    ctx: &Ctx,
    to: OrganizationStatus,
    why: Option<(Timestamp, String)>,
    conflict: (&'static str, &str),
) -> Result<Organization> {
    let (since, reason) = why.unzip();
    let turned = Entity::update_many()
        .col_expr(Column::Status, Expr::value(to))
        .col_expr(Column::SuspendedAt, Expr::value(since))
        .col_expr(Column::SuspendedReason, Expr::value(reason.clone()))
        .filter(Column::Id.eq(ctx.organization))
        .filter(Column::Status.ne(to))
        .exec(tx.conn())
        .await?;
    let row = get(tx, ctx).await?;
    if turned.rows_affected == 0 {
        return Err(Error::conflict(conflict.0, conflict.1));
    }
    tx.changed("status", OrganizationStatus::ALL.iter().find(|status| **status != to), to);
    if let Some(reason) = reason {
        tx.changed("suspended_reason", serde_json::Value::Null, reason);
    }
    Ok(row)
}

/// Gives an organization a plan, or none. `trial_ends_at`: when it has to have another one; `None`: it is no trial.
///
/// # Errors
/// `NotFound`; `Invalid("unknown_plan")`.
pub async fn set_plan(
    tx: &Tx,
    ctx: &Ctx,
    plan: Option<String>,
    trial_ends_at: Option<Timestamp>,
) -> Result<Organization> {
    if let Some(name) = &plan
        && plans::Entity::find_by_id(name).one(tx.conn()).await?.is_none()
    {
        return Err(Error::invalid("plan", "unknown_plan", "there is no plan of this name; make it first"));
    }
    let old = get(tx, ctx).await?;
    Entity::update_many()
        .col_expr(Column::Plan, Expr::value(plan.clone()))
        .col_expr(Column::TrialEndsAt, Expr::value(trial_ends_at))
        .filter(Column::Id.eq(ctx.organization))
        .exec(tx.conn())
        .await?;
    tx.changed("plan", &old.plan, &plan);
    tx.changed("trial_ends_at", old.trial_ends_at.map(|at| at.0), trial_ends_at.map(|at| at.0));
    get(tx, ctx).await
}

async fn get(tx: &Tx, ctx: &Ctx) -> Result<Model> {
    let found = Entity::find_by_id(ctx.organization).one(tx.conn()).await?;
    found.ok_or_else(|| Error::not_found("organization", ctx.organization))
}

/// A reason somebody else will read in the audit log.
pub(super) fn check_reason(reason: &str) -> Result<String> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON || reason.chars().any(char::is_control) {
        let message = format!("say why in 1 to {REASON} characters");
        return Err(Error::Invalid(vec![Problem::new("reason", "invalid_reason", message)]));
    }
    Ok(reason.to_string())
}
