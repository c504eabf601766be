//! What a send must fill into a template, and whether it does.

mod buttons;
mod text;

use serde_json::Value;

use self::{buttons::Button, text::Text};
use super::{Template, list, string};
use crate::graph::GraphError;

/// What a send must fill in, read from the components once.
#[derive(Debug)]
pub(crate) struct LiveTemplate {
    pub(crate) spec: Template,
    category: String,
    parts: Parts,
    /// The cards of a carousel.
    cards: Vec<Parts>,
}

/// What people see of a template, or of one card.
#[derive(Debug, Default)]
struct Parts {
    header: Header,
    body: Text,
    buttons: Vec<Button>,
}

#[derive(Debug, Default)]
enum Header {
    #[default]
    Absent,
    Text(Text),
    /// `IMAGE`, `VIDEO`, `DOCUMENT`, `LOCATION`.
    Media(String),
}

impl LiveTemplate {
    pub(crate) fn new(spec: Template) -> Self {
        let named = spec.parameter_format.eq_ignore_ascii_case("named");
        let components = spec.components.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut parts = Parts::new(components, named);
        let category = spec.category.to_ascii_lowercase();
        if category == "authentication" && parts.body.length == 0 {
            // The words are Meta's own, around the code.
            parts.body.variables = vec!["1".to_owned()];
        }
        let carousel = components.iter().find(|c| string(c, "type").eq_ignore_ascii_case("carousel"));
        let cards = carousel.map(|carousel| list(carousel, "cards")).unwrap_or_default();
        let cards = cards.iter().map(|card| Parts::new(list(card, "components"), named)).collect();
        Self { category, spec, parts, cards }
    }

    /// The category as prices name it: in lower case.
    pub(crate) fn category(&self) -> &str {
        &self.category
    }

    /// Checks what a send fills in; gives the values in the order header, body, buttons, then card by card.
    pub(crate) fn fill(&self, components: &Value) -> Result<Vec<String>, GraphError> {
        let mut values = Vec::new();
        let components = components.as_array().map(Vec::as_slice).unwrap_or_default();
        self.parts.fill(components, &mut values)?;
        let carousel = components.iter().find(|c| string(c, "type").eq_ignore_ascii_case("carousel"));
        let given = carousel.map(|carousel| list(carousel, "cards")).unwrap_or_default();
        // Cards of products are all alike, and a send has as many as it likes; others are sent as they were created.
        let products =
            matches!(self.cards.first().map(|card| &card.header), Some(Header::Media(f)) if f == "PRODUCT");
        let fits = if products { (2..=10).contains(&given.len()) } else { given.len() == self.cards.len() };
        if !fits {
            return Err(count_mismatch("carousel", given.len(), self.cards.len()));
        }
        for (card, given) in self.cards.iter().cycle().zip(given) {
            card.fill(list(given, "components"), &mut values)?;
        }
        Ok(values)
    }
}

impl Parts {
    fn new(components: &[Value], named: bool) -> Self {
        let mut parts = Self::default();
        for component in components {
            let text = || Text::new(string(component, "text"), named);
            match string(component, "type").to_ascii_uppercase().as_str() {
                "HEADER" => {
                    let format = string(component, "format").to_ascii_uppercase();
                    parts.header =
                        if format == "TEXT" { Header::Text(text()) } else { Header::Media(format) };
                }
                "BODY" => parts.body = text(),
                "BUTTONS" => parts.buttons = list(component, "buttons").iter().map(Button::new).collect(),
                _ => {}
            }
        }
        parts
    }

    fn fill(&self, given: &[Value], values: &mut Vec<String>) -> Result<(), GraphError> {
        let of =
            |kind: &str| given.iter().find(|c| string(c, "type").eq_ignore_ascii_case(kind)).map(parameters);
        self.fill_header(of("header").unwrap_or_default(), values)?;
        self.body.fill("body", of("body").unwrap_or_default(), 1_024, values)?;
        self.fill_buttons(given, values)
    }

    fn fill_header(&self, given: &[Value], values: &mut Vec<String>) -> Result<(), GraphError> {
        let received = given.first().map_or("UNKNOWN".to_owned(), |p| string(p, "type").to_ascii_uppercase());
        let mismatch = |expected: &str| {
            let details = format!("header: Format mismatch, expected {expected}, received {received}");
            Err(GraphError::new(132_012).details(details))
        };
        match &self.header {
            Header::Absent if given.is_empty() => Ok(()),
            Header::Absent => Err(count_mismatch("header", given.len(), 0)),
            Header::Text(_) if !given.is_empty() && received != "TEXT" => mismatch("TEXT"),
            Header::Text(text) => text.fill("header", given, 60, values),
            Header::Media(expected) if *expected != received => mismatch(expected),
            Header::Media(_) => {
                let value = given.first().map(value_of).unwrap_or_default();
                if value.is_empty() {
                    return Err(GraphError::new(131_008).details("header: media id or link is required"));
                }
                values.push(value);
                Ok(())
            }
        }
    }
}

fn count_mismatch(place: &str, given: usize, expected: usize) -> GraphError {
    GraphError::new(132_000).details(format!(
        "{place}: number of localizable_params ({given}) does not match the expected number of params ({expected})"
    ))
}

fn parameters(component: &Value) -> &[Value] {
    component.get("parameters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The text a parameter puts into the message; for media its id or link.
fn value_of(parameter: &Value) -> String {
    match string(parameter, "type") {
        kind @ ("currency" | "date_time") => {
            parameter.get(kind).map(|v| string(v, "fallback_value")).unwrap_or_default().to_owned()
        }
        kind @ ("text" | "payload" | "coupon_code") => string(parameter, kind).to_owned(),
        kind => {
            let Some(inner) = parameter.get(kind) else { return String::new() };
            let named = ["id", "link"].iter().map(|key| string(inner, key)).find(|text| !text.is_empty());
            named.map_or_else(|| inner.to_string(), str::to_owned)
        }
    }
}

#[cfg(test)]
mod tests;
