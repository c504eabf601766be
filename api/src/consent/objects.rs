//! Consent on the wire.

use crate::Time;
use crate::customers::OptInState;
use bellbird_core::consent::event_entity::Model;
use bellbird_core::consent::{ConsentMethod, ConsentPurpose, ConsentState};
use bellbird_core::context::Actor;
use bellbird_core::customers::edit::GivenConsent;
use bellbird_core::ids::{ConsentEventId, CustomerId};
use bellbird_core::{Error, Result, Timestamp};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};

/// One word of a person, or one step of its confirmation.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct ConsentEvent {
    /// Its id.
    pub id: ConsentEventId,
    /// Who said it.
    pub customer_id: CustomerId,
    /// About what.
    pub purpose: ConsentPurpose,
    /// What was said; of a step: where it left the person.
    pub state: ConsentState,
    /// The door it came through.
    pub method: ConsentMethod,
    /// Where and how, in the words of whoever told us, or what the person wrote.
    pub source: String,
    /// What proves it: the id of a message (`msg_…`), an import (`imp_…`) or an entry of the suppression list
    /// (`sup_…`), or your own words.
    pub evidence: Option<String>,
    /// Who wrote it down: `person`, the id of a key or a user, `operator` or `worker`.
    pub actor: Option<String>,
    /// Whether it changed where the person stands. An older word told later does not, nor does a yes from a file
    /// without a date after a no.
    pub counted: bool,
    /// When it was said.
    pub occurred_at: Time,
    /// When we heard.
    pub recorded_at: Time,
}

impl From<Model> for ConsentEvent {
    fn from(event: Model) -> Self {
        Self {
            id: event.id,
            customer_id: event.customer_id,
            purpose: event.purpose,
            state: event.state,
            method: event.method,
            source: event.source,
            evidence: event.evidence,
            actor: event.actor,
            counted: event.counted,
            occurred_at: event.occurred_at.to_utc(),
            recorded_at: event.recorded_at.to_utc(),
        }
    }
}

/// Who tells us.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum RecordedBy {
    /// Your system.
    Api,
    /// Somebody of yours, who spoke with the person.
    Agent,
}

/// A person's word, and how you know.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none, example)]
pub struct RecordConsent {
    /// About what.
    pub purpose: ConsentPurpose,
    /// Yes or no.
    pub state: OptInState,
    /// Where and how it was said, like `on the phone`.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub source: String,
    /// Who tells us; `api` when left out.
    pub method: Option<RecordedBy>,
    /// What proves it: the number of a form, the name of a recording.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub evidence: Option<String>,
    /// When it was said; now when left out.
    pub at: Option<Time>,
}

impl Example for RecordConsent {
    fn example() -> Self {
        Self {
            purpose: ConsentPurpose::Marketing,
            state: OptInState::OptedIn,
            source: "on the phone, asked for the winter catalogue".into(),
            method: Some(RecordedBy::Agent),
            evidence: Some("call 4711".into()),
            at: None,
        }
    }
}

impl RecordConsent {
    /// The word, written down by `actor`.
    pub(super) fn read(self, actor: Actor) -> Result<GivenConsent> {
        let source = self.source.trim();
        if source.is_empty() {
            return Err(Error::invalid("source", "missing_source", "say where and how it was said"));
        }
        let method = match self.method {
            Some(RecordedBy::Agent) => ConsentMethod::Agent,
            Some(RecordedBy::Api) | None => ConsentMethod::Api,
        };
        Ok(GivenConsent {
            purpose: self.purpose,
            evidence: self.evidence,
            at: self.at.map(Timestamp::from),
            ..GivenConsent::new(self.state.into(), method, source, actor)
        })
    }
}

/// A customer's own way to stop messages, and to have them again.
#[derive(Object, Debug)]
pub struct UnsubscribeLink {
    /// The whole address.
    pub url: String,
    /// Its end; unguessable, and it names no number.
    pub token: String,
}
