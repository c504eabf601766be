//! How far our messages got.

use serde_json::Value;

use super::super::answer;
use super::super::fields::{Contacts, id, moment, time, who, with_contact, word};
use super::Origin;
use crate::webhooks::change::{Aside, Change, Conversation, Pricing, StatusChange, StatusKind};

pub(super) fn status(origin: &Origin, status: Value, contacts: &Contacts, notes: &mut Vec<String>) -> Change {
    let Some(wamid) = id(&status, "id") else {
        notes.push("status without a message id".into());
        return origin.other("status", super::UNKNOWN, status);
    };
    let kind = kind(word(&status, "status").unwrap_or_default());
    let aside = if word(&status, "recipient_type").as_deref() == Some("group") {
        Some(Aside::Participant)
    } else if word(&status, "type").as_deref() == Some("payment") {
        Some(Aside::Payment)
    } else if let StatusKind::Other(unknown) = &kind {
        notes.push(format!("unknown status `{unknown}`"));
        Some(Aside::Unknown)
    } else {
        None
    };
    let (phone, user, parent) = match aside {
        Some(Aside::Participant) => (
            id(&status, "recipient_participant_id"),
            id(&status, "recipient_participant_user_id"),
            id(&status, "recipient_participant_parent_user_id"),
        ),
        _ => (
            id(&status, "recipient_id"),
            id(&status, "recipient_user_id"),
            id(&status, "recipient_parent_user_id"),
        ),
    };
    let contact = contacts.of(phone.as_deref(), user.as_deref());
    Change::Status(StatusChange {
        phone_number_id: origin.phone_number_id.clone(),
        wamid,
        kind,
        at: time(&status, notes),
        opaque: id(&status, "biz_opaque_callback_data"),
        recipient: with_contact(who(phone, user, parent), contact),
        failure: status.get("errors").and_then(|errors| errors.get(0)).map(answer::failure),
        pricing: status.get("pricing").filter(|pricing| pricing.is_object()).map(pricing),
        conversation: status.get("conversation").and_then(conversation),
        content: if aside.is_some() { status } else { Value::Null },
        aside,
    })
}

pub(super) fn kind(word: String) -> StatusKind {
    match word.as_str() {
        "sent" => StatusKind::Sent,
        "delivered" => StatusKind::Delivered,
        "read" => StatusKind::Read,
        "played" => StatusKind::Played,
        "failed" => StatusKind::Failed,
        _ => StatusKind::Other(word),
    }
}

fn pricing(from: &Value) -> Pricing {
    Pricing {
        category: word(from, "category"),
        kind: word(from, "type"),
        model: word(from, "pricing_model"),
        billable: from.get("billable").and_then(Value::as_bool),
    }
}

fn conversation(from: &Value) -> Option<Conversation> {
    Some(Conversation {
        id: id(from, "id")?,
        origin: from.get("origin").and_then(|origin| word(origin, "type")),
        expires_at: from.get("expiration_timestamp").and_then(moment).map(Into::into),
    })
}
