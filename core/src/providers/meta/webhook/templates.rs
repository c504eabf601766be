//! News about templates. Languages are written with a hyphen here and with an underscore everywhere else at Meta.

use chrono::DateTime;
use serde_json::Value;

use super::super::fields::{id, sentence, text, word};
use super::{Origin, UNKNOWN};
use crate::consent::Purpose;
use crate::templates::news::{Matter, TemplateNews, Texts};
use crate::templates::{TemplateQuality, TemplateStatus};
use crate::webhooks::change::{Change, TemplateChange};

pub(super) fn read(origin: &Origin, around: &Value, value: Value, notes: &mut Vec<String>) -> Change {
    let matter = match origin.field.as_str() {
        "message_template_status_update" => status(around, &value),
        "message_template_quality_update" => quality(&value),
        "template_category_update" => category(&value),
        _ => Some(Matter::Texts(texts(&value))),
    };
    let Some(matter) = matter else {
        notes.push(format!("{}: nothing in it that we know", origin.field));
        return origin.other(super::happened(&value), UNKNOWN, value);
    };
    Change::Template(TemplateChange {
        waba_id: origin.waba_id.clone(),
        at: origin.at,
        news: TemplateNews {
            provider_id: id(&value, "message_template_id"),
            name: id(&value, "message_template_name"),
            language: word(&value, "message_template_language").map(|code| code.replace('-', "_")),
            matter,
        },
        value,
    })
}

fn status(around: &Value, value: &Value) -> Option<Matter> {
    // One of Meta's samples has the quality in this field.
    let Some(event) = word(value, "event") else { return quality(value) };
    use TemplateStatus::{
        Approved, Archived, Deleted, Disabled, InAppeal, LimitExceeded, Locked, Paused, Pending,
        PendingDeletion, Rejected,
    };
    let status = match event.as_str() {
        "APPROVED" | "REINSTATED" | "UNPAUSED" | "UNARCHIVED" | "UNLOCKED" => Approved,
        "REJECTED" => Rejected,
        "PENDING" => Pending,
        "PAUSED" => Paused,
        "DISABLED" => Disabled,
        "IN_APPEAL" => InAppeal,
        "PENDING_DELETION" => PendingDeletion,
        "DELETED" => Deleted,
        "ARCHIVED" => Archived,
        "LIMIT_EXCEEDED" => LimitExceeded,
        "LOCKED" => Locked,
        // may still be sent, but is about to be disabled
        "FLAGGED" => return Some(Matter::Flagged { reason: reasons(around, value) }),
        _ => return None,
    };
    let category = word(value, "message_template_category").as_deref().and_then(purpose);
    Some(Matter::Status { status, reason: reasons(around, value), category })
}

/// Everything that is said about why, in Meta's words. The documentation has `rejection_info` inside `value` in one place
/// and beside it in another.
fn reasons(around: &Value, value: &Value) -> Option<String> {
    let rejection =
        value.get("rejection_info").or_else(|| around.get("rejection_info")).unwrap_or(&Value::Null);
    let other = value.get("other_info").unwrap_or(&Value::Null);
    let disabled = value.get("disable_info").and_then(|info| match info.get("disable_date")? {
        Value::Number(at) => DateTime::from_timestamp(at.as_i64()?, 0).map(|at| at.format("%F").to_string()),
        _ => word(info, "disable_date"),
    });
    let parts = [
        word(value, "reason").filter(|reason| reason != "NONE"),
        word(other, "title"),
        sentence(other, "description"),
        sentence(rejection, "reason"),
        sentence(rejection, "recommendation"),
        disabled.map(|date| format!("disabled from {date}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(": "))
}

fn quality(value: &Value) -> Option<Matter> {
    Some(Matter::Quality(match word(value, "new_quality_score")?.as_str() {
        "GREEN" => TemplateQuality::Green,
        "YELLOW" => TemplateQuality::Yellow,
        "RED" => TemplateQuality::Red,
        _ => TemplateQuality::Unknown,
    }))
}

/// With `correct_category` it is announced for a day later (`new_category` is still the old one then); without it, done.
fn category(value: &Value) -> Option<Matter> {
    let named = |key: &str| word(value, key).as_deref().and_then(purpose);
    match named("correct_category") {
        Some(next) => Some(Matter::CategoryAnnounced(next)),
        None => named("new_category").map(Matter::Category),
    }
}

fn purpose(word: &str) -> Option<Purpose> {
    match word {
        "MARKETING" => Some(Purpose::Marketing),
        "UTILITY" => Some(Purpose::Utility),
        "AUTHENTICATION" => Some(Purpose::Authentication),
        _ => None,
    }
}

fn texts(value: &Value) -> Texts {
    let buttons = value.get("message_template_buttons").and_then(Value::as_array);
    Texts {
        header: text(value, "message_template_title"),
        body: text(value, "message_template_element"),
        footer: text(value, "message_template_footer"),
        buttons: buttons.map(Vec::len),
    }
}
