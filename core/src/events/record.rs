//! Writing events, and asking whether anybody wants them.

use super::{EventType, VERSION};
use crate::bulk::{Kind, Rows};
use crate::clock::{Clock, Timestamp};
use crate::error::Result;
use crate::ids::{CustomerId, EventId, OrganizationId};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

/// A payload stays below this: receivers often take no more than 20 kB.
const LARGEST: usize = 16_000;
/// What a payload does without when it is too large; integrators read it through the API.
const LARGE_FIELDS: [&str; 2] = ["received", "attributes"];

/// 1 when somebody wants to be told about the messages of the organization of a row of `messages`, else 0: for
/// statements that read such rows anyway, so that knowing costs no query.
pub const WANTED: &str = "CASE WHEN EXISTS (SELECT 1 FROM subscription_types
    WHERE subscription_types.organization_id = messages.organization_id
        AND subscription_types.type IN ('message.sent', 'message.delivered', 'message.read', 'message.failed'))
    THEN 1 ELSE 0 END";

/// Something that happened.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// To whom it matters.
    pub organization: OrganizationId,
    /// What it is about.
    pub kind: EventType,
    /// The person it says something about.
    pub customer: Option<CustomerId>,
    /// When it happened.
    pub at: Timestamp,
    /// What is told, an object.
    pub data: Value,
}

impl NewEvent {
    /// The body that is posted.
    pub(crate) fn payload(&self, id: EventId) -> String {
        let mut body = json!({
            "id": id, "type": self.kind, "version": VERSION, "timestamp": self.at.to_string(),
            "organization_id": self.organization, "data": self.data,
        });
        let text = body.to_string();
        if text.len() <= LARGEST || !LARGE_FIELDS.iter().any(|field| self.data.get(*field).is_some()) {
            return text;
        }
        if let Some(data) = body["data"].as_object_mut() {
            LARGE_FIELDS.iter().for_each(|field| drop(data.remove(*field)));
            data.insert("truncated".into(), Value::Bool(true));
        }
        body.to_string()
    }
}

/// The fields that have a value: what is not known is absent, never null.
pub fn about(fields: Value) -> Value {
    match fields {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other,
    }
}

/// Whether any active subscription of the organization wants one of these types. One look at a tiny index: for those who
/// would have to read or put together many things only to find that nobody wants them.
pub async fn wanted(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    types: &[EventType],
) -> Result<bool> {
    let types = types.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ");
    let select = Statement::from_sql_and_values(
        conn.get_database_backend(),
        format!("SELECT 1 FROM subscription_types WHERE organization_id = $1 AND type IN ({types}) LIMIT 1"),
        [organization.into()],
    );
    Ok(conn.query_one_raw(select).await?.is_some())
}

/// Writes events in the caller's transaction, those that somebody wants, and a delivery for each who does: two statements
/// for all of them, one if nobody wants any, none without events. The worker finds the deliveries by themselves.
pub async fn record(conn: &impl ConnectionTrait, clock: &dyn Clock, events: &[NewEvent]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let (backend, now) = (conn.get_database_backend(), clock.now());
    let mut rows = Rows::new(&[
        ("id", Kind::Text),
        ("organization_id", Kind::Text),
        ("type", Kind::Text),
        ("customer_id", Kind::Text),
        ("payload", Kind::Text),
        ("occurred_at", Kind::Int),
    ]);
    let mut ids = Vec::with_capacity(events.len());
    for event in events {
        let id = EventId::new(clock);
        ids.push(id);
        rows.push(vec![
            id.to_string().into(),
            event.organization.to_string().into(),
            event.kind.as_str().into(),
            event.customer.map(|customer| customer.to_string()).into(),
            event.payload(id).into(),
            event.at.into(),
        ]);
    }
    let insert = rows.statement(
        backend,
        "INSERT INTO events (id, organization_id, type, customer_id, payload, occurred_at, created_at)
         SELECT v.id, v.organization_id, v.type, v.customer_id, v.payload, v.occurred_at, CAST($1 AS BIGINT)
         FROM {rows} WHERE EXISTS (SELECT 1 FROM subscription_types
            WHERE subscription_types.organization_id = v.organization_id AND subscription_types.type = v.type)",
        [now.into()],
    );
    if conn.execute_raw(insert).await?.rows_affected() == 0 {
        return Ok(());
    }
    let deliveries = Rows::ids(ids).statement(
        backend,
        "INSERT INTO event_deliveries (subscription_id, event_id, organization_id, type, state, attempts,
            next_attempt_at, created_at, updated_at)
         SELECT subscription_types.subscription_id, events.id, events.organization_id, events.type, 'pending', 0,
            CAST($1 AS BIGINT), CAST($1 AS BIGINT), CAST($1 AS BIGINT)
         FROM events JOIN subscription_types ON subscription_types.organization_id = events.organization_id
            AND subscription_types.type = events.type
         WHERE events.id IN (SELECT v.id FROM {rows})",
        [now.into()],
    );
    conn.execute_raw(deliveries).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn event(data: Value) -> NewEvent {
        let organization = OrganizationId::new(&ManualClock::new(Timestamp(1_795_000_000_000)));
        let at = Timestamp(1_795_000_000_250);
        NewEvent { organization, kind: EventType::MessageDelivered, customer: None, at, data }
    }

    #[test]
    fn a_payload_says_what_happened_when_and_in_which_version() {
        let id = EventId::new(&ManualClock::new(Timestamp(1)));
        let event = event(json!({"id": "msg_1"}));
        let body: Value = serde_json::from_str(&event.payload(id)).unwrap();
        assert_eq!(
            body,
            json!({
                "id": id.to_string(), "type": "message.delivered", "version": 1,
                "timestamp": "2026-11-18T11:06:40.250Z", "organization_id": event.organization.to_string(),
                "data": {"id": "msg_1"},
            })
        );
    }

    #[test]
    fn a_payload_too_large_for_receivers_does_without_its_large_parts_and_says_so() {
        let id = EventId::new(&ManualClock::new(Timestamp(1)));
        let large = event(json!({"id": "msg_1", "received": {"text": "x".repeat(20_000)}})).payload(id);
        assert!(large.len() < 1_000, "{large}");
        let body: Value = serde_json::from_str(&large).unwrap();
        assert_eq!(body["data"], json!({"id": "msg_1", "truncated": true}));
    }

    #[test]
    fn what_is_not_known_is_absent() {
        assert_eq!(about(json!({"a": 1, "b": null, "c": false})), json!({"a": 1, "c": false}));
    }
}
