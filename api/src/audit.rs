//! The audit log: who did what.

use crate::Time;
use crate::auth::Auth;
use crate::error::ApiResult;
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::audit::queries::{self, Search};
use bellbird_core::clock::Timestamp;
use bellbird_core::ids::{AuditEventId, UserId};
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;

/// One thing that was done.
#[derive(Object)]
pub struct AuditEvent {
    /// Its id.
    pub id: AuditEventId,
    /// When.
    pub at: Time,
    /// By whom: the id of a person (`usr_…`) or of an API key (`key_…`).
    pub actor: String,
    /// The platform's administrator who acted as that person.
    #[oai(skip_serializing_if_is_none)]
    pub impersonator: Option<UserId>,
    /// Which operation of this document.
    pub action: String,
    /// The id of what it was done to, or of what was made.
    #[oai(skip_serializing_if_is_none)]
    pub subject: Option<String>,
    /// The address that was asked.
    pub path: String,
    /// What stood in a field before and what stands there now, where that is harmless to read:
    /// `{"role": {"before": "agent", "after": "admin"}}`.
    #[oai(skip_serializing_if_is_none)]
    pub changes: Option<Any<Value>>,
    /// The request's name, as in its answer and in the log.
    #[oai(skip_serializing_if_is_none)]
    pub request_id: Option<String>,
}

impl From<bellbird_core::audit::AuditEvent> for AuditEvent {
    fn from(row: bellbird_core::audit::AuditEvent) -> Self {
        Self {
            id: row.id,
            at: row.at.to_utc(),
            actor: row.actor,
            impersonator: row.impersonator,
            action: row.action,
            subject: row.subject,
            path: row.path,
            changes: row.changes.and_then(|changes| serde_json::from_str(&changes).ok()).map(Any),
            request_id: row.request_id,
        }
    }
}

/// The operations on the audit log.
#[derive(Debug, Clone, Copy)]
pub struct AuditApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Organization")]
impl AuditApi {
    /// Search the audit log
    ///
    /// Every write by a person or a key, newest first. Nothing in it can be changed or deleted.
    #[oai(path = "/audit-events", method = "get", operation_id = "listAuditEvents")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the query, with its sentence")]
    async fn list(
        &self,
        auth: Auth,
        /// By this person or key.
        actor: Query<Option<String>>,
        /// This operation, by its id in this document.
        action: Query<Option<String>>,
        /// To this thing, by its id.
        subject: Query<Option<String>>,
        /// Not before this moment.
        from: Query<Option<Time>>,
        /// Before this moment.
        to: Query<Option<Time>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// At most so many, 1 to 200; 50 when left out.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<AuditEvent>>> {
        let search = Search {
            actor: actor.0,
            action: action.0,
            subject: subject.0,
            from: from.0.map(Timestamp::from),
            to: to.0.map(Timestamp::from),
        };
        let found = queries::list(&auth, search, page::request(cursor.0.as_deref(), limit.0)?).await?;
        Ok(Json(List::of(found, AuditEvent::from)))
    }
}
