//! Reads what Meta posts to us, area by area.
//!
//! Tolerant on purpose: a webhook that was acknowledged is never sent again, and Meta adds fields and kinds without
//! notice. So one strange entry never costs its neighbours; what cannot be placed becomes [`Change::Other`] and a note.
//! Shapes follow Meta's webhook reference of 2026: phone numbers may be missing, timestamps are texts or numbers,
//! statuses come in any order.

mod accounts;
mod echoes;
mod identity;
mod messages;
mod numbers;
mod statuses;
mod templates;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::fields::{Contacts, id, moment, take_list, word};
use crate::webhooks::change::{BadWebhook, Change, OtherChange, Parsed};

/// Why nothing is done about a change that nobody asked an effect of yet.
const NO_EFFECT: &str = "no effect is asked of this yet";
/// Why nothing is done about a change we have never heard of.
const UNKNOWN: &str = "a kind of change we do not know";

/// Takes a request body apart. Fails only if it is not a JSON object.
pub fn parse(raw: &[u8]) -> Result<Parsed, BadWebhook> {
    let bad = |reason: &str| BadWebhook { reason: reason.into() };
    let body: Value = serde_json::from_slice(raw).map_err(|_| bad("the body is not JSON"))?;
    let Value::Object(mut body) = body else { return Err(bad("the body is not a JSON object")) };
    let mut parsed = Parsed::default();
    let Some(Value::Array(entries)) = body.remove("entry") else {
        parsed.notes.push("no list of entries".into());
        return Ok(parsed);
    };
    for mut entry in entries {
        let (waba_id, field) = (id(&entry, "id"), word(&entry, "field"));
        let at = entry.get("time").and_then(moment);
        for change in take_list(&mut entry, "changes") {
            read_change(change, waba_id.as_deref(), field.as_deref(), at, &mut parsed);
        }
    }
    Ok(parsed)
}

/// Where a change belongs.
struct Origin {
    field: String,
    waba_id: Option<String>,
    phone_number_id: Option<String>,
    /// When the entry was written.
    at: Option<DateTime<Utc>>,
}

impl Origin {
    fn other(&self, kind: impl Into<String>, note: &'static str, value: Value) -> Change {
        Change::Other(OtherChange {
            field: self.field.clone(),
            waba_id: self.waba_id.clone(),
            phone_number_id: self.phone_number_id.clone(),
            kind: kind.into(),
            note,
            value,
        })
    }
}

fn read_change(
    mut change: Value,
    waba_id: Option<&str>,
    entry_field: Option<&str>,
    at: Option<DateTime<Utc>>,
    parsed: &mut Parsed,
) {
    let mut value = change.get_mut("value").map(Value::take).unwrap_or_default();
    // one of Meta's samples has the field inside
    let field = word(&change, "field").or_else(|| entry_field.map(str::to_owned));
    let field = field.or_else(|| word(&value, "field")).unwrap_or_default();
    let phone_number_id = value.get("metadata").and_then(|metadata| id(metadata, "phone_number_id"));
    let origin = Origin { field, waba_id: waba_id.map(str::to_owned), phone_number_id, at };
    if origin.field.is_empty() {
        parsed.notes.push("change without a field".into());
    }
    match origin.field.as_str() {
        "messages" => read_messages(&origin, &mut value, parsed),
        "user_preferences" => {
            for preference in take_list(&mut value, "user_preferences") {
                parsed.changes.push(identity::preference(&origin, preference));
            }
        }
        "user_id_update" => identity::updates(&origin, value, parsed),
        "smb_message_echoes" => echoes::echoes(&origin, &mut value, parsed),
        "history" => echoes::history(&origin, &mut value, parsed),
        "smb_app_state_sync" => echoes::contacts(&origin, &mut value, parsed),
        "message_template_status_update"
        | "message_template_quality_update"
        | "message_template_components_update"
        | "template_category_update" => {
            parsed.changes.push(templates::read(&origin, &change, value, &mut parsed.notes));
        }
        "phone_number_quality_update"
        | "phone_number_name_update"
        | "business_capability_update"
        | "business_username_update" => parsed.changes.push(numbers::read(&origin, value)),
        "account_update"
        | "account_alerts"
        | "account_review_update"
        | "security"
        | "payment_configuration_update"
        | "flows"
        | "partner_solutions" => parsed.changes.push(accounts::read(&origin, value)),
        "calls"
        | "automatic_events"
        | "account_settings_update"
        | "group_lifecycle_update"
        | "group_participants_update"
        | "group_settings_update"
        | "group_status_update" => parsed.changes.push(origin.other(happened(&value), NO_EFFECT, value)),
        unknown => {
            parsed.notes.push(format!("unknown field `{unknown}`"));
            parsed.changes.push(origin.other(happened(&value), UNKNOWN, value));
        }
    }
}

fn read_messages(origin: &Origin, value: &mut Value, parsed: &mut Parsed) {
    let before = parsed.changes.len();
    let (statuses, messages) = (take_list(value, "statuses"), take_list(value, "messages"));
    let contacts = Contacts::new(take_list(value, "contacts"), statuses.len() + messages.len());
    for status in statuses {
        let change = statuses::status(origin, status, &contacts, &mut parsed.notes);
        parsed.changes.push(change);
    }
    for message in messages {
        let change = messages::message(origin, message, &contacts, &mut parsed.notes);
        parsed.changes.push(change);
    }
    for error in take_list(value, "errors") {
        parsed.changes.push(accounts::error(origin, error));
    }
    for action in take_list(value, "user_actions") {
        let kind = word(&action, "action_type").unwrap_or_default();
        parsed.changes.push(origin.other(kind, NO_EFFECT, action));
    }
    if parsed.changes.len() == before {
        parsed.notes.push("messages: nothing in it that we know".into());
        parsed.changes.push(origin.other("", UNKNOWN, value.take()));
    }
}

/// The word for what happened in a change we have no type for.
fn happened(value: &Value) -> String {
    const PLACES: [&str; 7] = [
        "/event",
        "/status",
        "/type",
        "/groups/0/type",
        "/calls/0/event",
        "/statuses/0/status",
        "/automatic_events/0/event_name",
    ];
    let word = |place: &str| {
        let (parent, key) = place.rsplit_once('/')?;
        word(value.pointer(parent)?, key)
    };
    PLACES.into_iter().find_map(word).unwrap_or_default()
}

#[cfg(test)]
mod tests;
