//! News about accounts: what happened in plain words, how bad it is, and whether sending has to stop.

use serde_json::Value;

use super::super::fields::{id, sentence, word};
use super::Origin;
use crate::alerts::Severity::{self, Critical, Info, Warning};
use crate::webhooks::change::{AccountChange, AccountEffect, Change, Notice};

/// What an event means: how bad, in words, and whether the senders concerned must stop.
type Meaning = (Severity, String, bool);

pub(super) fn read(origin: &Origin, value: Value) -> Change {
    let event = ["event", "decision", "status"].into_iter().find_map(|key| word(&value, key));
    let event = event.or_else(|| word(value.get("alert_info")?, "alert_type")).unwrap_or_default();
    let meaning = match origin.field.as_str() {
        "account_update" => update(&event, &value),
        "account_review_update" => review(&event),
        "account_alerts" => alert(&event, &value),
        "security" => security(&event),
        "payment_configuration_update" => payment(&event, &value),
        "flows" => flow(&event, &value),
        _ => (Info, format!("A partner solution changed: {event}."), false),
    };
    change(origin, event, meaning, value)
}

/// An error Meta tells without a message it belongs to.
pub(super) fn error(origin: &Origin, value: Value) -> Change {
    let code = value.get("code").map(Value::to_string).unwrap_or_default();
    let title = sentence(&value, "title").or_else(|| sentence(&value, "message")).unwrap_or_default();
    let detail = value.get("error_data").and_then(|data| sentence(data, "details"));
    let detail = detail.map(|detail| format!(" {detail}")).unwrap_or_default();
    let code: String = code.chars().filter(char::is_ascii_digit).take(10).collect();
    let words =
        format!("WhatsApp reported an error that belongs to no message: {title} (code {code}).{detail}");
    change(origin, format!("error_{code}"), (Warning, words, false), value)
}

fn change(origin: &Origin, event: String, (severity, words, stop): Meaning, value: Value) -> Change {
    // partners hear of their clients' accounts: the account stands inside, the entry's id is their own
    let inside = value.get("waba_info").and_then(|info| id(info, "waba_id"));
    let number = id(&value, "phone_number").or_else(|| id(&value, "display_phone_number"));
    let digits = |text: String| text.chars().filter(char::is_ascii_digit).collect::<String>();
    Change::Account(AccountChange {
        field: origin.field.clone(),
        waba_id: inside.or_else(|| origin.waba_id.clone()),
        phone_number_id: origin.phone_number_id.clone(),
        number: number.map(digits).filter(|digits| digits.len() >= 6),
        at: origin.at,
        kind: event.to_lowercase(),
        effects: if stop { vec![AccountEffect::Pause(words.clone())] } else { Vec::new() },
        notice: Some(Notice { severity, message: words }),
        value,
    })
}

fn update(event: &str, value: &Value) -> Meaning {
    let text = |words: &str| words.to_string();
    match event {
        "VERIFIED_ACCOUNT" => (Info, text("WhatsApp verified the account."), false),
        "DISABLED_UPDATE" => disabled(value),
        "ACCOUNT_RESTRICTION" => restricted(value),
        "ACCOUNT_VIOLATION" => violated(value),
        "ACCOUNT_DELETED" => {
            (Critical, text("The WhatsApp account was deleted; nothing can be sent from it."), true)
        }
        "ACCOUNT_OFFBOARDED" => {
            let words = "The number was disconnected from the platform (changed device or long unused); connect it \
                         again in the WhatsApp Business app, then resume the sender.";
            (Critical, text(words), true)
        }
        "ACCOUNT_RECONNECTED" => {
            (Info, text("The number was connected to the platform again; its senders can be resumed."), false)
        }
        "PARTNER_REMOVED" => {
            let why = value.get("disconnection_info").and_then(|info| word(info, "reason"));
            let why = why.map(|why| format!(" Reason: {why}.")).unwrap_or_default();
            let words =
                "The account was taken away from this app; nothing can be sent until it is shared again.";
            (Critical, format!("{words}{why}"), true)
        }
        "PARTNER_APP_UNINSTALLED" => (
            Critical,
            text(
                "The app was removed from the account; messages and webhooks will stop until it is added again.",
            ),
            false,
        ),
        "PARTNER_ADDED" | "PARTNER_APP_INSTALLED" => {
            (Info, text("The account was shared with this app."), false)
        }
        "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE" => {
            let country = word(value, "country").unwrap_or_default();
            let words = format!("The business's country is now {country}; prices abroad may change.");
            (Info, words, false)
        }
        "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE" => {
            (Info, text("Authentication messages abroad will be charged at the international price."), false)
        }
        "VOLUME_BASED_PRICING_TIER_UPDATE" => {
            let tier = value.get("volume_tier_info").unwrap_or(&Value::Null);
            let part = |key: &str| word(tier, key).unwrap_or_default();
            let words = format!(
                "A new volume price holds for {} in {}: tier {}.",
                part("pricing_category").to_lowercase(),
                part("region"),
                part("tier")
            );
            (Info, words, false)
        }
        "MM_LITE_TERMS_SIGNED" => (Info, text("The terms of the Marketing Messages API were signed."), false),
        "AD_ACCOUNT_LINKED" => (Info, text("An ad account was linked to the account."), false),
        "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE" => {
            let status = value.get("partner_client_certification_info");
            let status = status.and_then(|info| word(info, "status")).unwrap_or_default();
            let severity = if status == "APPROVED" { Info } else { Warning };
            (severity, format!("The business verification led by a partner is now {status}."), false)
        }
        other => (Info, format!("WhatsApp reported a change of the account: {other}."), false),
    }
}

