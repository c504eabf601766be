//! What people wrote to us.

use serde_json::Value;

use super::super::fields::{Contacts, as_bsuid, id, text, time, who, with_contact, word};
use super::Origin;
use crate::webhooks::change::{Change, InboundChange, Moved, Person};

pub(super) fn message(
    origin: &Origin,
    message: Value,
    contacts: &Contacts,
    notes: &mut Vec<String>,
) -> Change {
    let Some(wamid) = id(&message, "id") else {
        notes.push("message without an id".into());
        return origin.other("message", super::UNKNOWN, message);
    };
    let (from, user) = (id(&message, "from"), id(&message, "from_user_id"));
    let contact = contacts.of(from.as_deref(), user.as_deref());
    let from = with_contact(who(from, user, id(&message, "from_parent_user_id")), contact);
    if from.is_nobody() {
        notes.push("message from nobody we can name".into());
    }
    let kind = kind_of(&message);
    let (text_said, payload) = said(&message, &kind);
    let moved = message.get("system").filter(|_| kind == "system").and_then(|system| moved(&from, system));
    Change::Inbound(InboundChange {
        phone_number_id: origin.phone_number_id.clone(),
        wamid,
        at: time(&message, notes),
        text: text_said,
        payload,
        context_wamid: context(&message, &kind),
        group_id: id(&message, "group_id"),
        moved,
        from,
        kind,
        content: message,
    })
}

/// The message this one is about.
pub(super) fn context(message: &Value, kind: &str) -> Option<String> {
    let changed = matches!(kind, "edit" | "revoke").then(|| id(message.get(kind)?, "original_message_id"));
    let quoted = || {
        let context = message.get("context")?;
        id(context, "id").or_else(|| id(context, "message_id"))
    };
    changed.flatten().or_else(quoted).or_else(|| id(message.get("reaction")?, "message_id"))
}

/// A system message that tells of a new number or id. The old id stands only in its sentence, `… changed from <old> to
/// <new>`; the name before it is the person's own choice, so it is read from the end.
fn moved(from: &Person, system: &Value) -> Option<Moved> {
    let now = who(id(system, "wa_id").or_else(|| id(system, "new_wa_id")), id(system, "user_id"), {
        id(system, "parent_user_id")
    });
    match word(system, "type")?.as_str() {
        "user_changed_number" | "user_changed_user_id" if !now.is_nobody() => {}
        _ => return None,
    }
    // the person's profile may be told with the message, and is about who they are now
    let mut before = Person { name: None, username: None, ..from.clone() };
    if now.bsuid.is_some() && before.bsuid == now.bsuid {
        before.bsuid = None;
    }
    if let (Some(new), Some(body)) = (&now.bsuid, text(system, "body"))
        && let Some(rest) = body.strip_suffix(&format!(" to {new}"))
        && let Some((_, old)) = rest.rsplit_once(" changed from ")
    {
        before.bsuid = as_bsuid(old).or(before.bsuid);
    }
    Some(Moved { before, now: Person { name: from.name.clone(), username: from.username.clone(), ..now } })
}

/// The kind as given, or else as told by the content: Meta's own samples leave it out at times.
pub(super) fn kind_of(message: &Value) -> String {
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
    word(message, "type").unwrap_or_else(|| {
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
