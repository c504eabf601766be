//! What messages look like from outside.

use super::receipts::{Pricing, Receipt};
use crate::Time;
use crate::money::Money;
use bellbird_core::Timestamp;
use bellbird_core::campaigns::words_for;
use bellbird_core::content::Content;
use bellbird_core::ids::{CampaignId, CustomerId, MediaId, MessageId, SenderId, TemplateId};
use bellbird_core::messages::queries::WithAttempts;
use bellbird_core::messages::state::MessageStatus as Standing;
use bellbird_core::messages::{Direction, Message as Row, Origin, Purpose, attempt_entity};
use bellbird_core::organizations::UnknownPolicy;
use bellbird_core::senders::port::MessageSender;
use poem_openapi::{Enum, Object};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum MessageStatus {
    /// A recipient of a campaign that was not launched yet.
    Planned,
    /// To be sent.
    Pending,
    /// Next in line.
    Queued,
    /// WhatsApp is being asked right now.
    Sending,
    /// WhatsApp took it.
    Sent,
    /// It reached a device.
    Delivered,
    /// It was read.
    Read,
    /// Will be tried again, not before `next_attempt_at`.
    Held,
    /// It may or may not have been sent; never sent again blindly.
    Unknown,
    /// It will not arrive.
    Failed,
    /// It was never sent, for a reason known beforehand.
    Skipped,
    /// The person stopped marketing messages.
    OptedOut,
    /// The campaign was cancelled before it was sent.
    Cancelled,
    /// Inbound.
    Received,
}

impl From<Standing> for MessageStatus {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Planned => Self::Planned,
            Standing::Pending => Self::Pending,
            Standing::Queued => Self::Queued,
            Standing::Sending => Self::Sending,
            // "the provider took it" and "it left the provider" are one thing to people
            Standing::Accepted | Standing::Sent => Self::Sent,
            Standing::Delivered => Self::Delivered,
            Standing::Read => Self::Read,
            Standing::Held => Self::Held,
            Standing::Unknown => Self::Unknown,
            Standing::Failed => Self::Failed,
            Standing::Skipped => Self::Skipped,
            Standing::OptedOut => Self::OptedOut,
            Standing::Cancelled => Self::Cancelled,
            Standing::Received => Self::Received,
        }
    }
}

impl MessageStatus {
    /// The ledger's words for it.
    pub fn standings(self) -> impl Iterator<Item = Standing> {
        Standing::ALL.iter().copied().filter(move |standing| Self::from(*standing) == self)
    }
}

/// Why a message stands where it stands; empty where its status says it all.
#[derive(Debug, Default)]
pub struct Why {
    /// One sentence for a person.
    pub reason: Option<String>,
    /// A stable machine word.
    pub reason_code: Option<String>,
    /// The provider's code.
    pub code: Option<i32>,
    /// The provider's title of it.
    pub title: Option<String>,
}

impl Why {
    /// Reads it off the row. What was wrong with an attempt before a good one is told with that attempt only.
    pub fn of(provider: &dyn MessageSender, row: &Row) -> Self {
        use Standing::{Accepted, Cancelled, Failed, Held, OptedOut, Skipped, Unknown};
        let told_why = matches!(row.status, Accepted | Cancelled) && row.reason.is_some();
        if !told_why && !matches!(row.status, Failed | Held | OptedOut | Skipped | Unknown) {
            return Self::default();
        }
        Self {
            reason: words_for::reason(provider, row.status, row.reason.as_deref(), row.code),
            reason_code: row.reason.clone(),
            code: row.code,
            title: row.error_title.clone(),
        }
    }
}

/// One request to WhatsApp for a message, and what became of it.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Attempt {
    /// From 1.
    pub number: i32,
    /// WhatsApp's id of it.
    pub wamid: Option<String>,
    /// WhatsApp's code of its failure.
    pub code: Option<i32>,
    /// WhatsApp's title of its failure.
    pub title: Option<String>,
    /// Why it failed, in a sentence for people.
    pub reason: Option<String>,
    /// When WhatsApp was asked.
    pub requested_at: Option<Time>,
    /// When WhatsApp took it.
    pub sent_at: Option<Time>,
    /// When it reached a device.
    pub delivered_at: Option<Time>,
    /// When it was read.
    pub read_at: Option<Time>,
    /// When it failed.
    pub failed_at: Option<Time>,
    /// Since when its outcome is unknown.
    pub unknown_at: Option<Time>,
}

