//! Reads what Meta posts to us.
//!
//! Tolerant on purpose: a webhook that was acknowledged is never sent again, and Meta adds fields and kinds without
//! notice. So one strange entry never costs its neighbours; what cannot be placed becomes [`Change::Other`] and a note.
//! Shapes follow Meta's webhook reference of 2026: phone numbers may be missing, timestamps are texts or numbers,
//! statuses come in any order.

use serde_json::Value;

use super::answer;
use super::fields::{take_list, text, time, who};
use crate::webhooks::change::{
    BadWebhook, Change, InboundChange, Marketing, OtherChange, Parsed, PreferenceChange, StatusChange,
    StatusKind,
};

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
        let waba_id = text(&entry, "id");
        let field = text(&entry, "field");
        for change in take_list(&mut entry, "changes") {
            read_change(change, waba_id.as_deref(), field.as_deref(), &mut parsed);
        }
    }
    Ok(parsed)
}

/// Where a change belongs.
struct Origin {
    field: String,
    waba_id: Option<String>,
    phone_number_id: Option<String>,
}

impl Origin {
    fn other(&self, kind: impl Into<String>, value: Value) -> Change {
        Change::Other(OtherChange {
            field: self.field.clone(),
            waba_id: self.waba_id.clone(),
            phone_number_id: self.phone_number_id.clone(),
            kind: kind.into(),
            value,
        })
    }
}

fn read_change(mut change: Value, waba_id: Option<&str>, entry_field: Option<&str>, parsed: &mut Parsed) {
    let field = text(&change, "field").or_else(|| entry_field.map(str::to_owned)).unwrap_or_default();
    let mut value = change.get_mut("value").map(Value::take).unwrap_or_default();
    let phone_number_id = value.get("metadata").and_then(|metadata| text(metadata, "phone_number_id"));
    let origin = Origin { field, waba_id: waba_id.map(str::to_owned), phone_number_id };
    if origin.field.is_empty() {
        parsed.notes.push("change without a field".into());
    }
    match origin.field.as_str() {
        "messages" => read_messages(&origin, &mut value, parsed),
        "user_preferences" => {
            for preference in take_list(&mut value, "user_preferences") {
                parsed.changes.push(read_preference(&origin, preference));
            }
        }
        // Among them `smb_message_echoes`: sent by the shop itself from the phone app, so nothing a person wrote.
        _ => parsed.changes.push(origin.other(happened(&value), value)),
    }
}

fn read_messages(origin: &Origin, value: &mut Value, parsed: &mut Parsed) {
    let before = parsed.changes.len();
    let contacts = take_list(value, "contacts");
    for status in take_list(value, "statuses") {
        let change = read_status(origin, status, &mut parsed.notes);
        parsed.changes.push(change);
    }
    for message in take_list(value, "messages") {
        let change = read_message(origin, message, &contacts, &mut parsed.notes);
        parsed.changes.push(change);
    }
    for kind in ["errors", "user_actions"] {
        for item in take_list(value, kind) {
            parsed.changes.push(origin.other(kind, item));
        }
    }
    if parsed.changes.len() == before {
        parsed.notes.push("messages: nothing in it that we know".into());
        parsed.changes.push(origin.other("", value.take()));
    }
}

fn read_status(origin: &Origin, mut status: Value, notes: &mut Vec<String>) -> Change {
    let Some(wamid) = text(&status, "id") else {
        notes.push("status without a message id".into());
        return origin.other("status", status);
    };
    let is_group = text(&status, "recipient_type").as_deref() == Some("group");
    let (phone, user) = if is_group {
        (text(&status, "recipient_participant_id"), text(&status, "recipient_participant_user_id"))
    } else {
        (text(&status, "recipient_id"), text(&status, "recipient_user_id"))
    };
    let (recipient_phone, recipient_bsuid) = who(phone, user);
    Change::Status(StatusChange {
        phone_number_id: origin.phone_number_id.clone(),
        wamid,
        kind: match text(&status, "status").unwrap_or_default().as_str() {
            "sent" => StatusKind::Sent,
            "delivered" => StatusKind::Delivered,
            "read" => StatusKind::Read,
            "played" => StatusKind::Played,
            "failed" => StatusKind::Failed,
            other => StatusKind::Other(other.to_owned()),
        },
        at: time(&status, notes),
        opaque: text(&status, "biz_opaque_callback_data"),
        recipient_phone,
        recipient_bsuid,
        failure: status.get("errors").and_then(|errors| errors.get(0)).map(answer::failure),
        is_group,
        is_payment: text(&status, "type").as_deref() == Some("payment"),
        pricing: status.get_mut("pricing").map(Value::take).filter(Value::is_object),
    })
}

