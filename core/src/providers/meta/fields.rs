//! Reads single fields of Meta's JSON, believing none of them.
//!
//! What is read here goes into columns and indexes, so it is bounded, and a NUL, which Postgres cannot store in a text,
//! never gets through.

use chrono::{DateTime, Datelike, Utc};
use serde_json::Value;

use crate::phone::Phone;
use crate::webhooks::change::Person;

/// Ids of Meta's have at most some 200 characters; our own mark, echoed, up to 512.
const LONGEST_ID: usize = 512;
/// Words, names and titles.
const LONGEST_WORD: usize = 100;
/// Sentences.
const LONGEST_SENTENCE: usize = 1_000;

/// A person from the fields they are named by, each only if it looks like one. User ids have been seen in the place of
/// phone numbers.
pub(super) fn who(phone: Option<String>, user: Option<String>, parent: Option<String>) -> Person {
    let bsuid = user.as_deref().and_then(as_bsuid).or_else(|| phone.as_deref().and_then(as_bsuid));
    Person {
        phone: phone.as_deref().and_then(Phone::from_wa_id),
        bsuid,
        parent_bsuid: parent.as_deref().and_then(as_bsuid),
        ..Person::default()
    }
}

/// Adds what the contact tells to what a message or status tells of a person.
pub(super) fn with_contact(mut person: Person, contact: Option<&Value>) -> Person {
    let Some(contact) = contact else { return person };
    let told = who(id(contact, "wa_id"), id(contact, "user_id"), id(contact, "parent_user_id"));
    person.phone = person.phone.or(told.phone);
    person.bsuid = person.bsuid.or(told.bsuid);
    person.parent_bsuid = person.parent_bsuid.or(told.parent_bsuid);
    if let Some(profile) = contact.get("profile") {
        person.name = word(profile, "name");
        person.username = username(profile);
    }
    person
}

/// A username without its `@`.
pub(super) fn username(from: &Value) -> Option<String> {
    word(from, "username")
        .map(|name| name.trim_start_matches('@').to_string())
        .filter(|name| !name.is_empty())
}

/// `US.1349…`: a country, a dot, letters and digits; the ids of business groups have `ENT.` between (Meta:
/// "Business-scoped user IDs"). Older samples have the word `user` in place of the country.
pub(super) fn as_bsuid(id: &str) -> Option<String> {
    let (country, rest) = id.split_once('.')?;
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    let valid = (2..=4).contains(&country.len())
        && country.bytes().all(|b| b.is_ascii_alphabetic())
        && (1..=128).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    valid.then(|| id.to_owned())
}

/// The `timestamp` of a message or status: seconds since 1970, as text or number.
pub(super) fn time(from: &Value, notes: &mut Vec<String>) -> Option<DateTime<Utc>> {
    let given = from.get("timestamp")?;
    let time = moment(given);
    if time.is_none() {
        notes.push("unreadable timestamp".into());
    }
    time
}

/// Seconds since 1970, as text or number. Anything outside this century's first half is garbage rather than time.
pub(super) fn moment(given: &Value) -> Option<DateTime<Utc>> {
    let seconds = given.as_i64().or_else(|| given.as_str()?.trim().parse().ok());
    seconds
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .filter(|time| (2001..=2050).contains(&time.year()))
}

/// A text that says something, of any length.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str().filter(|text| !text.is_empty())?;
    Some(storable(text))
}

/// A sentence of the provider's, cut to a length people read.
pub(super) fn plain(text: &str) -> String {
    cut(storable(text), LONGEST_SENTENCE)
}

fn storable(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

/// An id, given as a text or a number. One that is too long to be one is none.
pub(super) fn id(value: &Value, key: &str) -> Option<String> {
    let given = match value.get(key)? {
        Value::Number(number) => number.as_u64().map(|number| number.to_string()),
        _ => text(value, key),
    };
    given.filter(|id| id.len() <= LONGEST_ID)
}

/// A word, a name or a title, cut to a length that fits anywhere.
pub(super) fn word(value: &Value, key: &str) -> Option<String> {
    text(value, key).map(|text| cut(text, LONGEST_WORD))
}

/// A sentence for people, cut to a length people read.
pub(super) fn sentence(value: &Value, key: &str) -> Option<String> {
    text(value, key).map(|text| cut(text, LONGEST_SENTENCE))
}

fn cut(text: String, most: usize) -> String {
    if text.len() <= most { text } else { text.chars().take(most).collect() }
}

/// Moves a list out of `value`; empty if there is none.
pub(super) fn take_list(value: &mut Value, key: &str) -> Vec<Value> {
    match value.get_mut(key).map(Value::take) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// The contacts of one change, and whether it tells of more than one person.
pub(super) struct Contacts {
    told: Vec<Value>,
    /// Nothing else stands in the change, so a contact that names nobody is theirs.
    alone: bool,
}

impl Contacts {
    /// `about`: how many messages, statuses or updates share these contacts.
    pub(super) fn new(told: Vec<Value>, about: usize) -> Self {
        Self { told, alone: about == 1 }
    }

    /// The contact that a message or status is about: found by its ids, or the only one of the only thing told, because
    /// Meta spells a number in two ways at times. Where more is told, somebody may have no contact at all (a failed status
    /// never has one), and must not be lent another's.
    pub(super) fn of(&self, phone: Option<&str>, user: Option<&str>) -> Option<&Value> {
        let has = |contact: &Value, key: &str, id: Option<&str>| {
            id.is_some() && contact.get(key).and_then(Value::as_str) == id
        };
        let found =
            self.told.iter().find(|contact| has(contact, "wa_id", phone) || has(contact, "user_id", user));
        found.or(match self.told.as_slice() {
            [only] if self.alone => Some(only),
            _ => None,
        })
    }
}
