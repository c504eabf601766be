//! The part of a message that fills a template.

use serde::Serialize;

use crate::senders::port::{MediaRef, TemplatePart, TextValue};

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
    parameters: Vec<Parameter<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Parameter<'a> {
    Text {
        #[serde(skip_serializing_if = "Option::is_none")]
        parameter_name: Option<&'a str>,
        text: &'a str,
    },
    Image {
        image: File<'a>,
    },
    Payload {
        payload: &'a str,
    },
}

/// A file: by its address, or by the id it got when it was uploaded.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum File<'a> {
    Link(&'a str),
    Id(&'a str),
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

impl<'a> From<&'a MediaRef> for File<'a> {
    fn from(file: &'a MediaRef) -> Self {
        match file {
            MediaRef::Link(link) => Self::Link(link),
            MediaRef::Id(id) => Self::Id(id),
        }
    }
}

impl<'a> From<&'a TemplatePart> for Component<'a> {
    fn from(part: &'a TemplatePart) -> Self {
        let plain = |r#type, parameters| Self { r#type, sub_type: None, index: None, parameters };
        let button = |sub_type, index: &u8, parameter| Self {
            r#type: "button",
            sub_type: Some(sub_type),
            index: Some(index.to_string()),
            parameters: vec![parameter],
        };
        match part {
            TemplatePart::HeaderText(value) => plain("header", vec![value.into()]),
            TemplatePart::HeaderImage(file) => plain("header", vec![Parameter::Image { image: file.into() }]),
            TemplatePart::Body(values) => plain("body", values.iter().map(Parameter::from).collect()),
            TemplatePart::ButtonUrl { index, suffix } => {
                button("url", index, Parameter::Text { parameter_name: None, text: suffix })
            }
            TemplatePart::ButtonPayload { index, payload } => {
                button("quick_reply", index, Parameter::Payload { payload })
            }
        }
    }
}

impl<'a> From<&'a TextValue> for Parameter<'a> {
    fn from(value: &'a TextValue) -> Self {
        Self::Text { parameter_name: value.name.as_deref(), text: &value.text }
    }
}
