//! Refreshing: a refresh token for the next one, and a new access token.
//!
//! A refresh token is good once. Presented a second time it was copied, and nobody can say by whom: the session ends,
//! for the thief and for the person, who signs in anew. One exception: within seconds of its use, a second
//! presentation is refused and nothing more, for two tabs of one browser do that, and a client that lost the answer.
//! It gets no token then; a browser has the new one in its cookie by then.

use super::login::{SignedIn, enter, signed_in};
use super::refresh_token_entity::{Column, Entity, Model};
use super::session_entity::{self, Ended, Model as Session};
use super::{Visitor, sessions, throttle, trail, user_entity, users};
use crate::context::{Services, Tx};
use crate::error::{Error, Result};
use crate::ids::OrganizationId;
use crate::secret::{ExposeSecret, SecretString, sha256_hex};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::time::Duration;

/// So soon after its use a token presented again is taken for an accident.
const ACCIDENT: Duration = Duration::from_secs(10);

/// What became of a token that was presented.
enum Presented {
    /// It was good, and is used up now.
    Fresh(Model),
    /// It was used before.
    Again(Model),
}

/// Exchanges a refresh token. `organization`: to go on in another organization of theirs.
///
/// # Errors
/// `invalid_refresh_token` when it is unknown, expired or used before, or its session is over; `refreshed_already` when
/// it was used seconds ago; `organization_suspended`; `NotFound` for an organization they do not belong to.
pub async fn refresh(
    services: &Services,
    visitor: &Visitor,
    token: &SecretString,
    organization: Option<OrganizationId>,
) -> Result<SignedIn> {
    throttle::token(services, visitor).await?;
    let tx = services.begin().await?;
    match present(&tx, token).await? {
        Presented::Fresh(row) => {
            let mut session = session(&tx, &row).await?;
            if let Some(wanted) = organization {
                stays(&session, wanted)?;
                session.organization_id = wanted;
            }
            let places = users::memberships(tx.conn(), session.user_id).await?;
            match enter(&places, session.organization_id) {
                // let go meanwhile; of an organization they named themselves, they are told
                Err(Error::NotFound { .. }) if organization.is_none() => return Err(invalid()),
                entered => entered?,
            };
            session.last_used_at = tx.now();
            if session.impersonator.is_none() {
                session.expires_at = sessions::ends(services, session.created_at, tx.now());
            }
            keep(&tx, &session).await?;
            let next = sessions::next_token(&tx, &session).await?;
            tx.commit().await?;
            signed_in(services, session, next).await
        }
        Presented::Again(row) => Err(reused(tx, services, visitor, row).await?),
    }
}

/// Who acts in somebody's name was let into one organization, and sees none of their other ones.
fn stays(session: &Session, wanted: OrganizationId) -> Result<()> {
    match session.impersonator {
        Some(_) if session.organization_id != wanted => Err(Error::not_found("organization", wanted)),
        _ => Ok(()),
    }
}

async fn present(tx: &Tx, token: &SecretString) -> Result<Presented> {
    let hash = sha256_hex(token.expose_secret().as_bytes());
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(tx.now()))
        .filter(Column::Hash.eq(&hash))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(tx.now()))
        .exec(tx.conn())
        .await?;
    let row = Entity::find_by_id(hash).one(tx.conn()).await?.ok_or_else(invalid)?;
    match used.rows_affected {
        1 => Ok(Presented::Fresh(row)),
        _ if row.used_at.is_some() => Ok(Presented::Again(row)),
        _ => Err(invalid()),
    }
}

/// The token's session, if it and its person may go on.
async fn session(tx: &Tx, row: &Model) -> Result<Session> {
    let session =
        session_entity::Entity::find_by_id(row.session_id).one(tx.conn()).await?.ok_or_else(invalid)?;
    let user = user_entity::Entity::find_by_id(session.user_id).one(tx.conn()).await?.ok_or_else(invalid)?;
    let open = session.revoked_at.is_none() && session.expires_at > tx.now() && user.disabled_at.is_none();
    open.then_some(session).ok_or_else(invalid)
}

/// Writes what a refresh changes; of two at one moment, one has lost its token already.
async fn keep(tx: &Tx, session: &Session) -> Result<()> {
    use session_entity::{Column, Entity};
    let kept = Entity::update_many()
        .col_expr(Column::OrganizationId, Expr::value(session.organization_id))
        .col_expr(Column::LastUsedAt, Expr::value(session.last_used_at))
        .col_expr(Column::ExpiresAt, Expr::value(session.expires_at))
        .filter(Column::Id.eq(session.id))
        .filter(Column::RevokedAt.is_null())
        .exec(tx.conn())
        .await?;
    if kept.rows_affected == 1 { Ok(()) } else { Err(invalid()) }
}

/// A token that comes a second time ends its session, unless it is an accident.
async fn reused(tx: Tx, services: &Services, visitor: &Visitor, row: Model) -> Result<Error> {
    let used_at = row.used_at.unwrap_or_else(|| tx.now());
    if tx.now().since(used_at) < ACCIDENT {
        tx.rollback().await?;
        let message = "this refresh token was used a moment ago; use the one that came with that answer";
        return Ok(Error::conflict("refreshed_already", message));
    }
    let found = session_entity::Entity::find_by_id(row.session_id).one(tx.conn()).await?;
    if let Some(session) = found.filter(|session| session.revoked_at.is_none()) {
        // over by itself meanwhile is as good
        let _ = sessions::end(&tx, session.user_id, session.id, Ended::TokenReused).await;
        let place = (session.organization_id, session.user_id);
        trail::note(&tx, services, place, visitor, "refreshTokenReused", session.id.to_string()).await?;
        tracing::warn!(
            session = %session.id, user = %session.user_id,
            "a refresh token was presented twice: it was copied, and its session is ended"
        );
    }
    tx.commit().await?;
    Ok(invalid())
}

fn invalid() -> Error {
    Error::unproved("invalid_refresh_token", "this session is over; sign in again")
}
