//! One provider webhook, taken apart into the changes it reports.
//!
//! A single request may carry changes of many numbers and accounts, in any order and more than once. These types only
//! say what was reported; whether it is new is for the slice that applies it.

use chrono::{DateTime, Utc};
use serde_json::Value;

pub use self::account::{AccountChange, AccountEffect, Notice, TemplateChange};
pub use self::identity::{ContactChange, IdentityChange, Moved, Person};
use crate::messages::Origin;
pub use crate::messages::ledger::{Conversation, Pricing};
use crate::senders::port::Failure;

mod account;
mod identity;

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
    /// Somebody in the shop wrote to a person past us, or did so before we were there.
    Echo(EchoChange),
    /// A person changed whether they want marketing.
    Preference(PreferenceChange),
    /// A person has another number or id now.
    Identity(IdentityChange),
    /// Somebody in the shop changed the phone's address book.
    Contact(ContactChange),
    /// A template stands differently.
    Template(TemplateChange),
    /// Something about a number or an account.
    Account(AccountChange),
    /// Anything else: calls, groups, and kinds we have never heard of.
    Other(OtherChange),
}

impl Change {
    /// The number it came through, by the provider's id.
    pub fn phone_number_id(&self) -> Option<&str> {
        match self {
            Self::Status(change) => change.phone_number_id.as_deref(),
            Self::Inbound(change) => change.phone_number_id.as_deref(),
            Self::Echo(change) => change.phone_number_id.as_deref(),
            Self::Preference(change) => change.phone_number_id.as_deref(),
            Self::Identity(change) => change.phone_number_id.as_deref(),
            Self::Contact(change) => change.phone_number_id.as_deref(),
            Self::Template(_) => None,
            Self::Account(change) => change.phone_number_id.as_deref(),
            Self::Other(change) => change.phone_number_id.as_deref(),
        }
    }

    /// The account it concerns as a whole, where it names no number of it.
    pub fn waba_id(&self) -> Option<&str> {
        match self {
            Self::Template(change) => change.waba_id.as_deref(),
            Self::Account(change) => change.waba_id.as_deref(),
            Self::Other(change) => change.waba_id.as_deref(),
            _ => None,
        }
    }
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
    /// Who got it, or in a group: which participant.
    pub recipient: Person,
    /// Why, when it failed.
    pub failure: Option<Failure>,
    /// What it costs.
    pub pricing: Option<Pricing>,
    /// The conversation it was counted in.
    pub conversation: Option<Conversation>,
    /// What it is about, if not about the message itself.
    pub aside: Option<Aside>,
    /// The whole status, as given, where it is about something else; else null.
    pub content: Value,
}

/// What a status is about that does not say how far a message got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aside {
    /// One participant of a group.
    Participant,
    /// A payment inside the message.
    Payment,
    /// We do not know: the provider's word is new to us.
    Unknown,
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
    /// Who wrote.
    pub from: Person,
    /// When; `None` if missing or unreadable.
    pub at: Option<DateTime<Utc>>,
    /// The provider's word for the kind of message (`text`, `image`, `button`, …).
    pub kind: String,
    /// What can be read: text, caption, title of the button or row chosen.
    pub text: Option<String>,
    /// What we attached to the button or row chosen, or the answers of a form.
    pub payload: Option<String>,
    /// The message this one quotes, answers, reacts to, edits or revokes.
    pub context_wamid: Option<String>,
    /// Written in a group rather than to us alone.
    pub group_id: Option<String>,
    /// Who they are from now on, when that is what it tells.
    pub moved: Option<Moved>,
    /// The whole message, as given.
    pub content: Value,
}

impl InboundChange {
    /// True when the person said something to us alone: such a message opens the window and answers ours.
    pub fn speaks(&self) -> bool {
        self.group_id.is_none() && !matches!(self.kind.as_str(), "system" | "edit" | "revoke")
    }
}

/// A message somebody in the shop wrote in the provider's own app.
#[derive(Debug, Clone, PartialEq)]
pub struct EchoChange {
    /// The number they wrote from.
    pub phone_number_id: Option<String>,
    /// True for a person's own message of the time before the connection.
    pub from_person: bool,
    /// The person it was written to, or by.
    pub person: Person,
    /// Where we heard of it.
    pub origin: Origin,
    /// The provider's id of the message.
    pub wamid: String,
    /// When; `None` if missing or unreadable.
    pub at: Option<DateTime<Utc>>,
    /// The provider's word for the kind of message.
    pub kind: String,
    /// How far it had got, where told.
    pub reached: Option<StatusKind>,
    /// The message this one quotes, reacts to, edits or revokes.
    pub context_wamid: Option<String>,
    /// The whole message, as given.
    pub content: Value,
}

/// A person's word on marketing messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreferenceChange {
    /// The number through which they said it.
    pub phone_number_id: Option<String>,
    /// Who said it.
    pub person: Person,
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
    /// Why nothing is done about it yet.
    pub note: &'static str,
    /// The change as given.
    pub value: Value,
}
