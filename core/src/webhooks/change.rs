//! One provider webhook, taken apart into the changes it reports.
//!
//! A single request may carry changes of many numbers and accounts, in any order and more than once. These types only
//! say what was reported; whether it is new is for the slice that applies it.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::senders::port::Failure;

/// Everything one webhook request said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// The changes, in the order given. The order proves nothing.
    pub changes: Vec<Change>,
    /// Oddities met while reading, for operators. They name fields, never people or texts.
    pub notes: Vec<String>,
}

/// A request body that is no webhook at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a webhook: {reason}")]
pub struct BadWebhook {
    /// What was wrong.
    pub reason: String,
}

/// One reported change.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A message of ours got further, or failed.
    Status(StatusChange),
    /// A person wrote to us.
    Inbound(InboundChange),
    /// A person changed whether they want marketing.
    Preference(PreferenceChange),
    /// Anything else: templates, numbers, accounts, calls, groups, and kinds we have never heard of.
    Other(OtherChange),
}

/// Progress of a message we sent.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusChange {
    /// The number it was sent from.
    pub phone_number_id: Option<String>,
    /// The provider's id of the message.
    pub wamid: String,
    /// How far it got.
    pub kind: StatusKind,
    /// When; `None` if missing or unreadable.
    pub at: Option<DateTime<Utc>>,
    /// What we gave along when sending.
    pub opaque: Option<String>,
    /// Recipient's number, with `+`.
    pub recipient_phone: Option<String>,
    /// Recipient's business-scoped user id.
    pub recipient_bsuid: Option<String>,
    /// Why, when it failed.
    pub failure: Option<Failure>,
    /// What it costs, as given.
    pub pricing: Option<Value>,
    /// Reported by one participant of a group.
    pub is_group: bool,
    /// About a payment inside the message, not about the message.
    pub is_payment: bool,
}

/// How far a message got.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StatusKind {
    /// Left the provider.
    Sent,
    /// Reached a device. May be skipped.
    Delivered,
    /// Seen. Implies delivered.
    Read,
    /// A voice note was played. Implies read.
    Played,
    /// Will not arrive. May still follow a delivery to another device.
    Failed,
    /// A word we do not know.
    Other(String),
}

/// A message from a person.
#[derive(Debug, Clone, PartialEq)]
pub struct InboundChange {
    /// The number they wrote to.
    pub phone_number_id: Option<String>,
    /// The provider's id of the message; the same one twice is a repeated delivery.
    pub wamid: String,
    /// Their number, with `+`, if shown to us.
    pub from_phone: Option<String>,
    /// Their business-scoped user id.
    pub from_bsuid: Option<String>,
    /// The name they gave themselves.
    pub profile_name: Option<String>,
    /// When; `None` if missing or unreadable.
    pub at: Option<DateTime<Utc>>,
    /// The provider's word for the kind of message (`text`, `image`, `button`, …).
    pub kind: String,
    /// What can be read: text, caption, title of the button or row chosen.
    pub text: Option<String>,
    /// What we attached to the button or row chosen, or the answers of a form.
    pub payload: Option<String>,
    /// The message this one quotes, answers, or reacts to.
    pub context_wamid: Option<String>,
    /// Written in a group rather than to us alone.
    pub group_id: Option<String>,
    /// The whole message, as given.
    pub content: Value,
}

/// A person's word on marketing messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreferenceChange {
    /// The number through which they said it.
    pub phone_number_id: Option<String>,
    /// The account of that number.
    pub waba_id: Option<String>,
    /// Their number, with `+`.
    pub wa_id: Option<String>,
    /// Their business-scoped user id.
    pub bsuid: Option<String>,
    /// What they want.
    pub marketing: Marketing,
    /// When; `None` if missing or unreadable.
    pub at: Option<DateTime<Utc>>,
}

/// Whether a person wants marketing messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Marketing {
    /// No more.
    Stop,
    /// Yes, again.
    Resume,
}

/// A change without a type of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherChange {
    /// The provider's name for the area (`account_update`, …); empty if it gave none.
    pub field: String,
    /// The account concerned.
    pub waba_id: Option<String>,
    /// The number concerned.
    pub phone_number_id: Option<String>,
    /// What happened, as far as we can tell (`PAUSED`, `errors`, …); empty if we cannot.
    pub kind: String,
    /// The change as given.
    pub value: Value,
}