fn read_message(origin: &Origin, message: Value, contacts: &[Value], notes: &mut Vec<String>) -> Change {
    let Some(wamid) = text(&message, "id") else {
        notes.push("message without an id".into());
        return origin.other("message", message);
    };
    let (from, user) = (text(&message, "from"), text(&message, "from_user_id"));
    let contact = contact_of(contacts, from.as_deref(), user.as_deref());
    let from = from.or_else(|| text(contact?, "wa_id"));
    let user = user.or_else(|| text(contact?, "user_id"));
    let (from_phone, from_bsuid) = who(from, user);
    if from_phone.is_none() && from_bsuid.is_none() {
        notes.push("message from nobody we can name".into());
    }
    let kind = kind_of(&message);
    let (text_said, payload) = said(&message, &kind);
    Change::Inbound(InboundChange {
        phone_number_id: origin.phone_number_id.clone(),
        wamid,
        from_phone,
        from_bsuid,
        profile_name: contact.and_then(|contact| text(contact.get("profile")?, "name")),
        at: time(&message, notes),
        text: text_said,
        payload,
        context_wamid: message
            .get("context")
            .and_then(|context| text(context, "id").or_else(|| text(context, "message_id")))
            .or_else(|| text(message.get("reaction")?, "message_id")),
        group_id: text(&message, "group_id"),
        kind,
        content: message,
    })
}

fn read_preference(origin: &Origin, preference: Value) -> Change {
    let category = text(&preference, "category").unwrap_or_default();
    let marketing = match text(&preference, "value").as_deref() {
        Some("stop") => Marketing::Stop,
        Some("resume") => Marketing::Resume,
        other => return origin.other(other.unwrap_or_default(), preference),
    };
    if category != "marketing_messages" {
        return origin.other(category, preference);
    }
    let (wa_id, bsuid) = who(text(&preference, "wa_id"), text(&preference, "user_id"));
    Change::Preference(PreferenceChange {
        phone_number_id: origin.phone_number_id.clone(),
        waba_id: origin.waba_id.clone(),
        wa_id,
        bsuid,
        marketing,
        at: time(&preference, &mut Vec::new()),
    })
}

/// The contact that wrote: matched by id, or the only one there is.
fn contact_of<'a>(contacts: &'a [Value], from: Option<&str>, user: Option<&str>) -> Option<&'a Value> {
    let has = |contact: &Value, key: &str, id: Option<&str>| {
        id.is_some() && contact.get(key).and_then(Value::as_str) == id
    };
    contacts.iter().find(|contact| has(contact, "wa_id", from) || has(contact, "user_id", user)).or(
        match contacts {
            [only] => Some(only),
            _ => None,
        },
    )
}

/// The kind as given, or else as told by the content: Meta's own samples leave it out at times.
fn kind_of(message: &Value) -> String {
    const CONTENT: [&str; 12] = [
        "text",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "location",
        "contacts",
        "reaction",
        "interactive",
        "button",
        "order",
    ];
    text(message, "type").unwrap_or_else(|| {
        let found = CONTENT.into_iter().find(|kind| message.get(kind).is_some());
        found.unwrap_or("unknown").to_owned()
    })
}

/// What was said, and what came back with it.
fn said(message: &Value, kind: &str) -> (Option<String>, Option<String>) {
    let content = message.get(kind).unwrap_or(&Value::Null);
    match kind {
        "text" => (text(content, "body"), None),
        "button" => (text(content, "text"), text(content, "payload")),
        "interactive" => {
            let reply = text(content, "type").and_then(|reply| content.get(reply)).unwrap_or(&Value::Null);
            let said = text(reply, "title").or_else(|| text(reply, "body"));
            (said, text(reply, "id").or_else(|| text(reply, "response_json")))
        }
        "order" => (text(content, "text"), None),
        // The corrected message stands inside.
        "edit" => match content.get("message") {
            Some(corrected) => said_once(corrected),
            None => (None, None),
        },
        _ => (text(content, "caption"), None),
    }
}

/// An edit inside an edit does not exist; this keeps a hostile body from making us believe it does.
fn said_once(message: &Value) -> (Option<String>, Option<String>) {
    match kind_of(message).as_str() {
        "edit" => (None, None),
        kind => said(message, kind),
    }
}

/// The word for what happened in a change we have no type for.
fn happened(value: &Value) -> String {
    const PLACES: [&str; 9] = [
        "/event",
        "/decision",
        "/new_quality_score",
        "/new_category",
        "/status",
        "/type",
        "/alert_info/alert_type",
        "/groups/0/type",
        "/calls/0/event",
    ];
    let word =
        |place: &str| value.pointer(place)?.as_str().filter(|word| !word.is_empty()).map(str::to_owned);
    PLACES.into_iter().find_map(word).unwrap_or_default()
}

#[cfg(test)]
mod tests;