impl Attempt {
    fn of(provider: &dyn MessageSender, attempt: attempt_entity::Model) -> Self {
        let sent_at = earliest(attempt.accepted_at, attempt.sent_at);
        let arrived = attempt.delivered_at.or(attempt.read_at);
        let went_wrong = match (attempt.failed_at, attempt.unknown_at) {
            (Some(_), _) => Some(Standing::Failed),
            (None, Some(_)) if sent_at.or(arrived).is_none() => Some(Standing::Unknown),
            _ => None,
        };
        Self {
            number: attempt.attempt,
            wamid: attempt.wamid,
            reason: went_wrong.and_then(|status| words_for::by_code(provider, status, attempt.code)),
            code: attempt.code,
            title: attempt.error_title,
            requested_at: utc(attempt.claimed_at),
            sent_at: utc(sent_at),
            delivered_at: utc(attempt.delivered_at),
            read_at: utc(attempt.read_at),
            failed_at: utc(attempt.failed_at),
            unknown_at: utc(attempt.unknown_at),
        }
    }
}

/// One thing sent to, or received from, one customer.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// `out` to a customer, `in` from one.
    pub direction: Direction,
    /// `template`, the word of its content (`text`, `image`, …), or WhatsApp's word for an inbound kind.
    pub kind: String,
    /// Why it is sent.
    pub purpose: Purpose,
    /// The campaign it belongs to.
    pub campaign_id: Option<CampaignId>,
    /// To or from whom.
    pub customer_id: Option<CustomerId>,
    /// From or to which of your numbers.
    pub sender_id: SenderId,
    /// The customer's number.
    pub phone: Option<String>,
    /// What is sent.
    pub template_id: Option<TemplateId>,
    /// The values the template is filled with.
    pub variables: Option<BTreeMap<String, String>>,
    /// The text, where it is free text of yours.
    pub text: Option<String>,
    /// What is sent, where it is no template: as it was given.
    pub content: Option<Content>,
    /// What a customer wrote, or somebody of yours in WhatsApp's own app: WhatsApp's own JSON, whole.
    pub received: Option<Value>,
    /// The file that came with it, or the first one it is sent with.
    pub media_id: Option<MediaId>,
    /// WhatsApp's id of it; of the current attempt, where there were several.
    pub wamid: Option<String>,
    /// Who wrote it, when it was not sent through Bellbird.
    pub origin: Option<Origin>,
    /// WhatsApp's id of the message it quotes, reacts to, edits or takes back.
    pub context_wamid: Option<String>,
    /// When its writer last changed it.
    pub edited_at: Option<Time>,
    /// When its writer took it back.
    pub revoked_at: Option<Time>,
    /// What WhatsApp charges for it, once it said so.
    pub pricing: Option<Pricing>,
    /// The market its price depends on: a country (`IN`), a region (`NORTH_AMERICA`) or `OTHER`.
    pub market: Option<String>,
    /// What it was expected to cost before it was sent; absent when that was unknown.
    pub estimated_cost: Option<Money>,
    /// What it cost, once it was delivered; absent while that is unknown.
    pub cost: Option<Money>,
    /// What was told about it past its own way: by participants of a group, or of a payment inside it. Only told for a
    /// single message.
    #[oai(default, skip_serializing_if_is_empty)]
    pub receipts: Vec<Receipt>,
    /// Where it stands.
    pub status: MessageStatus,
    /// Why it stands there, in a sentence for people.
    pub reason: Option<String>,
    /// Why it stands there, as a stable word: `no_consent`, `pair_rate`, ….
    pub reason_code: Option<String>,
    /// WhatsApp's code of the last failure.
    pub code: Option<i32>,
    /// WhatsApp's title of the last failure.
    pub title: Option<String>,
    /// Not tried again before this moment.
    pub next_attempt_at: Option<Time>,
    /// When WhatsApp took it.
    pub sent_at: Option<Time>,
    /// When it reached a device.
    pub delivered_at: Option<Time>,
    /// When it was read; of an inbound message: when it was marked as read.
    pub read_at: Option<Time>,
    /// When it failed.
    pub failed_at: Option<Time>,
    /// When the customer first answered.
    pub responded_at: Option<Time>,
    /// When it was written.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// Every request to WhatsApp made for it, oldest first.
    pub attempts: Vec<Attempt>,
}

