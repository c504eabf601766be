//! A filled template to look at before it is sent.

use bellbird_core::templates::preview::Preview;
use bellbird_core::templates::{Shown, render};
use poem_openapi::Object;
use poem_openapi::types::Any;
use serde_json::Value;
use std::collections::BTreeMap;

/// Values to fill a template with.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct PreviewTemplate {
    /// A value per key, as in a message.
    #[oai(default)]
    pub variables: BTreeMap<String, String>,
}

/// One thing wrong with the values.
#[derive(Object, Debug)]
pub struct PreviewProblem {
    /// Where: `variables.first_name`.
    pub field: String,
    /// Stable word for programs.
    pub code: String,
    /// Sentence for people.
    pub message: String,
}

/// What stands above the text.
#[derive(Object, Debug)]
pub struct PreviewHeader {
    /// `text`, `image`, `video`, `document`, `location` or `product`.
    pub kind: String,
    /// The line, the file, the place, the product.
    #[oai(skip_serializing_if_is_none)]
    pub text: Option<String>,
}

/// Something to tap.
#[derive(Object, Debug)]
pub struct PreviewButton {
    /// The button's type.
    pub kind: String,
    /// The label; absent where WhatsApp writes it.
    #[oai(skip_serializing_if_is_none)]
    pub label: Option<String>,
    /// Where it leads, what it copies or sends back.
    #[oai(skip_serializing_if_is_none)]
    pub value: Option<String>,
}

/// One card of a carousel.
#[derive(Object, Debug)]
pub struct PreviewCard {
    /// Above its text.
    #[oai(skip_serializing_if_is_none)]
    pub header: Option<PreviewHeader>,
    /// Its text.
    pub body: String,
    /// Its buttons.
    pub buttons: Vec<PreviewButton>,
}

/// What a person will see.
#[derive(Object, Debug)]
pub struct PreviewMessage {
    /// Above the text.
    #[oai(skip_serializing_if_is_none)]
    pub header: Option<PreviewHeader>,
    /// What the offer is called.
    #[oai(skip_serializing_if_is_none)]
    pub offer: Option<String>,
    /// The text.
    pub body: String,
    /// Small print.
    #[oai(skip_serializing_if_is_none)]
    pub footer: Option<String>,
    /// What can be tapped.
    pub buttons: Vec<PreviewButton>,
    /// Cards to swipe through.
    pub cards: Vec<PreviewCard>,
}

/// A filled template: what people see and what is sent, or everything that is wrong with the values.
#[derive(Object, Debug)]
pub struct TemplatePreview {
    /// Whether it can be sent with these values.
    pub sendable: bool,
    /// Everything wrong with the values.
    pub problems: Vec<PreviewProblem>,
    /// What a person will see.
    #[oai(skip_serializing_if_is_none)]
    pub message: Option<PreviewMessage>,
    /// The request to Meta, exactly as it will be made; `to` and the mark differ per message.
    #[oai(skip_serializing_if_is_none)]
    pub request: Option<Any<Value>>,
}

impl From<Preview> for TemplatePreview {
    fn from(preview: Preview) -> Self {
        let problem = |one: bellbird_core::Problem| PreviewProblem {
            field: one.field,
            code: one.code.into(),
            message: one.message,
        };
        Self {
            sendable: preview.problems.is_empty(),
            problems: preview.problems.into_iter().map(problem).collect(),
            message: preview.shown.map(Into::into),
            request: preview.request.map(Any),
        }
    }
}

impl From<Shown> for PreviewMessage {
    fn from(shown: Shown) -> Self {
        let Shown { header, offer, body, footer, buttons, cards } = shown;
        let card = |card: Shown| PreviewCard {
            header: card.header.map(Into::into),
            body: card.body,
            buttons: card.buttons.into_iter().map(Into::into).collect(),
        };
        Self {
            header: header.map(Into::into),
            offer,
            body,
            footer,
            buttons: buttons.into_iter().map(Into::into).collect(),
            cards: cards.into_iter().map(card).collect(),
        }
    }
}

impl From<render::ShownHeader> for PreviewHeader {
    fn from(header: render::ShownHeader) -> Self {
        Self { kind: header.kind.into(), text: header.text }
    }
}

impl From<render::ShownButton> for PreviewButton {
    fn from(button: render::ShownButton) -> Self {
        Self { kind: button.kind.into(), label: button.label, value: button.value }
    }
}
