//! News about numbers and the limits of their portfolio.

use serde_json::Value;

use super::super::fields::{id, sentence, username, word};
use super::super::numbers::daily_people;
use super::Origin;
use crate::alerts::Severity;
use crate::senders::port::{DailyPeople, Quality};
use crate::webhooks::change::{AccountChange, AccountEffect, Change, Notice};

/// Meta, "Throughput": what a number may send after the upgrade.
const UPGRADED: i32 = 1_000;

pub(super) fn read(origin: &Origin, value: Value) -> Change {
    let event = word(&value, "event").or_else(|| word(&value, "decision")).or_else(|| word(&value, "status"));
    let (effects, notice) = match origin.field.as_str() {
        "phone_number_quality_update" => quality(event.as_deref().unwrap_or_default(), &value),
        "phone_number_name_update" => name(event.as_deref(), &value),
        "business_username_update" => (called(event.as_deref(), &value), None),
        _ => (limit(&value), None),
    };
    let shown = id(&value, "display_phone_number");
    Change::Account(AccountChange {
        field: origin.field.clone(),
        waba_id: origin.waba_id.clone(),
        phone_number_id: origin.phone_number_id.clone(),
        number: shown.map(|shown| shown.chars().filter(char::is_ascii_digit).collect()),
        at: origin.at,
        kind: event.unwrap_or_default().to_lowercase(),
        effects,
        notice,
        value,
    })
}

fn quality(event: &str, value: &Value) -> (Vec<AccountEffect>, Option<Notice>) {
    let mut effects = limit(value);
    let mut notice = None;
    match event {
        "FLAGGED" => {
            effects.push(AccountEffect::Quality(Quality::Red));
            notice = Some(Notice {
                severity: Severity::Warning,
                message:
                    "WhatsApp rates the quality of this number as low: people block or report its messages. \
                          Send less and to people who asked for it, or its limit will be lowered."
                        .into(),
            });
        }
        "UNFLAGGED" => effects.push(AccountEffect::Quality(Quality::Unknown)),
        "THROUGHPUT_UPGRADE" => effects.push(AccountEffect::Throughput(UPGRADED)),
        "DOWNGRADE" => {
            notice = Some(Notice {
                severity: Severity::Warning,
                message: "WhatsApp lowered how many people may be written to first within 24 hours.".into(),
            });
        }
        _ => {}
    }
    (effects, notice)
}

/// `max_daily_conversations_per_business` is a tier's name in new payloads and a number in old ones; `current_limit` was
/// removed in February 2026.
fn limit(value: &Value) -> Vec<AccountEffect> {
    const FIELDS: [&str; 3] =
        ["max_daily_conversations_per_business", "max_daily_conversation_per_phone", "current_limit"];
    let read = |key: &str| match value.get(key)? {
        Value::Number(people) => match people.as_i64()? {
            ..0 => Some(DailyPeople::Unlimited),
            people => u32::try_from(people).ok().map(DailyPeople::Limited),
        },
        _ => word(value, key).map(|tier| daily_people(Some(&tier))),
    };
    let known = FIELDS.into_iter().filter_map(read).find(|people| *people != DailyPeople::Unknown);
    known.map(AccountEffect::DailyPeople).into_iter().collect()
}

fn name(decision: Option<&str>, value: &Value) -> (Vec<AccountEffect>, Option<Notice>) {
    let Some(decision) = decision else { return (Vec::new(), None) };
    let asked = word(value, "requested_verified_name");
    let refused = matches!(decision, "REJECTED" | "DECLINED");
    let why = sentence(value, "rejection_reason").map(|why| format!(" Reason: {why}.")).unwrap_or_default();
    let notice = refused.then(|| Notice {
        severity: Severity::Warning,
        message: format!("WhatsApp refused the name `{}`.{why}", asked.as_deref().unwrap_or("?")),
    });
    let shown = asked.filter(|_| decision == "APPROVED");
    (vec![AccountEffect::Name { status: decision.to_string(), shown }], notice)
}

fn called(status: Option<&str>, value: &Value) -> Vec<AccountEffect> {
    let Some(status) = status else { return Vec::new() };
    let username = username(value).filter(|_| status != "deleted");
    vec![AccountEffect::Username { status: status.to_string(), username }]
}
