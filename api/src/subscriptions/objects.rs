//! What subscriptions and deliveries look like from outside.

use crate::Time;
use bellbird_core::events::EventType;
use bellbird_core::ids::{EventId, SubscriptionId};
use bellbird_core::secret::{ExposeSecret, SecretString};
use bellbird_core::subscriptions::{self as core, DeliveryState, SubscriptionStatus};
use bellbird_core::{Result, Timestamp};
use poem_openapi::Object;
use serde_json::Value;
use std::collections::BTreeMap;

/// A type of events.
#[derive(Object, Debug)]
pub struct EventTypeAbout {
    /// Its word.
    #[oai(rename = "type")]
    pub kind: EventType,
    /// When it is sent.
    pub description: String,
}

impl From<EventType> for EventTypeAbout {
    fn from(kind: EventType) -> Self {
        Self { kind, description: kind.about().to_string() }
    }
}

/// All types of events.
#[derive(Object, Debug)]
pub struct EventTypes {
    /// In the order of the documentation.
    pub items: Vec<EventTypeAbout>,
}

/// A subscription to add.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, example)]
pub struct CreateSubscription {
    /// Where events are posted to: `https`, on the public internet.
    #[oai(validator(max_length = 2000))]
    pub url: String,
    /// What you call it.
    #[oai(validator(max_length = 200))]
    pub description: Option<String>,
    /// What you want to be told.
    #[oai(validator(min_items = 1, max_items = 50))]
    pub event_types: Vec<EventType>,
}

impl poem_openapi::types::Example for CreateSubscription {
    fn example() -> Self {
        Self {
            url: "https://shop.example.com/bellbird".into(),
            description: Some("Order system".into()),
            event_types: vec![EventType::MessageDelivered, EventType::MessageFailed],
        }
    }
}

/// What is to be different about a subscription. What is not given stays as it is.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none, deny_unknown_fields, example)]
pub struct UpdateSubscription {
    /// Where events are posted to.
    #[oai(validator(max_length = 2000))]
    pub url: Option<String>,
    /// What you call it; an empty one removes it.
    #[oai(validator(max_length = 200))]
    pub description: Option<String>,
    /// What you want to be told, all of it.
    #[oai(validator(min_items = 1, max_items = 50))]
    pub event_types: Option<Vec<EventType>>,
    /// Whether events are posted.
    pub enabled: Option<bool>,
}

impl poem_openapi::types::Example for UpdateSubscription {
    fn example() -> Self {
        Self { url: None, description: None, event_types: None, enabled: Some(true) }
    }
}

/// How a secret is replaced.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, example)]
pub struct RotateSecret {
    /// For how many hours the old secret signs, too, 0 to 168; 24 when not given.
    #[oai(validator(maximum(value = "168")))]
    pub overlap_hours: Option<u16>,
}

impl poem_openapi::types::Example for RotateSecret {
    fn example() -> Self {
        Self { overlap_hours: Some(48) }
    }
}

/// Where you want to be told what. Its secret is not shown.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Where events are posted to.
    pub url: String,
    /// What you call it.
    pub description: Option<String>,
    /// What you are told.
    pub event_types: Vec<EventType>,
    /// Whether events are posted.
    pub enabled: bool,
    /// Why not, when it was not you who switched it off.
    pub disabled_reason: Option<String>,
    /// Since when not.
    pub disabled_at: Option<Time>,
    /// Since when there was nothing but failures.
    pub failing_since: Option<Time>,
    /// When its secret was last replaced.
    pub rotated_at: Option<Time>,
    /// How long the secret before still signs, too.
    pub previous_secret_expires_at: Option<Time>,
    /// When it was added.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl Subscription {
    pub(super) fn of(row: core::Subscription) -> Result<Self> {
        Ok(Self {
            event_types: row.types()?,
            id: row.id,
            url: row.url,
            description: row.description,
            enabled: row.status == SubscriptionStatus::Active,
            disabled_reason: row.disabled_reason,
            disabled_at: utc(row.disabled_at),
            failing_since: utc(row.failing_since),
            rotated_at: utc(row.rotated_at),
            previous_secret_expires_at: utc(row.previous_expires_at),
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
        })
    }
}

/// A subscription with its new secret.
#[derive(Object, Debug)]
pub struct NewSubscriptionAnswer {
    /// The subscription.
    #[oai(flatten)]
    pub subscription: Subscription,
    /// Verifies the signatures: `whsec_` and base64. Shown this once.
    pub secret: String,
}

impl NewSubscriptionAnswer {
    pub(super) fn of((row, secret): (core::Subscription, SecretString)) -> Result<Self> {
        let secret = secret.expose_secret().to_string();
        Ok(Self { subscription: Subscription::of(row)?, secret })
    }
}

/// One event on its way to one subscription, and what its receiver last said.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct Delivery {
    /// The event's id; the header `webhook-id`.
    pub event_id: EventId,
    /// To whom.
    pub subscription_id: SubscriptionId,
    /// What it is about.
    #[oai(rename = "type")]
    pub kind: EventType,
    /// How far it got.
    pub state: DeliveryState,
    /// How often it was posted.
    pub attempts: i32,
    /// When it is posted next.
    pub next_attempt_at: Option<Time>,
    /// When it was last posted.
    pub last_attempt_at: Option<Time>,
    /// How long the last answer took, in milliseconds.
    pub duration_ms: Option<i64>,
    /// The HTTP status of the last answer.
    pub response_status: Option<i32>,
    /// The first kilobyte of its body.
    pub response_body: Option<String>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// When your receiver took it.
    pub delivered_at: Option<Time>,
    /// When it happened.
    pub created_at: Time,
    /// When the delivery last changed.
    pub updated_at: Time,
    /// What is posted. Only told for a single delivery.
    #[oai(default, skip_serializing_if_is_empty)]
    pub payload: BTreeMap<String, Value>,
}

impl From<core::Delivery> for Delivery {
    fn from(row: core::Delivery) -> Self {
        let waits = row.state == DeliveryState::Pending;
        Self {
            event_id: row.event_id,
            subscription_id: row.subscription_id,
            kind: row.kind,
            state: row.state,
            attempts: row.attempts,
            next_attempt_at: utc(row.next_attempt_at.filter(|_| waits)),
            last_attempt_at: utc(row.last_attempt_at),
            duration_ms: row.duration_ms,
            response_status: row.response_status,
            response_body: row.response_body,
            error: row.error,
            delivered_at: utc(row.delivered_at),
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
            payload: BTreeMap::new(),
        }
    }
}

impl Delivery {
    pub(super) fn with_payload((row, payload): (core::Delivery, String)) -> Self {
        Self { payload: serde_json::from_str(&payload).unwrap_or_default(), ..row.into() }
    }
}

/// Which failed deliveries are posted again.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, example)]
pub struct ReplayFailed {
    /// What happened from here on.
    pub since: Time,
}

impl poem_openapi::types::Example for ReplayFailed {
    fn example() -> Self {
        Self { since: Timestamp(1_795_253_400_250).to_utc() }
    }
}

/// How many are posted again.
#[derive(Object, Debug)]
pub struct ReplayedDeliveries {
    /// Deliveries that had failed and are pending again.
    pub replayed: u64,
}

fn utc(at: Option<Timestamp>) -> Option<Time> {
    at.map(Timestamp::to_utc)
}
