//! Template components as JSON, the way WhatsApp's template API takes and returns them (Meta: "Template components").
//!
//! Reading is lenient about upper and lower case, both of which occur. What we cannot send is left out and named, so
//! that a synchronised template of that kind can be shown with the reason.

use serde_json::Value;

mod otp;
mod read;
#[cfg(test)]
mod tests;
mod write;

/// What of a template we cannot send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("templates with {what} cannot be used here yet")]
pub struct UnsupportedTemplate {
    /// The part we do not know, in words.
    pub what: String,
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn word(value: &Value, key: &str) -> String {
    text(value, key).unwrap_or_default().to_uppercase()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A flag, which comes as such or as text.
fn flag(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(|flag| flag.as_bool().unwrap_or_else(|| flag.as_str() == Some("true")))
}

/// Samples, which come as a list or, when there is one, bare.
fn samples(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
