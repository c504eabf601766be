//! The door to whoever carries our messages: what Bellbird asks for, and what it can be told in return.
//!
//! Nothing here names a provider. The important type is [`SendOutcome`]: carriers have no idempotency key, so "refused"
//! (it was not sent), "not sent" (nobody was asked) and "ambiguous" (it may have been sent) must never be confused.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub use super::outbound::{MediaRef, OutboundBody, OutboundMessage, Recipient};
pub use super::template_parts::{
    ButtonValue, CardValue, HeaderValue, Meaning, Place, ProductSection, TemplatePart, TextValue, files_mut,
};

use crate::words::words;

/// Carries messages to people and vouches for the numbers they are sent from.
#[async_trait]
pub trait MessageSender: Send + Sync {
    /// Makes one attempt at one message. Never retries: when to try again is the ledger's decision.
    async fn send(&self, from: &SenderAccess, message: &OutboundMessage) -> SendOutcome;

    /// The request that [`MessageSender::send`] makes, for people to look at.
    fn request(&self, message: &OutboundMessage) -> serde_json::Value;

    /// Marks a message of theirs as read, and the ones before it; shows them "typing…" if told to. Asking twice does no
    /// harm.
    async fn mark_read(&self, from: &SenderAccess, wamid: &str, typing: bool) -> Result<(), MarkReadError>;

    /// Asks the provider about the number, with the number's own token, and makes sure the account owns it.
    async fn prove(&self, from: &SenderAccess) -> Result<NumberFacts, ProveError>;

    /// What to do about a failure, whether it came as the answer to a request or later in a webhook.
    fn rule(&self, failure: &Failure) -> &'static Rule;
}

/// The number a message leaves from, and the right to use it.
#[derive(Debug, Clone)]
pub struct SenderAccess {
    /// The provider's id of the number (not the number itself).
    pub phone_number_id: String,
    /// The provider's id of the account that owns the number.
    pub waba_id: String,
    /// Access token; `SecretString` keeps it out of logs.
    pub token: SecretString,
}

/// What one attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The provider took the message. That is not delivery.
    Accepted {
        /// The provider's id of the message.
        wamid: String,
        /// The number as the provider spells it; may differ from what we sent (Brazil, Mexico).
        wa_id: Option<String>,
        /// The person's business-scoped user id, when told.
        user_id: Option<String>,
        /// Held back until the provider has judged the template by its first messages.
        held: bool,
    },
    /// The provider said no: the message was not sent.
    Refused(Failure),
    /// It may or may not have been sent. Only a status webhook can settle it; never resend blindly.
    Ambiguous {
        /// What happened, for operators.
        why: String,
        /// The provider's code, if it gave one.
        failure: Option<Failure>,
    },
    /// The request never reached the provider.
    NotSent {
        /// What happened, for operators.
        why: String,
    },
}

/// Why a message was not marked as read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarkReadError {
    /// The provider will not do it.
    #[error("the provider refused (code {}): {}", .0.code, .0.title)]
    Refused(Failure),
    /// The provider could not be asked, is too busy, or gave no clear answer.
    #[error("{0}")]
    NotNow(String),
}

/// A provider's error, from an answer or from a `failed` status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The provider's code; [`Failure::NO_CODE`] when it gave none.
    pub code: i32,
    /// Finer code, where there is one.
    pub subcode: Option<i32>,
    /// The provider's short title, for operators. People read [`Rule::plain`].
    pub title: String,
    /// Longer explanation, if given.
    pub detail: Option<String>,
    /// How long the provider asked us to stay away.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// Stands for "no readable code". Not 0, which some providers use for a refused token.
    pub const NO_CODE: i32 = -1;
}

/// How Bellbird treats one error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The code.
    pub code: i32,
    /// Short technical name, to search the provider's documentation with.
    pub title: &'static str,
    /// What to do.
    pub action: Action,
    /// Shortest wait before the action's next step, where the provider states one.
    pub wait: Option<Duration>,
    /// One sentence for the people in the shop.
    pub plain: &'static str,
}

/// What a failure asks of us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Not sent; try this message again, backing off.
    RetrySoon,
    /// Not sent; try again after a day or more, each time later.
    RetryInDays,
    /// Not sent; this person wants no marketing until they say otherwise.
    SuppressMarketing,
    /// The person cannot be reached on this channel.
    Unreachable,
    /// Nothing more with this template until someone has looked at it.
    StopTemplate,
    /// Nothing more from this number until someone has looked at it.
    PauseSender,
    /// Nothing more from this account: token or permission is gone.
    StopAccount,
    /// Not sent; wait with this person, others may go on.
    HoldPair,
    /// Not sent; the number or account is sending too fast.
    Throttle,
    /// Free text is not allowed now; a template is.
    WindowClosed,
    /// May have been sent.
    Ambiguous,
    /// This message will not go; nothing to learn for others.
    Fail,
}

/// What the provider says about a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberFacts {
    /// The provider's id of the number.
    pub phone_number_id: String,
    /// The number, formatted for people.
    pub display_phone_number: String,
    /// The name customers see, once approved.
    pub verified_name: Option<String>,
    /// How customers have received its messages lately.
    pub quality: Quality,
    /// The provider's word for its state (`CONNECTED`, `FLAGGED`, …), kept as given.
    pub status: Option<String>,
    /// Messages per second the provider grants, if it says.
    pub messages_per_second: Option<u32>,
    /// People the account's owner may start conversations with in 24 hours.
    pub daily_people: DailyPeople,
}

words! {
    /// Quality rating of a number.
    pub enum Quality {
        /// Good.
        Green = "green",
        /// Complaints have risen.
        Yellow = "yellow",
        /// Close to being restricted.
        Red = "red",
        /// Not rated yet, or a word we do not know.
        Unknown = "unknown",
    }
}

/// How many different people may be written to first within 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DailyPeople {
    /// This many.
    Limited(u32),
    /// As many as you like.
    Unlimited,
    /// The provider did not say.
    Unknown,
}

/// Why a number could not be vouched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// The token is wrong, expired, or lacks a permission.
    #[error("the access token was not accepted (code {})", .0.code)]
    Token(Failure),
    /// The token is fine, but sees no such number.
    #[error("this number does not exist or the access token cannot see it (code {})", .0.code)]
    NoSuchNumber(Failure),
    /// The number exists, but belongs to another account.
    #[error("this number does not belong to the account given with it")]
    OtherAccount,
    /// The provider refused for another reason.
    #[error("the provider refused (code {})", .0.code)]
    Refused(Failure),
    /// The provider could not be asked.
    #[error("the provider could not be reached: {0}")]
    Unreachable(String),
    /// The provider's answer made no sense.
    #[error("the provider's answer could not be read: {0}")]
    Unreadable(String),
}
