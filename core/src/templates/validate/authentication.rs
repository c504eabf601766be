//! One-time codes: WhatsApp writes nearly all of it (Meta: "Authentication templates").

use super::super::components::{Button, Category, OtpApp, OtpKind};
use super::{Check, limits};

impl Check<'_> {
    pub(super) fn authentication(&mut self) {
        let model = self.model;
        if model.category != Category::Authentication {
            let message = "One-time codes belong into the category authentication.";
            self.report("category", "category_unsupported", message);
        }
        let wanted = model.authentication.clone().unwrap_or_default();
        if wanted.code_expires_minutes.is_some_and(|minutes| !limits::CODE_MINUTES.contains(&minutes)) {
            let message = "A code can be said to hold for 1 to 90 minutes.";
            self.report("authentication.code_expires_minutes", "too_large", message);
        }
        for (field, present) in [
            ("header", model.header.is_some()),
            ("body", model.authentication.is_none() && !model.body.trim().is_empty()),
            ("cards", !model.cards.is_empty()),
            ("limited_time_offer", model.limited_time_offer.is_some()),
            ("call_permission", model.call_permission),
        ] {
            if present {
                let message = "WhatsApp writes the text of one-time codes itself; leave this out.";
                self.report(field, "category_unsupported", message);
            }
        }
        if model.authentication.is_none() {
            let message = "Say with `authentication` what WhatsApp is to write around the code.";
            self.report("authentication", "missing", message);
        }
        match model.buttons.as_slice() {
            [Button::Otp { kind, text, autofill_text, apps, terms_accepted }] => {
                for (field, label) in [("text", text), ("autofill_text", autofill_text)] {
                    if let Some(label) = label {
                        self.line(&format!("buttons.0.{field}"), label, limits::LABEL);
                    }
                }
                self.apps(*kind, apps);
                if *kind == OtpKind::ZeroTap && !terms_accepted {
                    let message =
                        "Codes filled in without a tap need your consent to WhatsApp's terms for them.";
                    self.report("buttons.0.terms_accepted", "terms_not_accepted", message);
                }
            }
            _ => self.report("buttons", "otp_button", "A one-time code has one button, of the type otp."),
        }
    }

    fn apps(&mut self, kind: OtpKind, apps: &[OtpApp]) {
        let count = if kind == OtpKind::CopyCode { 0..=limits::OTP_APPS } else { 1..=limits::OTP_APPS };
        if !count.contains(&apps.len()) {
            let message = format!("Name 1 to {} apps that may take the code.", limits::OTP_APPS);
            self.report("buttons.0.apps", "apps_count", message);
        }
        for (index, app) in apps.iter().enumerate() {
            let package = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._".contains(&b));
            if !app.package_name.contains('.') || app.package_name.len() > 224 || !package(&app.package_name)
            {
                let message = "Write the Android package, such as com.example.shop.";
                self.report(format!("buttons.0.apps.{index}.package_name"), "package_invalid", message);
            }
            if app.signature_hash.chars().count() != 11 {
                let message = "The hash of the app's signing key has 11 characters.";
                self.report(format!("buttons.0.apps.{index}.signature_hash"), "hash_invalid", message);
            }
        }
    }
}
