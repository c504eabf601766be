//! The part of a message that fills a template (Meta: "Send template messages").

use serde::Serialize;

use self::parameter::Parameter;
use crate::senders::port::{ButtonValue, CardValue, TemplatePart};

mod parameter;

#[derive(Serialize)]
pub(super) struct Template<'a> {
    name: &'a str,
    language: Language<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component<'a>>,
}

#[derive(Serialize)]
struct Language<'a> {
    code: &'a str,
}

#[derive(Serialize)]
struct Component<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_type: Option<&'static str>,
    /// Meta's samples write it as text and as a number; text is the older and more widely accepted form.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<Parameter<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cards: Vec<Card<'a>>,
}

#[derive(Serialize)]
struct Card<'a> {
    card_index: u8,
    components: Vec<Component<'a>>,
}

impl<'a> Template<'a> {
    pub(super) fn new(name: &'a str, language: &'a str, parts: &'a [TemplatePart]) -> Self {
        Self {
            name,
            language: Language { code: language },
            components: parts.iter().map(Component::from).collect(),
        }
    }
}

impl<'a> Component<'a> {
    fn plain(r#type: &'static str, parameters: Vec<Parameter<'a>>) -> Self {
        Self { r#type, sub_type: None, index: None, parameters, cards: Vec::new() }
    }
}

impl<'a> From<&'a CardValue> for Card<'a> {
    fn from(card: &'a CardValue) -> Self {
        Self { card_index: card.index, components: card.parts.iter().map(Component::from).collect() }
    }
}

impl<'a> From<&'a TemplatePart> for Component<'a> {
    fn from(part: &'a TemplatePart) -> Self {
        match part {
            TemplatePart::Header(value) => Self::plain("header", vec![value.into()]),
            TemplatePart::Body(values) => Self::plain("body", values.iter().map(Parameter::from).collect()),
            TemplatePart::LimitedTimeOffer { expires_at_ms } => {
                Self::plain("limited_time_offer", vec![Parameter::offer(*expires_at_ms)])
            }
            TemplatePart::TapTarget { url, title } => {
                Self::plain("tap_target_configuration", vec![Parameter::tap_target(url, title)])
            }
            TemplatePart::Carousel(cards) => {
                let cards = cards.iter().map(Card::from).collect();
                Self { cards, ..Self::plain("carousel", Vec::new()) }
            }
            TemplatePart::Button { index, value } => Self {
                sub_type: Some(sub_type(value)),
                index: Some(index.to_string()),
                ..Self::plain("button", Parameter::of_button(value))
            },
        }
    }
}

/// Meta's word for what a button is given. One-time codes are links here, whatever they were created as.
fn sub_type(value: &ButtonValue) -> &'static str {
    match value {
        ButtonValue::UrlSuffix(_) => "url",
        ButtonValue::Payload(_) => "quick_reply",
        ButtonValue::CouponCode(_) => "copy_code",
        ButtonValue::Catalog { .. } => "catalog",
        ButtonValue::Products { .. } => "mpm",
        ButtonValue::Flow { .. } => "flow",
        ButtonValue::OrderDetails(_) => "order_details",
        ButtonValue::VoiceCall { .. } => "voice_call",
    }
}
