//! The button of a one-time code. It is created as `OTP`, and comes back as a link to WhatsApp's own page.

use serde_json::{Map, Value, json};

use super::{flag, list, text, word};
use crate::templates::components::{Button, OtpApp, OtpKind};

const PAGE: &str = "https://www.whatsapp.com/otp/";

const KINDS: [(OtpKind, &str); 3] =
    [(OtpKind::CopyCode, "COPY_CODE"), (OtpKind::OneTap, "ONE_TAP"), (OtpKind::ZeroTap, "ZERO_TAP")];

/// Whether a button hands over a one-time code.
pub(super) fn is_otp(button: &Value) -> bool {
    match word(button, "type").as_str() {
        "OTP" => true,
        "URL" => text(button, "url").is_some_and(|url| url.starts_with(PAGE)),
        _ => false,
    }
}

pub(super) fn read(button: &Value) -> Option<Button> {
    let url = text(button, "url").unwrap_or_default();
    let given = word(button, "otp_type");
    let named = |word: &str| given == word || url.contains(&format!("otp_type={word}"));
    let kind = KINDS.iter().find(|(_, word)| named(word)).map(|(kind, _)| *kind);
    let app = |value: &Value| {
        Some(OtpApp {
            package_name: text(value, "package_name")?,
            signature_hash: text(value, "signature_hash")?,
        })
    };
    // older templates have a single app, beside the other fields
    let apps: Vec<_> = list(button, "supported_apps").iter().chain([button]).filter_map(app).collect();
    Some(Button::Otp {
        kind: kind?,
        text: text(button, "text"),
        autofill_text: text(button, "autofill_text"),
        apps,
        terms_accepted: flag(button, "zero_tap_terms_accepted"),
    })
}

pub(super) fn write(
    kind: OtpKind,
    label: Option<&str>,
    autofill: Option<&str>,
    apps: &[OtpApp],
    terms_accepted: bool,
) -> Value {
    let word = KINDS.iter().find(|(known, _)| *known == kind).map_or("COPY_CODE", |(_, word)| word);
    let mut button =
        Map::from_iter([("type".to_owned(), json!("OTP")), ("otp_type".to_owned(), json!(word))]);
    let mut put = |key: &str, value: Value| button.insert(key.to_owned(), value);
    if let Some(label) = label {
        put("text", json!(label));
    }
    if let Some(label) = autofill {
        put("autofill_text", json!(label));
    }
    if !apps.is_empty() {
        put("supported_apps", json!(apps));
    }
    if kind == OtpKind::ZeroTap {
        put("zero_tap_terms_accepted", json!(terms_accepted));
    }
    Value::Object(button)
}
