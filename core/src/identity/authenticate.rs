//! Turning an access token into the authority it carries.
//!
//! A token proves who somebody is; whether they still may is asked of the database each time, in one query. So an ended
//! session, another role, a disabled person and a suspended organization count from the next request on.

use super::roles::{Grants, Role};
use super::session_entity::Model as Session;
use super::{Person, jwt, sessions};
use crate::clock::Timestamp;
use crate::context::{Actor, Ctx, Services};
use crate::error::{Error, Result};
use crate::ids::{OrganizationId, SessionId, UserId};
use crate::organizations::OrganizationStatus;
use sea_orm::{ConnectionTrait, Statement};
use std::time::Duration;

/// An access token just made.
pub(super) struct AccessToken {
    pub(super) token: String,
    pub(super) expires_at: Timestamp,
}

fn lives(services: &Services) -> Duration {
    Duration::from_secs(60 * services.config.auth.access_minutes)
}

/// This installation, as tokens name it.
fn issuer(services: &Services) -> String {
    services.config.http.public_url()
}

fn audience(services: &Services) -> String {
    format!("bellbird-api:{}", issuer(services))
}

/// Makes an access token for a session.
pub(super) async fn access_token(services: &Services, session: &Session) -> Result<AccessToken> {
    let key = services.tokens.signing(services).await?;
    let now = services.now();
    let expires_at = now.plus(lives(services)).min(session.expires_at);
    let claims = jwt::Claims {
        iss: issuer(services),
        aud: audience(services),
        sub: session.user_id,
        sid: session.id,
        org: session.organization_id,
        iat: now.0.div_euclid(1000),
        exp: expires_at.0.div_euclid(1000),
    };
    let token = jwt::sign(&key.kid, &key.bytes()?, &claims);
    let token = token.ok_or_else(|| Error::internal("an access token could not be written"))?;
    Ok(AccessToken { token, expires_at })
}

/// The person an access token speaks for; `None` for one that proves nothing, or whose session is over.
///
/// # Errors
/// `organization_suspended`.
pub async fn person(services: &Services, token: &str) -> Result<Option<Person>> {
    let Some(unproved) = jwt::read(token) else { return Ok(None) };
    let Some(key) = services.tokens.proving(services, &unproved.kid, lives(services)).await? else {
        return Ok(None);
    };
    let (issuer, audience) = (issuer(services), audience(services));
    let Some(claims) = unproved.prove(&key.bytes()?, &issuer, &audience, services.now()) else {
        return Ok(None);
    };
    let Some(standing) = standing(services, claims.sid, claims.sub, claims.org).await? else {
        return Ok(None);
    };
    if standing.organization == OrganizationStatus::Suspended {
        return Err(suspended());
    }
    sessions::touch(services, claims.sid, standing.last_used_at).await?;
    let ctx = Ctx {
        services: services.clone(),
        organization: claims.org,
        actor: Actor::Person(claims.sub),
        grants: Grants::of_role(standing.role),
        impersonator: standing.impersonator,
        trial_over: standing.trial_ends_at.is_some_and(|end| end <= services.now()),
    };
    Ok(Some(Person { ctx, user: claims.sub, session: claims.sid, role: standing.role }))
}

/// Nobody gets in.
pub(super) fn suspended() -> Error {
    Error::forbidden(
        "organization_suspended",
        "this organization is suspended; ask whoever runs this installation",
    )
}

/// How somebody stands right now.
struct Standing {
    role: Role,
    organization: OrganizationStatus,
    last_used_at: Timestamp,
    impersonator: Option<UserId>,
    trial_ends_at: Option<Timestamp>,
}

/// One query for everything that may have changed since a token was made; `None` when it speaks for nobody any more.
async fn standing(
    services: &Services,
    session: SessionId,
    user: UserId,
    organization: OrganizationId,
) -> Result<Option<Standing>> {
    let sql = "SELECT m.role, o.status, o.trial_ends_at, s.last_used_at, s.impersonator
        FROM sessions s
        JOIN users u ON u.id = s.user_id
        JOIN members m ON m.user_id = s.user_id AND m.organization_id = s.organization_id
        JOIN organizations o ON o.id = s.organization_id
        WHERE s.id = $1 AND s.user_id = $2 AND s.organization_id = $3
          AND s.revoked_at IS NULL AND s.expires_at > $4 AND u.disabled_at IS NULL
          AND (s.impersonator IS NULL OR EXISTS (SELECT 1 FROM users i
            WHERE i.id = s.impersonator AND i.platform_admin AND i.disabled_at IS NULL))";
    let values = [session.into(), user.into(), organization.into(), services.now().into()];
    let asked = Statement::from_sql_and_values(services.db.backend(), sql, values);
    let Some(row) = services.db.read().query_one_raw(asked).await? else { return Ok(None) };
    Ok(Some(Standing {
        role: row.try_get("", "role")?,
        organization: row.try_get("", "status")?,
        last_used_at: row.try_get("", "last_used_at")?,
        impersonator: row.try_get("", "impersonator")?,
        trial_ends_at: row.try_get("", "trial_ends_at")?,
    }))
}
