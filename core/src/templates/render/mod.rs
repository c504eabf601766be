//! Fills a template's gaps for one person.
//!
//! WhatsApp refuses texts with line breaks, tabs or four and more spaces in a row, and empty ones. Values come from
//! people's addresses and from imported files, where such things are accidents, so they are *replaced*: a run of white
//! space that is not allowed becomes one space, and ends are trimmed. Failing the message instead would punish the
//! customer for the file. A value that is empty after that counts as missing.

use std::collections::BTreeMap;

use self::fill::Fill;
use super::components::{Header, TemplateModel, header_key};
use super::placeholders::variables;
use super::validate::limits;
use crate::senders::port::{ButtonValue, CardValue, HeaderValue, Place, TemplatePart, TextValue};

mod buttons;
mod fill;
mod problems;
mod shown;
#[cfg(test)]
mod tests;
mod values;

pub use shown::{Shown, ShownButton, ShownHeader};

/// A template filled for one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// What is sent.
    pub components: Vec<TemplatePart>,
    /// What the person will see.
    pub shown: Shown,
    /// Values that were given but have no gap. Harmless here; often a misspelt name.
    pub extra: Vec<String>,
}

/// Why a template could not be filled. Lists everything at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("the template could not be filled: {} missing, {} unusable", .missing.len(), .unusable.len())]
pub struct RenderError {
    /// Keys without a value.
    pub missing: Vec<String>,
    /// Values that cannot be used, such as a picture that is no web address.
    pub unusable: Vec<Unusable>,
    /// Values that have no gap.
    pub extra: Vec<String>,
    /// Texts that got too long.
    pub too_long: Vec<TooLong>,
}

/// A value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// Its key.
    pub key: String,
    /// What would be right, in a sentence.
    pub why: String,
}

/// A text that got too long by its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLong {
    /// Which: `body`, `header`, `card.0`.
    pub part: String,
    /// Characters it has.
    pub length: usize,
    /// Characters it may have.
    pub most: usize,
}

/// Fills the gaps of `model` with `values`; `docs/templates.md` lists the keys.
///
/// # Errors
/// Everything that keeps the template from being sent, at once.
pub fn render(model: &TemplateModel, values: &BTreeMap<String, String>) -> Result<Rendered, RenderError> {
    let mut fill = Fill::new(values);
    let mut parts = Vec::new();
    let mut shown = Shown::default();
    if let Some(header) = &model.header {
        let (part, seen) = header_of(model, header, &mut fill);
        parts.extend(part.map(TemplatePart::Header));
        shown.header = Some(seen);
    }
    if model.authentication.is_some() {
        one_time_code(model, &mut fill, &mut parts, &mut shown);
    } else {
        let most = if model.limited_time_offer.is_some() { limits::OFFER_BODY } else { limits::BODY };
        let (values, body) = text_of(model, &model.body, "body", most, &mut fill);
        parts.extend((!values.is_empty()).then_some(TemplatePart::Body(values)));
        shown.body = body;
        shown.footer.clone_from(&model.footer);
    }
    if let Some(offer) = &model.limited_time_offer {
        shown.offer = Some(offer.text.clone());
        if offer.has_expiration {
            let expires_at_ms =
                fill.parsed("limited_time_offer.expires_at", values::moment).unwrap_or_default();
            parts.push(TemplatePart::LimitedTimeOffer { expires_at_ms });
        }
    }
    let (filled, seen) = buttons::buttons(&model.buttons, &mut fill);
    parts.extend(filled);
    shown.buttons.extend(seen);
    if model.takes_tap_target() {
        parts.extend(tap_target(&mut fill));
    }
    if !model.cards.is_empty() {
        let cards = cards_of(model, &mut fill, &mut shown);
        parts.push(TemplatePart::Carousel(cards));
    }
    fill.finish(Rendered { components: parts, shown, extra: Vec::new() })
}

