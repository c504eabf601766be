//! What client generators expect to be written differently.

use crate::page::DEFAULT_PAGE;
use bellbird_core::page::MAX_PAGE;
use serde_json::{Value, json};

/// Puts right what poem-openapi writes differently from what client generators expect.
pub(super) fn tidy(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Object(object) => {
            tidy_content(object);
            tidy_schema(object);
            if let Some(Value::Object(headers)) = object.get_mut("headers")
                && headers.values().all(|header| header.get("schema").is_some())
            {
                *headers = std::mem::take(headers).into_iter().map(|(k, v)| (canonical(&k), v)).collect();
            }
            tidy_parameter(object);
            tidy_names(object);
            object.values_mut().for_each(tidy);
        }
        _ => {}
    }
}

/// Clients name their types by these, and `List_Campaign` is no name in any of their languages.
fn tidy_names(object: &mut serde_json::Map<String, Value>) {
    for key in ["$ref", "title"] {
        if let Some(Value::String(name)) = object.get_mut(key) {
            let (path, last) = name.rsplit_once('/').map_or(("", name.as_str()), |(path, last)| (path, last));
            *name = if path.is_empty() { schema_name(last) } else { format!("{path}/{}", schema_name(last)) };
        }
    }
    if let Some(Value::Object(schemas)) = object.get_mut("schemas") {
        *schemas =
            std::mem::take(schemas).into_iter().map(|(key, value)| (schema_name(&key), value)).collect();
    }
}

/// poem-openapi's `List_Campaign` as `CampaignList`.
pub(super) fn schema_name(name: &str) -> String {
    name.strip_prefix("List_").map_or_else(|| name.to_string(), |of| format!("{of}List"))
}

fn tidy_parameter(parameter: &mut serde_json::Map<String, Value>) {
    let Some(place) = parameter.get("in").and_then(Value::as_str) else { return };
    // "explode" means something only where style is form
    if matches!(place, "path" | "header") {
        parameter.remove("explode");
    }
    // two parameters mean the same everywhere; what holds for them is said here once
    let limits = match parameter.get("name").and_then(Value::as_str) {
        Some("Idempotency-Key") => json!({ "minLength": 1, "maxLength": 255 }),
        Some("limit") => json!({ "minimum": 1, "maximum": MAX_PAGE, "default": DEFAULT_PAGE }),
        _ => return,
    };
    if let (Some(Value::Object(schema)), Value::Object(limits)) = (parameter.get_mut("schema"), limits) {
        schema.extend(limits);
    }
}

fn tidy_content(object: &mut serde_json::Map<String, Value>) {
    let Some(Value::Object(content)) = object.get_mut("content") else { return };
    // "application/json; charset=utf-8" is the same media type as "application/json"
    let plain = |key: String| key.split(';').next().unwrap_or_default().trim().to_string();
    *content = std::mem::take(content).into_iter().map(|(key, value)| (plain(key), value)).collect();
    // a file is bytes to whoever sends or keeps it
    if let Some(file) = content.get_mut("text/csv") {
        *file = json!({ "schema": { "type": "string", "format": "binary" } });
    }
    // a stream is text; the schema of its events stays as an extension
    if let Some(stream) = content.get_mut("text/event-stream") {
        let item = stream.pointer("/schema/items").cloned().unwrap_or(json!({}));
        *stream = json!({ "schema": { "type": "string", "x-event-schema": item } });
    }
}

fn tidy_schema(object: &mut serde_json::Map<String, Value>) {
    const DECORATION: [&str; 8] =
        ["description", "default", "deprecated", "title", "readOnly", "writeOnly", "example", "nullable"];
    // "$ref with a description" becomes the $ref: Python's generator cannot combine the two
    if let Some(Value::Array(parts)) = object.get_mut("allOf")
        && let [reference, decoration] = parts.as_slice()
        && reference.get("$ref").is_some()
        && decoration.as_object().is_some_and(|d| d.keys().all(|key| DECORATION.contains(&key.as_str())))
    {
        parts.truncate(1);
    }
    let is = |object: &serde_json::Map<_, _>, kind: &str| object.get("type") == Some(&json!(kind));
    if object.contains_key("oneOf") && is(object, "object") {
        object.remove("type");
    }
    if is(object, "integer") {
        for key in ["minimum", "maximum", "multipleOf", "default"] {
            if let Some(bound) = object.get(key).and_then(Value::as_f64)
                && bound.fract() == 0.0
            {
                object.insert(key.into(), json!(bound as i64));
            }
        }
    }
}

/// `RETRY-AFTER` as people write it.
fn canonical(header: &str) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|c| c.to_ascii_lowercase())).collect::<String>()
    };
    header.split('-').map(part).collect::<Vec<_>>().join("-")
}
