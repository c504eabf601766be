//! Reads single fields of Meta's JSON, believing none of them.

use chrono::{DateTime, Datelike, Utc};
use serde_json::Value;

/// Phone and user id, each only if it looks like one. User ids have been seen in the place of phone numbers.
pub(super) fn who(phone: Option<String>, user: Option<String>) -> (Option<String>, Option<String>) {
    let bsuid = user.as_deref().and_then(as_bsuid).or_else(|| phone.as_deref().and_then(as_bsuid));
    (phone.as_deref().and_then(as_phone), bsuid)
}

/// `16505551234` → `+16505551234`. At most 15 digits (E.164).
fn as_phone(id: &str) -> Option<String> {
    let digits = id.strip_prefix('+').unwrap_or(id);
    let valid = (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    valid.then(|| format!("+{digits}"))
}

/// `US.1349…`: a country, a dot, letters and digits; the ids of business groups have `ENT.` between (Meta:
/// "Business-scoped user IDs"). Older samples have the word `user` in place of the country.
fn as_bsuid(id: &str) -> Option<String> {
    let (country, rest) = id.split_once('.')?;
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    let valid = (2..=4).contains(&country.len())
        && country.bytes().all(|b| b.is_ascii_alphabetic())
        && (1..=128).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    valid.then(|| id.to_owned())
}

/// Seconds since 1970, as text (messages, statuses) or number (preferences). Anything outside this century's first
/// half is garbage rather than time.
pub(super) fn time(from: &Value, notes: &mut Vec<String>) -> Option<DateTime<Utc>> {
    let given = from.get("timestamp")?;
    let seconds = given.as_i64().or_else(|| given.as_str()?.trim().parse().ok());
    let time = seconds
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .filter(|time| (2001..=2050).contains(&time.year()));
    if time.is_none() {
        notes.push("unreadable timestamp".into());
    }
    time
}

/// A text that says something.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Moves a list out of `value`; empty if there is none.
pub(super) fn take_list(value: &mut Value, key: &str) -> Vec<Value> {
    match value.get_mut(key).map(Value::take) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}
