//! Recording what people said about marketing.

use super::ConsentState;
use crate::bulk::{Kind, Rows};
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::error::Result;
use crate::events::{self, EventType, NewEvent, about};
use crate::ids::{ConsentEventId, CustomerId, OrganizationId};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::collections::HashSet;

/// What was said, when, and how we know.
#[derive(Debug, Clone)]
pub struct Said {
    /// By whom.
    pub customer: CustomerId,
    /// Yes or no.
    pub state: ConsentState,
    /// Where and how.
    pub source: String,
    /// The message or file that proves it.
    pub evidence: Option<String>,
    /// When.
    pub at: Timestamp,
}

const COLUMNS: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("state", Kind::Text),
    ("source", Kind::Text),
    ("evidence", Kind::Text),
    ("said_at", Kind::Int),
    ("event_id", Kind::Text),
];

/// Appends to the ledger and, unless something newer is known, changes where the people stand. The newest word wins
/// whatever the order we hear them in; of two in the same second, the "no": providers tell whole seconds, so a "stop"
/// may bear an earlier moment than the "yes" it followed. The same word heard twice is recorded once. At most one word
/// a person in one call.
///
/// Returns those for whom it changed something.
pub async fn record(tx: &Tx, organization: OrganizationId, said: &[Said]) -> Result<HashSet<CustomerId>> {
    if said.is_empty() {
        return Ok(HashSet::new());
    }
    let row = |s: &Said| {
        vec![
            s.customer.to_string().into(),
            s.state.as_str().into(),
            s.source.as_str().into(),
            s.evidence.clone().into(),
            s.at.into(),
            ConsentEventId::new(tx.clock()).to_string().into(),
        ]
    };
    let mut rows = Rows::new(COLUMNS);
    said.iter().for_each(|s| rows.push(row(s)));
    let update = rows.statement(
        tx.backend(),
        "UPDATE customers SET marketing_consent = v.state, marketing_consent_source = v.source, updated_at = $2,
            marketing_consent_at = CASE WHEN customers.marketing_consent_at > v.said_at
                THEN customers.marketing_consent_at ELSE v.said_at END
         FROM {rows}
         WHERE customers.organization_id = $1 AND customers.id = v.id
           AND (customers.marketing_consent_at IS NULL OR customers.marketing_consent_at < v.said_at
                OR (customers.marketing_consent_at / 1000 = v.said_at / 1000
                    AND customers.marketing_consent <> v.state AND v.state = 'opted_out'))
         RETURNING customers.id",
        [organization.into(), tx.now().into()],
    );
    let changed = tx.conn().query_all_raw(update).await?;
    let changed: HashSet<CustomerId> =
        changed.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?;
    let mut news = Rows::new(COLUMNS);
    said.iter().filter(|s| changed.contains(&s.customer)).for_each(|s| news.push(row(s)));
    if !news.is_empty() {
        let insert = news.statement(
            tx.backend(),
            "INSERT INTO consent_events
                (id, organization_id, customer_id, purpose, state, source, evidence, occurred_at, recorded_at)
             SELECT v.event_id, $1, v.id, 'marketing', v.state, v.source, v.evidence, v.said_at, CAST($2 AS BIGINT)
             FROM {rows}",
            [organization.into(), tx.now().into()],
        );
        tx.conn().execute_raw(insert).await?;
        if events::wanted(tx.conn(), organization, &[EventType::ConsentChanged]).await? {
            let told = said.iter().filter(|s| changed.contains(&s.customer)).map(|s| event(organization, s));
            events::record(tx.conn(), tx.clock(), &told.collect::<Vec<_>>()).await?;
        }
    }
    Ok(changed)
}

/// What integrators are told of a word that counts.
pub(super) fn event(organization: OrganizationId, said: &Said) -> NewEvent {
    let data = about(json!({
        "customer_id": said.customer, "purpose": "marketing", "state": said.state, "source": said.source,
        "evidence": said.evidence, "at": said.at.to_string(),
    }));
    let customer = Some(said.customer);
    NewEvent { organization, kind: EventType::ConsentChanged, customer, at: said.at, data }
}
