//! API keys: made, used, rotated, revoked. Long random keys need no slow hash; SHA-256 makes a lookup one index read.

use super::entity::{Column, Entity, Model};
use super::key_text;
use super::roles::Grants;
use crate::clock::Timestamp;
use crate::context::{Actor, Ctx, Services, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::ids::{ApiKeyId, OrganizationId};
use crate::organizations::{self, OrganizationStatus};
use crate::page::{Page, PageRequest};
use crate::plans::{Limit, limits};
use crate::secret::{ExposeSecret, SecretString, sha256_hex};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter};
use std::time::Duration;

/// A key's last use is written down once in so long.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// What a new key is to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What people call it.
    pub name: String,
    /// What it may do; `None`: everything there is, and will be.
    pub grants: Option<Grants>,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
}

/// A key just made: the only moment its text is known.
#[derive(Debug)]
pub struct NewKey {
    /// Its row.
    pub row: Model,
    /// The text to give to the caller, once.
    pub secret: SecretString,
}

/// Makes a key that may do everything, for an organization; for the operator.
///
/// # Errors
/// `NotFound` when there is no such organization.
pub async fn create_key(tx: &Tx, organization: OrganizationId, name: &str) -> Result<NewKey> {
    if crate::organizations::Entity::find_by_id(organization).one(tx.conn()).await?.is_none() {
        return Err(Error::not_found("organization", organization));
    }
    insert(tx, organization, Wanted { name: name.to_string(), grants: None, expires_at: None }).await
}

/// Makes a key for the caller's organization.
///
/// # Errors
/// `Invalid` with everything that is wrong; `Forbidden("more_than_own")` when the key could do what the caller cannot;
/// `OverPlan`.
pub async fn create(tx: &Tx, ctx: &Ctx, wanted: Wanted) -> Result<NewKey> {
    let mut problems = Vec::new();
    let length = wanted.name.trim().chars().count();
    if !(1..=200).contains(&length) {
        problems.push(Problem::new("name", "invalid_name", "give the key a name of 1 to 200 characters"));
    }
    if wanted.expires_at.is_some_and(|end| end <= tx.now()) {
        problems.push(Problem::new("expires_at", "in_the_past", "a key cannot expire before it is made"));
    }
    if wanted.grants == Some(Grants::NONE) {
        problems.push(Problem::new("scopes", "empty_scopes", "a key without scopes could do nothing"));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    if !ctx.grants.cover(wanted.grants.unwrap_or(Grants::ALL)) {
        let message = "a key cannot be given more than its maker may do; list its `scopes`";
        return Err(Error::forbidden("more_than_own", message));
    }
    limits::room(tx, ctx, Limit::ApiKeys, 1).await?;
    insert(tx, ctx.organization, wanted).await
}

async fn insert(tx: &Tx, organization: OrganizationId, wanted: Wanted) -> Result<NewKey> {
    let secret = key_text::make();
    let row = Model {
        id: ApiKeyId::new(tx.clock()),
        organization_id: organization,
        name: wanted.name.trim().to_string(),
        hash: sha256_hex(secret.expose_secret().as_bytes()),
        hint: key_text::hint(&secret),
        scopes: wanted.grants.map(Grants::scopes),
        created_at: tx.now(),
        expires_at: wanted.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(NewKey { row, secret })
}

/// Makes a successor with the same name, scopes and end; the old key goes on working for `overlap`, so that nobody has to
/// change it everywhere in one moment.
///
/// # Errors
/// `NotFound`; `Conflict("key_not_working")` when it was revoked or has expired; `Forbidden("more_than_own")`.
pub async fn rotate(tx: &Tx, ctx: &Ctx, id: ApiKeyId, overlap: Duration) -> Result<NewKey> {
    let old = find(tx, ctx, id).await?;
    let now = tx.now();
    if !old.works_at(now) {
        return Err(Error::conflict("key_not_working", "this key has ended; make a new one"));
    }
    if !ctx.grants.cover(old.grants()) {
        return Err(Error::forbidden("more_than_own", "this key may do more than you; ask who made it"));
    }
    let end = now.plus(overlap);
    let end = old.expires_at.map_or(end, |before| before.min(end));
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(end))
        .filter(Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    let grants = old.scopes.as_deref().map(Grants::of_scopes);
    insert(tx, ctx.organization, Wanted { name: old.name, grants, expires_at: old.expires_at }).await
}

async fn find(tx: &Tx, ctx: &Ctx, id: ApiKeyId) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(tx.conn()).await?;
    found.ok_or_else(|| Error::not_found("API key", id))
}

/// One key of the organization.
pub async fn get(ctx: &Ctx, id: ApiKeyId) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("API key", id))
}

/// The organization's keys, newest first, also those that have ended.
pub async fn list(ctx: &Ctx, page: PageRequest<ApiKeyId>) -> Result<Page<Model>> {
    let query = Entity::secure_find(ctx.organization);
    Page::newest(ctx.db.read(), query, Column::Id, page, |key| key.id.to_string()).await
}

/// Turns a key into the authority it carries; `None` for a key that is unknown, revoked or has expired.
///
/// # Errors
/// `Forbidden("organization_suspended")`.
pub async fn authenticate(services: &Services, key: &str) -> Result<Option<Ctx>> {
    if !key_text::plausible(key) {
        return Ok(None);
    }
    let hash = sha256_hex(key.as_bytes());
    let found = Entity::find().filter(Column::Hash.eq(hash)).one(services.db.read()).await?;
    let Some(row) = found.filter(|row| row.works_at(services.now())) else { return Ok(None) };
    let organization = organizations::Entity::find_by_id(row.organization_id).one(services.db.read()).await?;
    let organization = organization.filter(|organization| organization.status == OrganizationStatus::Active);
    let organization = organization.ok_or_else(super::authenticate::suspended)?;
    if let Err(error) = note_use(services, &row).await {
        tracing::warn!(%error, "the last use of an API key was not written down");
    }
    Ok(Some(Ctx {
        services: services.clone(),
        organization: row.organization_id,
        actor: Actor::ApiKey(row.id),
        grants: row.grants(),
        impersonator: None,
        trial_over: organization.trial_is_over(services.now()),
    }))
}

async fn note_use(services: &Services, row: &Model) -> Result<()> {
    let (now, before) = (services.now(), services.now().minus(NOTED_EVERY));
    if row.last_used_at.is_some_and(|last| last > before) {
        return Ok(());
    }
    let stale = Condition::any().add(Column::LastUsedAt.is_null()).add(Column::LastUsedAt.lte(before));
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(row.id))
        .filter(stale)
        .exec(services.db.write())
        .await?;
    Ok(())
}

/// Makes a key of the caller's organization stop working at once; done twice, it stays as it is.
///
/// # Errors
/// `NotFound`.
pub async fn revoke_own(tx: &Tx, ctx: &Ctx, id: ApiKeyId) -> Result<Model> {
    find(tx, ctx, id).await?;
    match revoke(tx, id).await {
        Ok(()) | Err(Error::NotFound { .. }) => find(tx, ctx, id).await,
        Err(error) => Err(error),
    }
}

/// Makes any key stop working at once; for the operator.
///
/// # Errors
/// `NotFound` when there is no such key or it was revoked before.
pub async fn revoke(tx: &Tx, id: ApiKeyId) -> Result<()> {
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Error::not_found("API key", id)) }
}