/// `waba_ban_state` is one word; where a list stands (a sample does), nobody knows which holds, so nothing is stopped.
fn disabled(value: &Value) -> Meaning {
    let ban = value.get("ban_info").unwrap_or(&Value::Null);
    let date = word(ban, "waba_ban_date").unwrap_or_default();
    match word(ban, "waba_ban_state").as_deref() {
        Some("DISABLE") => (
            Critical,
            format!("WhatsApp disabled the account ({date}); appeal in the business support page."),
            true,
        ),
        Some("SCHEDULE_FOR_DISABLE") => (
            Critical,
            format!("WhatsApp will disable the account on {date}; appeal in the business support page."),
            false,
        ),
        Some("REINSTATE") => {
            (Info, format!("WhatsApp gave the account back ({date}); its senders can be resumed."), false)
        }
        _ => (Critical, format!("WhatsApp disables or gives back the account ({date}); look there."), false),
    }
}

fn restricted(value: &Value) -> Meaning {
    let restrictions = value.get("restriction_info").and_then(Value::as_array);
    let kinds: Vec<String> =
        restrictions.into_iter().flatten().take(10).filter_map(|one| word(one, "restriction_type")).collect();
    // restrictions of calling or of adding numbers do not keep messages from being sent
    let stops = kinds.iter().any(|kind| kind.contains("MESSAGING"));
    let listed = kinds.join(", ");
    let severity = if stops { Critical } else { Warning };
    (severity, format!("WhatsApp restricted the account: {listed}."), stops)
}

fn violated(value: &Value) -> Meaning {
    let kind = value.get("violation_info").and_then(|info| word(info, "violation_type")).unwrap_or_default();
    let calling = kind.contains("CALLING");
    let words =
        format!("WhatsApp found a violation of its policy: {kind}. Look at the account's quality page.");
    (if calling { Warning } else { Critical }, words, !calling)
}

fn review(decision: &str) -> Meaning {
    match decision {
        "APPROVED" => (Info, "WhatsApp reviewed the account and approved it.".into(), false),
        "REJECTED" => {
            (Critical, "WhatsApp reviewed the account and rejected it; appeal in its settings.".into(), false)
        }
        other => (Warning, format!("WhatsApp reviews the account: {other}."), false),
    }
}

fn alert(event: &str, value: &Value) -> Meaning {
    let info = value.get("alert_info").unwrap_or(&Value::Null);
    let severity = match word(info, "alert_severity").as_deref() {
        Some("CRITICAL") => Critical,
        Some("WARNING") => Warning,
        _ => Info,
    };
    let more = sentence(info, "alert_description").map(|more| format!(": {more}")).unwrap_or_default();
    (severity, format!("WhatsApp alert {event}{more}"), false)
}

fn security(event: &str) -> Meaning {
    let words = match event {
        "PIN_RESET_REQUEST" => "Somebody asked to switch off the number's two-step PIN.",
        "PIN_CHANGED" => "The number's two-step PIN was changed.",
        "PIN_RESET_SUCCESS" => "The number's two-step PIN was switched off.",
        _ => "Something about the number's security changed.",
    };
    (Critical, format!("{words} If it was nobody of yours, secure the business account now."), false)
}

fn payment(status: &str, value: &Value) -> Meaning {
    let name = word(value, "configuration_name").unwrap_or_default();
    (Info, format!("The payment configuration `{name}` is now: {status}."), false)
}

fn flow(event: &str, value: &Value) -> Meaning {
    let flow = id(value, "flow_id").unwrap_or_default();
    let words = sentence(value, "message").or_else(|| sentence(value, "warning")).unwrap_or_default();
    let state = word(value, "alert_state");
    let severity = match (event, state.as_deref()) {
        (_, Some("ACTIVATED")) => Warning,
        ("FLOW_VERSION_EXPIRY_WARNING", _) => Warning,
        _ if word(value, "new_status").is_some_and(|to| matches!(to.as_str(), "BLOCKED" | "THROTTLED")) => {
            Critical
        }
        _ => Info,
    };
    (severity, format!("Flow {flow}: {words}"), false)
}
