//! Sessions: beginning one, ending one, seeing all of one's own.

use super::session_entity::{Column, Ended, Entity, Model};
use super::user_entity::Model as User;
use super::{Person, Visitor, refresh_token_entity, trail, user_tokens};
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::{Error, Result};
use crate::ids::{OrganizationId, SessionId, UserId};
use crate::secret::{SecretString, sha256_hex};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// Sessions that are over are shown to nobody and kept this long, for whoever asks what happened.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Somebody else may act in a person's name for so long, however much they do.
const IMPERSONATED: Duration = Duration::from_secs(3_600);
/// A person sees at most so many of their sessions.
const SHOWN: u64 = 100;

/// Begins a session and gives its first refresh token.
pub(super) async fn begin(
    tx: &Tx,
    services: &Services,
    user: &User,
    organization: OrganizationId,
    visitor: &Visitor,
) -> Result<(Model, SecretString)> {
    let ends = ends(services, tx.now(), tx.now());
    open_one(tx, (user.id, organization), visitor, None, ends).await
}

/// Begins a session of somebody else in a person's name.
pub(crate) async fn impersonate(
    tx: &Tx,
    place: (UserId, OrganizationId),
    visitor: &Visitor,
    impersonator: UserId,
) -> Result<(Model, SecretString)> {
    open_one(tx, place, visitor, Some(impersonator), tx.now().plus(IMPERSONATED)).await
}

async fn open_one(
    tx: &Tx,
    place: (UserId, OrganizationId),
    visitor: &Visitor,
    impersonator: Option<UserId>,
    expires_at: Timestamp,
) -> Result<(Model, SecretString)> {
    let row = Model {
        id: SessionId::new(tx.clock()),
        user_id: place.0,
        organization_id: place.1,
        impersonator,
        user_agent: visitor.user_agent.clone(),
        address: visitor.address.map(|address| address.to_string()),
        created_at: tx.now(),
        last_used_at: tx.now(),
        expires_at,
        revoked_at: None,
        revoked_reason: None,
    };
    Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    let token = next_token(tx, &row).await?;
    Ok((row, token))
}

/// When a session ends that began then and is used now: unused for too long, or too old.
pub(super) fn ends(services: &Services, began: Timestamp, now: Timestamp) -> Timestamp {
    let days = |n: u64| DAY.saturating_mul(u32::try_from(n).unwrap_or(u32::MAX));
    let config = &services.config.auth;
    now.plus(days(config.refresh_days)).min(began.plus(days(config.session_days)))
}

/// Makes the refresh token that follows; 256 random bits, kept as a hash.
pub(super) async fn next_token(tx: &Tx, session: &Model) -> Result<SecretString> {
    let token = format!("bbr_{}", hex::encode(rand::random::<[u8; 32]>()));
    let row = refresh_token_entity::Model {
        hash: sha256_hex(token.as_bytes()),
        session_id: session.id,
        created_at: tx.now(),
        expires_at: session.expires_at,
        used_at: None,
    };
    refresh_token_entity::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(SecretString::from(token))
}

/// Ends one of a person's sessions.
///
/// # Errors
/// `NotFound` when it is not theirs, or over.
pub async fn end(tx: &Tx, user: UserId, session: SessionId, why: Ended) -> Result<()> {
    let ended = open(tx.now(), user).filter(Column::Id.eq(session));
    let ended = ended
        .col_expr(Column::RevokedAt, Expr::value(tx.now()))
        .col_expr(Column::RevokedReason, Expr::value(why))
        .exec(tx.conn())
        .await?;
    if ended.rows_affected == 1 { Ok(()) } else { Err(Error::not_found("session", session)) }
}

/// Ends the session that asks.
pub async fn sign_out(person: &Person, visitor: &Visitor) -> Result<()> {
    end_own(person, visitor, person.session, Ended::SignedOut, "signOut").await
}

/// Ends one of a person's sessions at their own wish.
///
/// # Errors
/// `NotFound` when it is not theirs, or over.
pub async fn end_one(person: &Person, visitor: &Visitor, session: SessionId) -> Result<()> {
    end_own(person, visitor, session, Ended::Revoked, "endSession").await
}

async fn end_own(
    person: &Person,
    visitor: &Visitor,
    session: SessionId,
    why: Ended,
    action: &str,
) -> Result<()> {
    let tx = person.ctx.begin().await?;
    end(&tx, person.user, session, why).await?;
    let place = (person.ctx.organization, person.user);
    trail::note(&tx, &person.ctx, place, visitor, action, session.to_string()).await?;
    tx.commit().await
}

/// Ends all of a person's sessions but the one that asks.
pub async fn end_others(person: &Person, visitor: &Visitor) -> Result<()> {
    let tx = person.ctx.begin().await?;
    end_all(&tx, person.user, Ended::Revoked, Some(person.session)).await?;
    let place = (person.ctx.organization, person.user);
    trail::note(&tx, &person.ctx, place, visitor, "endOtherSessions", person.user.to_string()).await?;
    tx.commit().await
}

/// Ends all of a person's sessions but one, or all of them.
pub async fn end_all(tx: &Tx, user: UserId, why: Ended, but: Option<SessionId>) -> Result<()> {
    let mut ended = open(tx.now(), user);
    if let Some(but) = but {
        ended = ended.filter(Column::Id.ne(but));
    }
    ended
        .col_expr(Column::RevokedAt, Expr::value(tx.now()))
        .col_expr(Column::RevokedReason, Expr::value(why))
        .exec(tx.conn())
        .await?;
    Ok(())
}

fn open(now: Timestamp, user: UserId) -> sea_orm::UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::UserId.eq(user))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
}

/// A person's open sessions, newest first.
pub async fn list(services: &Services, user: UserId) -> Result<Vec<Model>> {
    let find = Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(services.now()))
        .order_by_desc(Column::Id)
        .limit(SHOWN);
    Ok(find.all(services.db.read()).await?)
}

/// Whether this person has signed in from this address lately. Whoever has is not kept out by others' guesses.
pub(super) async fn known_address(services: &Services, user: UserId, address: &str) -> Result<bool> {
    let find = Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Column::Address.eq(address))
        .filter(Column::Impersonator.is_null())
        .filter(Column::LastUsedAt.gt(services.now().minus(KEPT)));
    Ok(find.one(services.db.read()).await?.is_some())
}

/// Where a person worked last.
pub(super) async fn last_place(services: &Services, user: UserId) -> Result<Option<OrganizationId>> {
    let own = Entity::find().filter(Column::UserId.eq(user)).filter(Column::Impersonator.is_null());
    let find = own.order_by_desc(Column::Id);
    Ok(find.one(services.db.read()).await?.map(|session| session.organization_id))
}

/// Notes that a session is used, at most once a minute: a campaign's page asks four times a second.
pub(super) async fn touch(services: &Services, session: SessionId, last_used: Timestamp) -> Result<()> {
    let now = services.now();
    if now.since(last_used) < MINUTE {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(now))
        .filter(Column::Id.eq(session))
        .filter(Column::LastUsedAt.lt(now))
        .exec(services.db.write())
        .await?;
    Ok(())
}

/// Drops what has been over for a month: sessions with their tokens, and tokens of emails.
pub async fn forget(services: &Services) -> Result<u64> {
    let before = services.now().minus(KEPT);
    let over = Entity::delete_many()
        .filter(Condition::any().add(Column::ExpiresAt.lt(before)).add(Column::RevokedAt.lt(before)))
        .exec(services.db.write())
        .await?;
    user_tokens::forget(services, before).await?;
    Ok(over.rows_affected)
}
