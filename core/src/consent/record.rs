//! Recording what people said.

use super::{ConsentMethod, ConsentPurpose, ConsentState, request, settings, suppression};
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
    /// About what.
    pub purpose: ConsentPurpose,
    /// Yes or no.
    pub state: ConsentState,
    /// The door it came through.
    pub method: ConsentMethod,
    /// Where and how, in words; `None`: the method says it all.
    pub source: Option<String>,
    /// The message, file or paper that proves it.
    pub evidence: Option<String>,
    /// Who wrote it down.
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// Whether the person said it at that moment; a yes of which nobody knows when it was said never lifts a no.
    pub dated: bool,
}

impl Said {
    /// A word the person gave themselves.
    pub fn by_person(
        customer: CustomerId,
        purpose: ConsentPurpose,
        state: ConsentState,
        method: ConsentMethod,
        at: Timestamp,
    ) -> Self {
        let actor = super::PERSON.to_string();
        Self { customer, purpose, state, method, source: None, evidence: None, actor, at, dated: true }
    }

    pub(super) fn source(&self) -> &str {
        self.source.as_deref().filter(|text| !text.is_empty()).unwrap_or(self.method.as_str())
    }
}

const COLUMNS: &[(&str, Kind)] = &[
    ("id", Kind::Text),
    ("state", Kind::Text),
    ("method", Kind::Text),
    ("source", Kind::Text),
    ("evidence", Kind::Text),
    ("actor", Kind::Text),
    ("said_at", Kind::Int),
    ("dated", Kind::Int),
    ("counted", Kind::Int),
    ("event_id", Kind::Text),
];

fn rows(tx: &Tx, said: &[Said], counted: &HashSet<CustomerId>) -> Rows {
    let mut rows = Rows::new(COLUMNS);
    for one in said {
        rows.push(vec![
            one.customer.to_string().into(),
            one.state.as_str().into(),
            one.method.as_str().into(),
            one.source().into(),
            one.evidence.clone().into(),
            one.actor.as_str().into(),
            one.at.into(),
            i32::from(one.dated).into(),
            i32::from(counted.contains(&one.customer)).into(),
            ConsentEventId::new(tx.clock()).to_string().into(),
        ]);
    }
    rows
}

/// Appends to the ledger and, unless something newer is known, changes where the people stand. The newest word wins
/// whatever the order we hear them in; of two in the same second, the "no": providers tell whole seconds, so a "stop"
/// may bear an earlier moment than the "yes" it followed. The same word heard twice is recorded once. At most one word
/// a person and purpose in one call.
///
/// A yes of a kind the organization wants confirmed leaves the person `pending`, and a question is on its way to them.
/// A "no" that counts goes onto the suppression list, a "yes" that counts takes the person off.
///
/// Returns those for whom it changed something.
pub async fn record(tx: &Tx, organization: OrganizationId, said: &[Said]) -> Result<HashSet<CustomerId>> {
    let mut changed = HashSet::new();
    if said.is_empty() {
        return Ok(changed);
    }
    let settings = settings::of(tx.conn(), organization).await?;
    for purpose in ConsentPurpose::ALL.iter().copied() {
        let words = said.iter().filter(|word| word.purpose == purpose).cloned();
        let words: Vec<Said> = words.map(|word| settings.weigh(word)).collect();
        if words.is_empty() {
            continue;
        }
        let counted = stand(tx, organization, purpose, &words).await?;
        note(tx, organization, purpose, &words, &counted).await?;
        let counting: Vec<Said> = words.into_iter().filter(|word| counted.contains(&word.customer)).collect();
        request::follow(tx, organization, purpose, &counting).await?;
        suppression::follow(tx, organization, purpose, &counting).await?;
        if !counting.is_empty()
            && events::wanted(tx.conn(), organization, &[EventType::ConsentChanged]).await?
        {
            let told = counting.iter().map(|word| event(organization, word)).collect::<Vec<_>>();
            events::record(tx.conn(), tx.clock(), &told).await?;
        }
        changed.extend(counted);
    }
    Ok(changed)
}

/// What integrators are told of a word that counts.
pub(super) fn event(organization: OrganizationId, said: &Said) -> NewEvent {
    let data = about(json!({
        "customer_id": said.customer, "purpose": said.purpose, "state": said.state, "source": said.source(),
        "evidence": said.evidence, "at": said.at.to_string(),
    }));
    let customer = Some(said.customer);
    NewEvent { organization, kind: EventType::ConsentChanged, customer, at: said.at, data }
}

/// Changes where people stand; says whose word counted.
async fn stand(
    tx: &Tx,
    organization: OrganizationId,
    purpose: ConsentPurpose,
    said: &[Said],
) -> Result<HashSet<CustomerId>> {
    let column = purpose.column();
    // Words are ranked by their second, then the "no", then their moment. Nobody who said yes is asked again.
    let sql = format!(
        "UPDATE customers SET {column} = v.state, {column}_source = v.source, {column}_method = v.method,
            updated_at = $2, {column}_at = CASE WHEN customers.{column}_at > v.said_at
                THEN customers.{column}_at ELSE v.said_at END
         FROM {{rows}}
         WHERE customers.organization_id = $1 AND customers.id = v.id
           AND (customers.{column}_at IS NULL
                OR customers.{column}_at / 1000 < v.said_at / 1000
                OR (customers.{column}_at / 1000 = v.said_at / 1000
                    AND ((v.state = 'opted_out' AND customers.{column} <> 'opted_out')
                        OR (v.said_at > customers.{column}_at
                            AND (v.state = 'opted_out' OR customers.{column} <> 'opted_out')))))
           AND (v.state <> 'pending' OR customers.{column} <> 'opted_in')
           AND (v.dated = 1 OR v.state = 'opted_out' OR customers.{column} <> 'opted_out')
         RETURNING customers.id"
    );
    let statement =
        rows(tx, said, &HashSet::new()).statement(tx.backend(), &sql, [organization.into(), tx.now().into()]);
    let changed = tx.conn().query_all_raw(statement).await?;
    Ok(changed.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

/// Appends a step that changes nothing by itself, like a question that was sent.
pub(crate) async fn step(tx: &Tx, organization: OrganizationId, step: Said) -> Result<()> {
    note(tx, organization, step.purpose, &[step], &HashSet::new()).await
}

/// Appends to the ledger, whether it counted or not.
pub(super) async fn note(
    tx: &Tx,
    organization: OrganizationId,
    purpose: ConsentPurpose,
    said: &[Said],
    counted: &HashSet<CustomerId>,
) -> Result<()> {
    let insert = rows(tx, said, counted).statement(
        tx.backend(),
        "INSERT INTO consent_events (id, organization_id, customer_id, purpose, state, method, source, evidence, actor,
            counted, occurred_at, recorded_at)
         SELECT v.event_id, $1, v.id, $3, v.state, v.method, v.source, v.evidence, v.actor,
            CASE WHEN v.counted = 1 THEN TRUE ELSE FALSE END, v.said_at, CAST($2 AS BIGINT)
         FROM {rows}
         WHERE NOT EXISTS (SELECT 1 FROM consent_events AS known
            WHERE known.customer_id = v.id AND known.purpose = $3 AND known.state = v.state
              AND known.method = v.method AND known.source = v.source AND known.occurred_at = v.said_at)",
        [organization.into(), tx.now().into(), purpose.into()],
    );
    tx.conn().execute_raw(insert).await?;
    Ok(())
}
