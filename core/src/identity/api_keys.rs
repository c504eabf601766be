//! API keys: `bb_` and 160 random bits. Long random keys need no slow hash; SHA-256 makes a lookup one index read.

use super::entity::{Column, Entity, Model};
use crate::context::{Actor, Ctx, Services, Tx};
use crate::error::{Error, Result};
use crate::ids::{ApiKeyId, OrganizationId};
use crate::secret::{ExposeSecret, SecretString, random_token, sha256_hex};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

/// What every key begins with, so that scanners find a leaked one.
pub const KEY_PREFIX: &str = "bb_";

/// A key just made: the only moment its text is known.
#[derive(Debug)]
pub struct NewKey {
    /// Its id.
    pub id: ApiKeyId,
    /// The text to give to the caller, once.
    pub secret: SecretString,
}

/// Makes a key for an organization.
///
/// # Errors
/// `NotFound` when there is no such organization.
pub async fn create_key(tx: &Tx, organization: OrganizationId, name: &str) -> Result<NewKey> {
    if crate::organizations::Entity::find_by_id(organization).one(tx.conn()).await?.is_none() {
        return Err(Error::not_found("organization", organization));
    }
    let secret = SecretString::from(format!("{KEY_PREFIX}{}", random_token()));
    let text = secret.expose_secret();
    let row = Model {
        id: ApiKeyId::new(tx.clock()),
        organization_id: organization,
        name: name.trim().to_string(),
        hash: sha256_hex(text.as_bytes()),
        hint: text[text.len() - 4..].to_string(),
        created_at: tx.now(),
        revoked_at: None,
    };
    let id = row.id;
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(NewKey { id, secret })
}

/// Turns a key into the authority it carries; `None` for a key that is unknown or revoked.
pub async fn authenticate(services: &Services, key: &str) -> Result<Option<Ctx>> {
    if !key.starts_with(KEY_PREFIX) {
        return Ok(None);
    }
    let found = Entity::find()
        .filter(Column::Hash.eq(sha256_hex(key.as_bytes())))
        .filter(Column::RevokedAt.is_null())
        .one(services.db.read())
        .await?;
    Ok(found.map(|row| Ctx {
        services: services.clone(),
        organization: row.organization_id,
        actor: Actor::ApiKey(row.id),
    }))
}

/// Makes a key stop working at once.
///
/// # Errors
/// `NotFound` when there is no such key or it was revoked before.
pub async fn revoke(tx: &Tx, id: ApiKeyId) -> Result<()> {
    use sea_orm::sea_query::Expr;
    let done = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Error::not_found("API key", id)) }
}
