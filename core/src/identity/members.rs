//! Who works in an organization: looking, changing roles, letting go.
//!
//! There is always an owner: the last one can neither be made something else nor let go. Only owners decide about
//! owners.

use super::member_entity::{Column, Entity, Model};
use super::roles::Role;
use super::user_entity;
use crate::context::{Actor, Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{OrganizationId, UserId};
use crate::organizations;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

/// A member with their account.
#[derive(Debug, Clone)]
pub struct Member {
    /// Their place.
    pub place: Model,
    /// Their account.
    pub user: user_entity::Model,
}

/// Everybody who works in the caller's organization, longest first. An organization has people, not thousands of them.
pub async fn list(ctx: &Ctx) -> Result<Vec<Member>> {
    let places =
        Entity::secure_find(ctx.organization).order_by_asc(Column::CreatedAt).all(ctx.db.read()).await?;
    let ids: Vec<_> = places.iter().map(|place| place.user_id).collect();
    let find = user_entity::Entity::find().filter(user_entity::Column::Id.is_in(ids));
    let users = find.all(ctx.db.read()).await?;
    let with_user = |place: Model| {
        let user = users.iter().find(|user| user.id == place.user_id)?.clone();
        Some(Member { place, user })
    };
    Ok(places.into_iter().filter_map(with_user).collect())
}

/// Makes a member something else.
///
/// # Errors
/// `NotFound`; `Forbidden("owners_only")`; `Conflict("last_owner")`.
pub async fn change_role(tx: &Tx, ctx: &Ctx, user: UserId, role: Role) -> Result<Member> {
    lock(tx, ctx.organization).await?;
    let place = find(tx, ctx, user).await?;
    guard_owners(tx, ctx, place.role, Some(role)).await?;
    tx.changed("role", place.role, role);
    Entity::update_many()
        .col_expr(Column::Role, Expr::value(role))
        .filter(Column::OrganizationId.eq(ctx.organization))
        .filter(Column::UserId.eq(user))
        .exec(tx.conn())
        .await?;
    let account = super::users::get(tx.conn(), user).await?;
    Ok(Member { place: Model { role, ..place }, user: account })
}

/// Lets a member go: from the next request on they see nothing of the organization. Their account stays.
///
/// # Errors
/// `NotFound`; `Forbidden("owners_only")`; `Conflict("last_owner")`.
pub async fn remove(tx: &Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    lock(tx, ctx.organization).await?;
    let place = find(tx, ctx, user).await?;
    guard_owners(tx, ctx, place.role, None).await?;
    tx.changed("role", place.role, ());
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(ctx.organization))
        .filter(Column::UserId.eq(user))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Of two owners who make each other something else at once, one waits for the other.
async fn lock(tx: &Tx, organization: OrganizationId) -> Result<()> {
    let mut query = organizations::Entity::find_by_id(organization);
    if tx.backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    query.one(tx.conn()).await?.map(drop).ok_or_else(|| Error::not_found("organization", organization))
}

async fn find(tx: &Tx, ctx: &Ctx, user: UserId) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::UserId.eq(user)).one(tx.conn()).await?;
    found.ok_or_else(|| Error::not_found("member", user))
}

/// `now`: what the member is; `then`: what they are to be, nothing when they leave.
async fn guard_owners(tx: &Tx, ctx: &Ctx, now: Role, then: Option<Role>) -> Result<()> {
    if now == Role::Owner || then == Some(Role::Owner) {
        owner(tx, ctx).await?;
    }
    if now == Role::Owner && then != Some(Role::Owner) && owners(tx, ctx.organization).await? < 2 {
        let message = "an organization has an owner: make somebody else one first";
        return Err(Error::conflict("last_owner", message));
    }
    Ok(())
}

async fn owners(tx: &Tx, organization: OrganizationId) -> Result<u64> {
    Ok(Entity::secure_find(organization).filter(Column::Role.eq(Role::Owner)).count(tx.conn()).await?)
}

/// Refuses whoever is not an owner, keys included.
///
/// # Errors
/// `Forbidden("owners_only")`.
pub(super) async fn owner(tx: &Tx, ctx: &Ctx) -> Result<()> {
    let is_owner = match ctx.actor {
        Actor::Person(user) => find(tx, ctx, user).await?.role == Role::Owner,
        Actor::Operator => true,
        Actor::ApiKey(_) | Actor::Worker => false,
    };
    if is_owner { Ok(()) } else { Err(Error::forbidden("owners_only", "only an owner decides about owners")) }
}
