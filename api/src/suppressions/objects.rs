//! The suppression list on the wire.

use crate::Time;
use crate::campaigns::recipient_objects::RejectedRow;
use bellbird_core::consent::ConsentPurpose;
use bellbird_core::consent::suppression::entity::{IdentityKind, Model};
use bellbird_core::consent::suppression::list::Suppressed;
use bellbird_core::ids::SuppressionId;
use bellbird_core::imports::suppress::Done;
use bellbird_core::messages::address::is_bsuid;
use bellbird_core::phone::Phone;
use bellbird_core::{Error, Problem, Result, Timestamp};
use poem_openapi::Object;
use poem_openapi::types::Example;

/// Characters of a hash that are told.
const HINT: usize = 12;

/// An identity that must not be messaged about a purpose.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct Suppression {
    /// Its id.
    pub id: SuppressionId,
    /// About what.
    pub purpose: ConsentPurpose,
    /// What was hashed.
    pub kind: IdentityKind,
    /// The beginning of the hash: enough to tell entries apart, too little to try numbers with.
    pub hint: String,
    /// Why.
    pub reason: String,
    /// Who put it there: `person`, the id of a key or a user, `operator` or `worker`.
    pub actor: Option<String>,
    /// Since when.
    pub suppressed_at: Time,
    /// When it was taken off the list.
    pub removed_at: Option<Time>,
    /// By whom.
    pub removed_by: Option<String>,
    /// Why.
    pub removed_reason: Option<String>,
}

impl From<Model> for Suppression {
    fn from(entry: Model) -> Self {
        Self {
            id: entry.id,
            purpose: entry.purpose,
            kind: entry.kind,
            hint: entry.hash.chars().take(HINT).collect(),
            reason: entry.reason,
            actor: entry.actor,
            suppressed_at: entry.suppressed_at.to_utc(),
            removed_at: entry.removed_at.map(Timestamp::to_utc),
            removed_by: entry.removed_by,
            removed_reason: entry.removed_reason,
        }
    }
}

/// The one entry that was added.
pub(super) fn first(added: Vec<Model>) -> Result<Suppression> {
    let entry = added.into_iter().next();
    entry.map(Suppression::from).ok_or_else(|| Error::internal("a suppression was not kept"))
}

/// Whom to put on the list: by `phone` or by `bsuid`.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none, example)]
pub struct AddSuppression {
    /// Their number. Without a country code it is read as one of the organization's country.
    #[oai(validator(max_length = 64))]
    pub phone: Option<String>,
    /// Their WhatsApp user id.
    #[oai(validator(max_length = 140))]
    pub bsuid: Option<String>,
    /// About what; marketing when left out.
    pub purpose: Option<ConsentPurpose>,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub reason: String,
}

impl Example for AddSuppression {
    fn example() -> Self {
        Self {
            phone: Some("+91 98765 43210".into()),
            bsuid: None,
            purpose: Some(ConsentPurpose::Marketing),
            reason: "asked by letter to be left alone".into(),
        }
    }
}

impl AddSuppression {
    /// Reads who, about what, and why.
    pub(super) fn read(self, country: Option<&str>) -> Result<(Suppressed, ConsentPurpose, String)> {
        let reason = reason(&self.reason)?;
        let purpose = self.purpose.unwrap_or(ConsentPurpose::Marketing);
        Ok((who(self.phone, self.bsuid, country)?, purpose, reason))
    }
}

/// Who is looked for: by `phone` or by `bsuid`.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none, example)]
pub struct CheckSuppression {
    /// Their number. Without a country code it is read as one of the organization's country.
    #[oai(validator(max_length = 64))]
    pub phone: Option<String>,
    /// Their WhatsApp user id.
    #[oai(validator(max_length = 140))]
    pub bsuid: Option<String>,
}

impl Example for CheckSuppression {
    fn example() -> Self {
        Self { phone: Some("+91 98765 43210".into()), bsuid: None }
    }
}

impl CheckSuppression {
    pub(super) fn read(self, country: Option<&str>) -> Result<Suppressed> {
        who(self.phone, self.bsuid, country)
    }
}

/// What the list says of somebody.
#[derive(Object, Debug)]
pub struct SuppressionCheck {
    /// Their entries; none: they are not on the list.
    pub items: Vec<Suppression>,
}

/// Why an entry is taken off the list.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, example)]
pub struct RemoveSuppression {
    /// Why.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub reason: String,
}

impl Example for RemoveSuppression {
    fn example() -> Self {
        Self { reason: "the number belongs to somebody else now".into() }
    }
}

impl RemoveSuppression {
    pub(super) fn read(&self) -> Result<String> {
        reason(&self.reason)
    }
}

/// What came of a file.
#[derive(Object, Debug)]
pub struct SuppressedFile {
    /// Rows with data.
    pub rows: u64,
    /// Numbers that are on the list now.
    pub suppressed: u64,
    /// How many rows did not go in.
    pub rejected_count: u64,
    /// The first 1,000 of them, with the reason.
    pub rejected: Vec<RejectedRow>,
}

impl From<Done> for SuppressedFile {
    fn from(done: Done) -> Self {
        let row = |row: bellbird_core::imports::direct::RejectedRow| RejectedRow {
            line: row.line,
            code: row.why.code.to_string(),
            message: row.why.message,
        };
        Self {
            rows: done.rows,
            suppressed: done.suppressed,
            rejected_count: done.rejected_count,
            rejected: done.rejected.into_iter().map(row).collect(),
        }
    }
}

fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    match text.is_empty() {
        true => Err(Error::invalid("reason", "missing_reason", "say why")),
        false => Ok(text.to_string()),
    }
}

fn who(phone: Option<String>, bsuid: Option<String>, country: Option<&str>) -> Result<Suppressed> {
    match (phone, bsuid) {
        (Some(phone), None) => {
            let bad =
                |bad: bellbird_core::phone::BadPhone| Problem::new("phone", bad.code(), bad.to_string());
            Ok(Suppressed::Phone(Phone::parse(&phone, country).map_err(|b| Error::Invalid(vec![bad(b)]))?))
        }
        (None, Some(bsuid)) if is_bsuid(&bsuid) => Ok(Suppressed::Bsuid(bsuid)),
        (None, Some(_)) => {
            let message = "a WhatsApp user id looks like US.13491208655302741918";
            Err(Error::invalid("bsuid", "invalid_bsuid", message))
        }
        _ => Err(Error::invalid("phone", "one_identity", "give either `phone` or `bsuid`")),
    }
}
