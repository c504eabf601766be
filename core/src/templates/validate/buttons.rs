//! Buttons: what each needs, how many there can be, and which go together.

use super::super::components::{Button, FlowRef, Header, button_key};
use super::super::placeholders::{Piece, pieces};
use super::{Check, limits};

impl Check<'_> {
    pub(super) fn buttons(&mut self, buttons: &[Button], most: usize) {
        for (index, button) in buttons.iter().enumerate() {
            self.button(index, button);
        }
        if buttons.len() > most {
            let message = format!("There can be {most} buttons at most.");
            self.report("buttons", "buttons_too_many", message);
        }
        for (word, most, what) in limits::OF_A_KIND {
            if buttons.iter().filter(|button| button.word() == *word).count() > *most {
                let message = format!("There can be {most} {what} at most.");
                self.report("buttons", "buttons_too_many", message);
            }
        }
        let groups =
            buttons.chunk_by(|a, b| is_reply(a) == is_reply(b)).filter(|group| is_reply(&group[0])).count();
        if groups > 1 {
            self.report("buttons", "quick_replies_apart", "Put the quick replies next to each other.");
        }
    }

    /// A product above the text and the button that opens it come together.
    pub(super) fn products(&mut self) {
        let opens = self.model.buttons.iter().any(|button| matches!(button, Button::SingleProduct { .. }));
        match (&self.model.header, opens) {
            (Some(Header::Product), false) => {
                self.report("buttons", "not_together", "A product needs the button that opens it.");
            }
            (Some(Header::Product), true) | (_, false) => {}
            (_, true) => {
                self.report("header", "not_together", "The product button needs a product as heading.");
            }
        }
    }

    fn button(&mut self, index: usize, button: &Button) {
        let path = |part: &str| format!("buttons.{index}.{part}");
        if let Some(text) = button.text() {
            self.line(&path("text"), text, limits::LABEL);
            self.no_gaps(&path("text"), text, "A button's label cannot have variables.");
        }
        match button {
            Button::Url { url, app_link, .. } => {
                self.url(index, &path("url"), url);
                if let Some(link) = app_link {
                    self.length(&path("app_link.meta_app_id"), &link.meta_app_id, limits::PRODUCT_ID);
                    self.length(&path("app_link.android_deep_link"), &link.android_deep_link, limits::URL);
                }
            }
            Button::PhoneNumber { phone_number, .. } => {
                let digits = phone_number.strip_prefix('+').unwrap_or(phone_number);
                let valid = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                if !valid || phone_number.len() > limits::PHONE {
                    self.report(path("phone_number"), "phone_invalid", "Write the number as +15550051310.");
                }
            }
            Button::CopyCode => {
                let key = button_key(index, "coupon_code");
                self.example(&path("coupon_code"), &key);
            }
            Button::Flow { flow, .. } => match flow {
                FlowRef::Id(text) | FlowRef::Name(text) => {
                    if text.trim().is_empty() || text.len() > limits::NAME {
                        let message = "Name one form: by flow_id, by flow_name, or whole as flow_json.";
                        self.report(path("flow"), "flow_invalid", message);
                    }
                }
                FlowRef::Json(text) => {
                    let valid = text.len() <= limits::FLOW_JSON
                        && serde_json::from_str::<serde_json::Value>(text).is_ok_and(|form| form.is_object());
                    if !valid {
                        let message = "Give the form as one JSON object, or name it by its id.";
                        self.report(path("flow"), "flow_invalid", message);
                    }
                }
            },
            Button::Otp { .. } => {
                let message = "A one-time code belongs into the category authentication.";
                self.report(path("type"), "category_unsupported", message);
            }
            Button::QuickReply { .. }
            | Button::Catalog { .. }
            | Button::MultiProduct { .. }
            | Button::SingleProduct { .. }
            | Button::OrderDetails { .. }
            | Button::VoiceCall { .. } => {}
        }
    }

    fn url(&mut self, index: usize, path: &str, url: &str) {
        self.length(path, url, limits::URL);
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.starts_with("{{"))
            || url.contains(char::is_whitespace)
        {
            self.report(path, "url_invalid", "Write a full address, beginning with https://.");
        }
        let pieces = pieces(url);
        let gap = |piece: &Piece<'_>| !matches!(piece, Piece::Text(_));
        match pieces.iter().filter(|piece| gap(piece)).count() {
            0 => {}
            // Numbered in templates with named variables too.
            1 if pieces.last() == Some(&Piece::Variable("1")) => self.example(path, &button_key(index, "1")),
            _ => self.report(path, "url_variable", "An address can have one variable, {{1}}, at its end."),
        }
    }
}

fn is_reply(button: &Button) -> bool {
    matches!(button, Button::QuickReply { .. })
}
