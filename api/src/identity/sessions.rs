//! A person's own sessions.

use super::Seen;
use crate::Time;
use crate::auth::PersonAuth;
use crate::error::ApiResult;
use crate::openapi::Tag;
use crate::responses::Gone;
use bellbird_core::identity::{self, sessions};
use bellbird_core::ids::{OrganizationId, SessionId, UserId};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// One sign-in.
#[derive(Object)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// The organization it works in.
    pub organization_id: OrganizationId,
    /// The program that signed in, in its own words.
    #[oai(skip_serializing_if_is_none)]
    pub user_agent: Option<String>,
    /// Where it signed in from.
    #[oai(skip_serializing_if_is_none)]
    pub address: Option<String>,
    /// The platform's administrator who acts in your name in it.
    #[oai(skip_serializing_if_is_none)]
    pub impersonator: Option<UserId>,
    /// When it signed in.
    pub created_at: Time,
    /// When it was last used, to the minute.
    pub last_used_at: Time,
    /// When it ends unless it is refreshed.
    pub expires_at: Time,
}

impl Session {
    fn of(row: identity::Session, current: SessionId) -> Self {
        Self {
            id: row.id,
            current: row.id == current,
            organization_id: row.organization_id,
            user_agent: row.user_agent,
            address: row.address,
            impersonator: row.impersonator,
            created_at: row.created_at.to_utc(),
            last_used_at: row.last_used_at.to_utc(),
            expires_at: row.expires_at.to_utc(),
        }
    }
}

/// All of a person's open sessions, newest first.
#[derive(Object)]
pub struct Sessions {
    /// The sessions, at most a hundred.
    pub items: Vec<Session>,
}

/// The operations on one's own sessions.
#[derive(Debug, Clone, Copy)]
pub struct SessionsApi;

#[OpenApi(prefix_path = "/api/v1/auth", tag = "Tag::People")]
impl SessionsApi {
    /// List sessions
    ///
    /// Everywhere you are signed in, newest first.
    #[oai(path = "/sessions", method = "get", operation_id = "listSessions")]
    async fn list(&self, auth: PersonAuth) -> ApiResult<Json<Sessions>> {
        let found = sessions::list(&auth.ctx, auth.user).await?;
        let items = found.into_iter().map(|row| Session::of(row, auth.session)).collect();
        Ok(Json(Sessions { items }))
    }

    /// End a session
    ///
    /// Its tokens are good for nothing from the next request on.
    #[oai(path = "/sessions/:session_id", method = "delete", operation_id = "endSession")]
    async fn end(&self, auth: PersonAuth, seen: Seen, session_id: Path<SessionId>) -> ApiResult<Gone> {
        sessions::end_one(&auth, &seen, session_id.0).await?;
        Ok(Gone::Gone)
    }

    /// End all other sessions
    ///
    /// Only the one that asks goes on.
    #[oai(path = "/sessions/end-others", method = "post", operation_id = "endOtherSessions")]
    async fn end_others(&self, auth: PersonAuth, seen: Seen) -> ApiResult<Gone> {
        sessions::end_others(&auth, &seen).await?;
        Ok(Gone::Gone)
    }
}
