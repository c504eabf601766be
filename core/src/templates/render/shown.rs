//! What the person will see, for people who look at it beforehand.

use super::super::components::{Button, TemplateModel};
use crate::senders::port::{ButtonValue, HeaderValue, MediaRef};

/// A filled template as it will be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Above the text.
    pub header: Option<ShownHeader>,
    /// What the offer is called.
    pub offer: Option<String>,
    /// The text.
    pub body: String,
    /// Small print.
    pub footer: Option<String>,
    /// What can be tapped.
    pub buttons: Vec<ShownButton>,
    /// Cards to swipe through.
    pub cards: Vec<Shown>,
}

/// What stands above the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownHeader {
    /// `text`, `image`, `video`, `document`, `location` or `product`.
    pub kind: &'static str,
    /// The line, the file's address or id, the place, the product.
    pub text: Option<String>,
}

/// Something to tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownButton {
    /// The button's word.
    pub kind: &'static str,
    /// The label; absent where WhatsApp writes it.
    pub label: Option<String>,
    /// Where it leads, what it copies or sends back.
    pub value: Option<String>,
}

impl Shown {
    /// Heading, text and small print, as one text.
    pub fn text(&self) -> String {
        let heading = self.header.as_ref().filter(|header| header.kind == "text");
        let heading = heading.and_then(|header| header.text.as_deref());
        let parts = [heading, Some(self.body.as_str()), self.footer.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
    }
}

impl ShownButton {
    pub(super) fn of(button: &Button, value: Option<&ButtonValue>) -> Self {
        let given = match value {
            Some(
                ButtonValue::Payload(text) | ButtonValue::CouponCode(text) | ButtonValue::UrlSuffix(text),
            ) => Some(text.clone()),
            Some(ButtonValue::Catalog { thumbnail }) => thumbnail.clone(),
            Some(ButtonValue::Products { sections, .. }) => Some(
                sections.iter().flat_map(|section| section.products.clone()).collect::<Vec<_>>().join(", "),
            ),
            Some(ButtonValue::Flow { token, .. }) => token.clone(),
            Some(ButtonValue::OrderDetails(order)) => {
                order.get("reference_id").and_then(|id| id.as_str()).map(str::to_owned)
            }
            Some(ButtonValue::VoiceCall { payload, .. }) => payload.clone(),
            None => None,
        };
        let value = match button {
            Button::Url { url, .. } => {
                let fixed = url.split("{{").next().unwrap_or_default();
                Some(format!("{fixed}{}", given.unwrap_or_default()))
            }
            Button::PhoneNumber { phone_number, .. } => Some(phone_number.clone()),
            _ => given,
        };
        Self { kind: button.word(), label: button.text().map(str::to_owned), value }
    }
}

/// A header's value in words.
pub(super) fn header_text(value: &HeaderValue) -> String {
    let file = |file: &MediaRef| match file {
        MediaRef::Link(text) | MediaRef::Id(text) => text.clone(),
        MediaRef::Stored(id) => id.to_string(),
    };
    match value {
        HeaderValue::Text(text) => text.text.clone(),
        HeaderValue::Image(given) | HeaderValue::Video(given) => file(given),
        HeaderValue::Document { file: given, filename } => filename.clone().unwrap_or_else(|| file(given)),
        HeaderValue::Location(place) => {
            let name = place.name.as_ref().or(place.address.as_ref());
            let at = format!("{}, {}", place.latitude, place.longitude);
            name.map_or_else(|| at.clone(), |name| format!("{name} ({at})"))
        }
        HeaderValue::Product { retailer_id, .. } => retailer_id.clone(),
    }
}

/// Text and small print of a one-time code. WhatsApp writes them in the template's language; where they were not read
/// from there, its English text stands in.
pub(super) fn one_time_code(model: &TemplateModel, code: &str) -> (String, Option<String>) {
    let wanted = model.authentication.clone().unwrap_or_default();
    if !model.body.is_empty() {
        return (model.body.replace("{{1}}", code), model.footer.clone());
    }
    let warning =
        if wanted.security_recommendation { " For your security, do not share this code." } else { "" };
    let footer =
        wanted.code_expires_minutes.map(|minutes| format!("This code expires in {minutes} minutes."));
    (format!("*{code}* is your verification code.{warning}"), footer)
}