/// A header; nothing is sent for a text without a gap.
fn header_of(
    model: &TemplateModel,
    header: &Header,
    fill: &mut Fill<'_>,
) -> (Option<HeaderValue>, ShownHeader) {
    let key = header_key(header.word());
    let value = match header {
        Header::Text(text) => {
            let filled = fill.text(text, header_key);
            fill.length("header", &filled, limits::HEADER);
            // At most one gap, by the rules of approval.
            let value = variables(text).first().map(|name| {
                let text = fill.value(&header_key(name)).into_owned();
                HeaderValue::Text(TextValue { name: model.sent_name(name), text, meaning: None })
            });
            return (value, ShownHeader { kind: "text", text: Some(filled) });
        }
        Header::Image => fill.parsed(&key, values::file).map(HeaderValue::Image),
        Header::Video => fill.parsed(&key, values::file).map(HeaderValue::Video),
        Header::Document => {
            let filename = fill.optional("header.document.filename", limits::FILE_NAME);
            fill.parsed(&key, values::file).map(|file| HeaderValue::Document { file, filename })
        }
        Header::Location => {
            let latitude = fill.parsed("header.location.latitude", values::latitude);
            let longitude = fill.parsed("header.location.longitude", values::longitude);
            let name = fill.optional("header.location.name", limits::PLACE);
            let address = fill.optional("header.location.address", limits::PLACE);
            latitude.zip(longitude).map(|(latitude, longitude)| {
                HeaderValue::Location(Place { latitude, longitude, name, address })
            })
        }
        Header::Product => {
            let retailer_id = fill.short(&key, limits::PRODUCT_ID);
            let catalog_id = fill.short("header.product.catalog_id", limits::PRODUCT_ID);
            Some(HeaderValue::Product { catalog_id, retailer_id })
        }
    };
    let text = value.as_ref().map(shown::header_text);
    (value, ShownHeader { kind: header.word(), text })
}

/// The values of a text, in the order in which they are sent, and what is read.
fn text_of(
    model: &TemplateModel,
    text: &str,
    part: &str,
    most: usize,
    fill: &mut Fill<'_>,
) -> (Vec<TextValue>, String) {
    let read = fill.text(text, str::to_owned);
    fill.length(part, &read, most);
    let value = |name: &str| {
        let text = fill.value(name).into_owned();
        TextValue { name: model.sent_name(name), text, meaning: fill.meaning(name) }
    };
    (model.ordered(text).into_iter().map(value).collect(), read)
}

/// WhatsApp writes the text; the code goes into it and into the button.
fn one_time_code(
    model: &TemplateModel,
    fill: &mut Fill<'_>,
    parts: &mut Vec<TemplatePart>,
    shown: &mut Shown,
) {
    let code = fill.short("code", limits::CODE);
    (shown.body, shown.footer) = shown::one_time_code(model, &code);
    parts.push(TemplatePart::Body(vec![TextValue::plain(code.clone())]));
    parts.push(TemplatePart::Button { index: 0, value: ButtonValue::UrlSuffix(code) });
}

/// Needs both or neither.
fn tap_target(fill: &mut Fill<'_>) -> Option<TemplatePart> {
    const KEYS: [&str; 2] = ["tap_target.url", "tap_target.title"];
    if !KEYS.iter().any(|key| fill.has(key)) {
        for key in KEYS {
            fill.optional(key, 0);
        }
        return None;
    }
    let url = fill.parsed(KEYS[0], values::link);
    let title = fill.short(KEYS[1], limits::LABEL);
    url.map(|url| TemplatePart::TapTarget { url, title })
}

fn cards_of(model: &TemplateModel, fill: &mut Fill<'_>, shown: &mut Shown) -> Vec<CardValue> {
    let mut cards = Vec::new();
    for (index, card) in model.cards.iter().enumerate() {
        fill.enter_card(index);
        let (header, seen) = header_of(model, &card.header, fill);
        let mut parts: Vec<_> = header.map(TemplatePart::Header).into_iter().collect();
        let mut seen = Shown { header: Some(seen), ..Shown::default() };
        if let Some(body) = &card.body {
            let (values, read) = text_of(model, body, "", limits::CARD_BODY, fill);
            parts.extend((!values.is_empty()).then_some(TemplatePart::Body(values)));
            seen.body = read;
        }
        let (filled, buttons) = buttons::buttons(&card.buttons, fill);
        parts.extend(filled);
        seen.buttons = buttons;
        shown.cards.push(seen);
        cards.push(CardValue { index: u8::try_from(index).unwrap_or(u8::MAX), parts });
    }
    fill.leave_card();
    cards
}
