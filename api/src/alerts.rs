//! Alerts: what happened to an account or a number that people should know.

use crate::Time;
use crate::auth::Auth;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::Timestamp;
use bellbird_core::alerts::{self, Severity, acknowledge, queries};
use bellbird_core::ids::{AlertId, SenderId};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;
use std::collections::BTreeMap;

/// Something people should know.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// The sender it is about, if it is about one.
    pub sender_id: Option<SenderId>,
    /// Meta's id of the account it is about.
    pub waba_id: Option<String>,
    /// A stable word, like `account_update.disabled_update`.
    pub kind: String,
    /// How bad it is.
    pub severity: Severity,
    /// What happened and what to do, in plain words.
    pub message: String,
    /// What WhatsApp said.
    pub details: BTreeMap<String, Value>,
    /// How often it happened.
    pub times: i32,
    /// When it first happened.
    pub first_seen_at: Time,
    /// When it last happened.
    pub last_seen_at: Time,
    /// When somebody had seen it; absent again when it happens once more.
    pub acknowledged_at: Option<Time>,
}

impl From<alerts::Alert> for Alert {
    fn from(row: alerts::Alert) -> Self {
        Self {
            id: row.id,
            sender_id: row.sender_id,
            waba_id: row.waba_id,
            kind: row.kind,
            severity: row.severity,
            message: row.message,
            details: serde_json::from_str(&row.raw).unwrap_or_default(),
            times: row.times,
            first_seen_at: row.first_seen_at.to_utc(),
            last_seen_at: row.last_seen_at.to_utc(),
            acknowledged_at: row.acknowledged_at.map(Timestamp::to_utc),
        }
    }
}

/// The operations on alerts.
pub struct AlertsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Alerts")]
impl AlertsApi {
    /// List alerts
    ///
    /// What happened to your accounts, numbers and templates that somebody should look at, newest first.
    #[oai(path = "/alerts", method = "get", operation_id = "listAlerts")]
    async fn list(
        &self,
        auth: Auth,
        /// Only those that somebody has seen (`true`), or nobody yet (`false`).
        acknowledged: Query<Option<bool>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Things in a page, 1 to 200; 50 when not given.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Alert>>> {
        let request = page::request(cursor.as_deref(), limit.0)?;
        let page = queries::list(&auth, acknowledged.0, request).await?;
        Ok(Json(List::of(page, Alert::from)))
    }

    /// Get an alert
    #[oai(path = "/alerts/:alert_id", method = "get", operation_id = "getAlert")]
    async fn get(&self, auth: Auth, alert_id: Path<AlertId>) -> ApiResult<Json<Alert>> {
        Ok(Json(queries::get(&auth, alert_id.0).await?.into()))
    }

    /// Acknowledge an alert
    ///
    /// Somebody has seen it. Should it happen once more, it is open again.
    #[oai(path = "/alerts/:alert_id/acknowledge", method = "post", operation_id = "acknowledgeAlert")]
    async fn acknowledge(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        alert_id: Path<AlertId>,
    ) -> ApiResult<Answer<Alert>> {
        idempotent(&auth, key.alone(), |tx, ctx| {
            Box::pin(async move { Ok(acknowledge::acknowledge(tx, ctx, alert_id.0).await?.into()) })
        })
        .await
    }
}