/// How a message is marked as read.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct MarkMessageRead {
    /// Whether "typing…" is shown, too; false when not given.
    pub typing: Option<bool>,
}

/// What is decided about a message that may or may not have been sent.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields)]
pub struct DecideUnknown {
    /// `leave`: assume that it arrived. `resend`: send it again, and accept that it may come twice.
    pub decision: UnknownPolicy,
}

/// How many were decided.
#[derive(Debug, Object)]
pub struct DecidedUnknowns {
    /// Messages of which it was not known whether they were sent.
    pub decided: u64,
}

impl Message {
    /// Shows a message without the attempts before its current one.
    pub fn alone(provider: &dyn MessageSender, message: Row) -> Self {
        Self::of(provider, WithAttempts { message, earlier: Vec::new() })
    }

    /// Shows a message with all its attempts.
    pub fn of(provider: &dyn MessageSender, found: WithAttempts) -> Self {
        let row = found.message;
        let why = Why::of(provider, &row);
        let (content, received) = contents(&row);
        let attempts = found.earlier.into_iter().chain(current(&row));
        let pricing = Pricing::of(&row);
        Self {
            attempts: attempts.map(|attempt| Attempt::of(provider, attempt)).collect(),
            id: row.id,
            direction: row.direction,
            kind: row.kind,
            purpose: row.purpose,
            campaign_id: row.campaign_id,
            customer_id: row.customer_id,
            sender_id: row.sender_id,
            phone: row.phone.map(|phone| phone.to_string()),
            template_id: row.template_id,
            variables: row.variables.and_then(|json| serde_json::from_str(&json).ok()),
            text: content.as_ref().and_then(|content| match content {
                Content::Text(text) => Some(text.body.clone()),
                _ => None,
            }),
            content,
            received,
            media_id: row.media_id,
            pricing,
            estimated_cost: Money::read(row.estimated_cost, row.cost_currency.as_deref()),
            cost: Money::read(row.cost, row.cost_currency.as_deref()),
            market: row.market,
            wamid: row.wamid,
            origin: row.origin,
            context_wamid: row.context_wamid,
            edited_at: utc(row.edited_at),
            revoked_at: utc(row.revoked_at),
            receipts: Vec::new(),
            status: row.status.into(),
            reason: why.reason,
            reason_code: why.reason_code,
            code: why.code,
            title: why.title,
            next_attempt_at: utc(row.next_attempt_at),
            sent_at: utc(earliest(row.accepted_at, row.sent_at)),
            delivered_at: utc(row.delivered_at),
            read_at: utc(row.read_at),
            failed_at: utc(row.failed_at),
            responded_at: utc(row.responded_at),
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
        }
    }
}

/// What is sent as we know it, or what was received as the provider wrote it.
fn contents(row: &Row) -> (Option<Content>, Option<Value>) {
    let Some(stored) = row.content.as_deref() else { return (None, None) };
    let past_us = row.direction == Direction::In || row.origin.is_some();
    match past_us {
        false => (Content::from_stored(&row.kind, stored), None),
        true => (None, serde_json::from_str(stored).ok()),
    }
}

/// The attempt that still stands in the row, in the shape of the earlier ones.
fn current(row: &Row) -> Option<attempt_entity::Model> {
    (row.direction == Direction::Out && row.attempt > 0).then(|| attempt_entity::Model {
        message_id: row.id,
        attempt: row.attempt,
        wamid: row.wamid.clone(),
        code: row.code,
        error_title: row.error_title.clone(),
        error_detail: row.error_detail.clone(),
        claimed_at: row.claimed_at,
        accepted_at: row.accepted_at,
        sent_at: row.sent_at,
        delivered_at: row.delivered_at,
        read_at: row.read_at,
        failed_at: row.failed_at,
        unknown_at: row.unknown_at,
    })
}

/// As a calendar time.
pub(crate) fn utc(at: Option<Timestamp>) -> Option<Time> {
    at.map(Timestamp::to_utc)
}

/// When WhatsApp took it: its answer and its status `sent` may come in either order, or only one of them.
pub(crate) fn earliest(accepted: Option<Timestamp>, sent: Option<Timestamp>) -> Option<Timestamp> {
    accepted.into_iter().chain(sent).min()
}
