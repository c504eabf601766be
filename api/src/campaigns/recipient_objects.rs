//! What a campaign's recipients look like from outside.

use crate::Time;
use crate::messages::objects::{MessageStatus, Why, earliest, utc};
use bellbird_core::campaigns::recipients::{self, Added};
use bellbird_core::consent::{ConsentMethod, ConsentState};
use bellbird_core::context::Actor;
use bellbird_core::customers::edit::{GivenConsent, parse_time_zone};
use bellbird_core::ids::{CustomerId, MessageId};
use bellbird_core::imports::direct::Imported;
use bellbird_core::messages::queries;
use bellbird_core::phone::Phone;
use bellbird_core::senders::port::MessageSender;
use bellbird_core::{Problem, Timestamp};
use poem_openapi::{Enum, Object};
use std::collections::BTreeMap;

/// A person's word on marketing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum RecipientWord {
    /// Yes.
    OptedIn,
    /// No.
    OptedOut,
}

/// A person's word on marketing that comes with them.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct RecipientOptIn {
    /// Yes or no.
    pub state: RecipientWord,
    /// Where and how it was said: `signup form`, `paper at the till`.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub source: String,
    /// When; left out: now.
    pub at: Option<Time>,
}

/// A person to add.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct NewRecipient {
    /// Their number. Without a country code it is read as one of the organization's country.
    pub phone: String,
    /// What they are called.
    #[oai(validator(max_length = 200))]
    pub name: Option<String>,
    /// Where they live, as an IANA time zone like Asia/Kolkata; their number tells when left out.
    #[oai(validator(max_length = 64))]
    pub time_zone: Option<String>,
    /// Values of their own for the template's variables.
    pub variables: Option<BTreeMap<String, String>>,
    /// Their word on marketing.
    pub opt_in: Option<RecipientOptIn>,
}

impl NewRecipient {
    /// Reads the person, or says all that is wrong; paths begin at the person.
    pub fn read(self, country: Option<&str>, actor: Actor) -> Result<recipients::NewRecipient, Vec<Problem>> {
        let mut problems = Vec::new();
        if self.opt_in.as_ref().is_some_and(|said| said.source.trim().is_empty()) {
            let message = "say where and how the person agreed";
            problems.push(Problem::new("opt_in.source", "missing_source", message));
        }
        let consent = self.opt_in.map(|said| {
            let state = match said.state {
                RecipientWord::OptedIn => ConsentState::OptedIn,
                RecipientWord::OptedOut => ConsentState::OptedOut,
            };
            let word = GivenConsent::new(state, ConsentMethod::Api, said.source.trim(), actor);
            GivenConsent { at: said.at.map(Timestamp::from), ..word }
        });
        let time_zone = self.time_zone.map(|zone| parse_time_zone("time_zone", &zone)).transpose();
        let time_zone = time_zone.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let variables = self.variables.unwrap_or_default();
        match Phone::parse(&self.phone, country) {
            Ok(phone) if problems.is_empty() => Ok(recipients::NewRecipient {
                name: self.name,
                time_zone,
                variables,
                consent: consent.into_iter().collect(),
                ..recipients::NewRecipient::new(phone)
            }),
            Ok(_) => Err(problems),
            Err(bad) => {
                problems.insert(0, Problem::new("phone", bad.code(), bad.to_string()));
                Err(problems)
            }
        }
    }
}

/// People to add to a draft.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, example)]
pub struct NewRecipients {
    /// Each person once.
    #[oai(validator(min_items = 1, max_items = 1000))]
    pub recipients: Vec<NewRecipient>,
}

/// What came of adding people.
#[derive(Debug, Object)]
pub struct AddedRecipients {
    /// New in the campaign.
    pub added: u64,
    /// Were in it before; their values are the new ones now.
    pub updated: u64,
}

impl From<Added> for AddedRecipients {
    fn from(added: Added) -> Self {
        Self { added: added.added as u64, updated: added.updated as u64 }
    }
}

/// A row that did not go in.
#[derive(Debug, Object)]
pub struct RejectedRow {
    /// The line in the file, from 1; the header is line 1.
    pub line: u64,
    /// Stable machine code: `invalid_phone`, `duplicate_recipient`, ….
    pub code: String,
    /// One sentence for a person.
    pub message: String,
}

/// What came of a file.
#[derive(Debug, Object)]
#[oai(example)]
pub struct ImportedRecipients {
    /// Rows with data.
    pub rows: u64,
    /// New in the campaign.
    pub added: u64,
    /// Were in it before; their values are the new ones now.
    pub updated: u64,
    /// How many rows did not go in.
    pub rejected_count: u64,
    /// The first 1,000 of them, with the reason.
    pub rejected: Vec<RejectedRow>,
}

impl From<Imported> for ImportedRecipients {
    fn from(imported: Imported) -> Self {
        let AddedRecipients { added, updated } = imported.added.into();
        let rejected = imported.rejected.into_iter().map(|row| RejectedRow {
            line: row.line,
            code: row.why.code.to_string(),
            message: row.why.message,
        });
        Self {
            rows: imported.rows,
            added,
            updated,
            rejected_count: imported.rejected_count,
            rejected: rejected.collect(),
        }
    }
}

/// One person of a campaign, and what became of their message.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Recipient {
    /// Their message.
    pub message_id: MessageId,
    /// The person.
    pub customer_id: Option<CustomerId>,
    /// The number it goes to.
    pub phone: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// Where the message stands.
    pub status: MessageStatus,
    /// Why it stands there, in a sentence for people.
    pub reason: Option<String>,
    /// Why it stands there, as a stable word: `no_consent`, `pair_rate`, ….
    pub reason_code: Option<String>,
    /// WhatsApp's code, where it gave one.
    pub code: Option<i32>,
    /// Number of the current attempt; 0 before the first.
    pub attempt: i32,
    /// Not tried again before this moment.
    pub next_attempt_at: Option<Time>,
    /// When WhatsApp took it.
    pub sent_at: Option<Time>,
    /// When it reached a device.
    pub delivered_at: Option<Time>,
    /// When it was read.
    pub read_at: Option<Time>,
    /// When it failed.
    pub failed_at: Option<Time>,
    /// When the person first answered.
    pub responded_at: Option<Time>,
    /// When they were added.
    pub created_at: Time,
    /// When the message last changed.
    pub updated_at: Time,
}

impl Recipient {
    /// Shows a recipient, with the reason in words.
    pub fn of(provider: &dyn MessageSender, found: queries::Recipient) -> Self {
        let row = found.message;
        let why = Why::of(provider, &row);
        Self {
            message_id: row.id,
            customer_id: row.customer_id,
            phone: row.phone.map(|phone| phone.to_string()),
            name: found.name,
            status: row.status.into(),
            reason: why.reason,
            reason_code: why.reason_code,
            code: why.code,
            attempt: row.attempt,
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
