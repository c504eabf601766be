//! The list of everything the API offers, and the document that describes it.

use crate::page::DEFAULT_PAGE;
use bellbird_core::page::MAX_PAGE;
use bellbird_core::{Error, Result};
use poem_openapi::{OpenApi, OpenApiService, Tags};
use serde_json::{Value, json};
use serde_yaml_ng::Value as Yaml;

/// Groups of operations, in the documentation's order.
#[derive(Tags)]
pub enum Tag {
    /// Sends to many people.
    Campaigns,
    /// The people of one campaign, and what happened to each.
    Recipients,
    /// Files of people: CSV and Excel, up to millions of rows.
    Imports,
    /// Single messages.
    Messages,
    /// The files messages are sent with, and those customers sent.
    Media,
    /// The people an organization can message.
    Customers,
    /// Texts approved beforehand.
    Templates,
    /// The numbers messages leave from.
    Senders,
    /// The Meta apps whose secrets sign webhooks.
    Apps,
    /// What happened to an account that people should know.
    Alerts,
    /// What Meta posts to us.
    Webhooks,
    /// Background work, and what could not be done.
    Jobs,
    /// Whether this process is well.
    Health,
}

const DESCRIPTION: &str = "Bellbird sends WhatsApp campaigns and can say afterwards what happened to each person.

Every request but health and webhooks carries an API key: `Authorization: Bearer bb_…`. Errors are RFC 9457 problems \
with a stable `code`. Lists are paged by `cursor` and `limit`. A write with an `Idempotency-Key` may be repeated \
without being done twice. Times are RFC 3339 in UTC; ids carry their kind as a prefix.";

const IDEMPOTENCY_KEY: &str = "1 to 255 characters of your own, like a UUID. Sent again with the same request, it \
gets the first answer (`Idempotent-Replayed: true`) and nothing is done twice. 409 `idempotency_in_flight` while the \
first is being worked on, 422 `idempotency_key_reused` for another request.";

/// All operations. One struct per path: poem-openapi writes a path named by two of them twice.
fn apis() -> impl OpenApi + 'static {
    (
        crate::campaigns::CampaignsApi,
        crate::campaigns::events::CampaignEventsApi,
        crate::campaigns::recipients::RecipientsApi,
        crate::campaigns::import_export::RecipientFilesApi,
        crate::imports::ImportsApi,
        // a tuple holds sixteen, so what belongs together shares a place
        (crate::messages::MessagesApi, crate::media::MediaApi),
        crate::customers::CustomersApi,
        crate::templates::TemplatesApi,
        crate::senders::SendersApi,
        crate::portfolios::PortfoliosApi,
        crate::alerts::AlertsApi,
        crate::apps::AppsApi,
        crate::webhooks::whatsapp::WhatsAppApi,
        crate::webhooks::failed::FailedWebhooksApi,
        crate::jobs::JobsApi,
        crate::health::HealthApi,
    )
}

/// The operations and their document.
pub(crate) fn service() -> OpenApiService<impl OpenApi + 'static, ()> {
    OpenApiService::new(apis(), "Bellbird", env!("CARGO_PKG_VERSION")).description(DESCRIPTION).server("/")
}

/// The OpenAPI document as it is published. Needs no database; the same on every machine.
///
/// # Errors
/// When the document is not what it seems: a path or a status that is written twice.
pub fn spec_yaml() -> Result<String> {
    publish(&service().spec_yaml())
}

fn publish(raw: &str) -> Result<String> {
    // this reader refuses duplicate keys, which JSON readers would silently drop
    let written: Yaml =
        serde_yaml_ng::from_str(raw).map_err(|e| Error::internal(format!("the OpenAPI document: {e}")))?;
    let mut document = serde_json::to_value(&written).map_err(Error::internal)?;
    tidy(&mut document);
    mark_public(&mut document);
    let ordered = in_order(document, Some(&written)).map_err(Error::internal)?;
    serde_yaml_ng::to_string(&ordered).map_err(Error::internal)
}

/// Puts keys in the order in which they were written: fields as they are declared, not by the alphabet.
fn in_order(value: Value, written: Option<&Yaml>) -> Result<Yaml, serde_yaml_ng::Error> {
    match value {
        Value::Object(mut object) => {
            let mut ordered = serde_yaml_ng::Mapping::new();
            let keys = written.and_then(Yaml::as_mapping).into_iter().flatten();
            for (key, below) in keys.filter_map(|(key, below)| Some((key.as_str()?, below))) {
                let key = schema_name(key);
                if let Some(value) = object.remove(&key) {
                    ordered.insert(key.into(), in_order(value, Some(below))?);
                }
            }
            for (key, value) in object {
                ordered.insert(key.into(), in_order(value, None)?);
            }
            Ok(Yaml::Mapping(ordered))
        }
        Value::Array(items) => {
            let below = |at: usize| written.and_then(|written| written.get(at));
            let items = items.into_iter().enumerate().map(|(at, item)| in_order(item, below(at)));
            Ok(Yaml::Sequence(items.collect::<Result<_, _>>()?))
        }
        plain => serde_yaml_ng::to_value(plain),
    }
}

/// Public operations say so: client generators and linters otherwise take silence for a mistake.
fn mark_public(document: &mut Value) {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    for operation in paths.filter_map(Value::as_object_mut).flat_map(|item| item.values_mut()) {
        if let Some(operation) = operation.as_object_mut() {
            operation.entry("security").or_insert(json!([]));
        }
    }
}

/// Puts right what poem-openapi writes differently from what client generators expect.
fn tidy(value: &mut Value) {
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
fn schema_name(name: &str) -> String {
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
        Some("Idempotency-Key") => {
            parameter.entry("description").or_insert(json!(IDEMPOTENCY_KEY));
            json!({ "minLength": 1, "maxLength": 255 })
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_written_twice_is_refused() {
        assert!(publish("paths:\n  /a: {}\n  /a: {}\n").is_err());
    }

    #[test]
    fn generators_get_what_they_can_read() {
        let raw = r#"
paths:
  /a:
    get:
      parameters: [{ name: limit, in: query, schema: { type: integer } }, { name: id, in: path, explode: true }]
      responses:
        200:
          headers: { RETRY-AFTER: { schema: { type: integer, minimum: 1.0 } } }
          content:
            application/json; charset=utf-8:
              schema: { allOf: [{ $ref: '#/x' }, { description: d }] }
            text/event-stream: { schema: { type: array, items: { $ref: '#/components/schemas/List_App' } } }
            text/csv: { schema: { type: string } }
components:
  schemas:
    List_App: { title: List_App }
"#;
        let done: Value = serde_yaml_ng::from_str(&publish(raw).unwrap()).unwrap();
        let answer = &done["paths"]["/a"]["get"]["responses"]["200"];
        assert_eq!(answer["headers"]["Retry-After"]["schema"]["minimum"], json!(1));
        assert_eq!(answer["content"]["application/json"]["schema"]["allOf"], json!([{ "$ref": "#/x" }]));
        let stream = &answer["content"]["text/event-stream"]["schema"];
        assert_eq!(
            (stream["type"].as_str(), &stream["x-event-schema"]),
            (Some("string"), &json!({ "$ref": "#/components/schemas/AppList" }))
        );
        assert_eq!(done["components"]["schemas"]["AppList"]["title"], "AppList");
        assert_eq!(answer["content"]["text/csv"]["schema"]["format"], "binary");
        let parameters = &done["paths"]["/a"]["get"]["parameters"];
        assert_eq!(parameters[0]["schema"]["maximum"], json!(200));
        assert_eq!(parameters[1], json!({ "name": "id", "in": "path" }));
        assert_eq!(done["paths"]["/a"]["get"]["security"], json!([]));
    }

    #[test]
    fn every_operation_is_named_grouped_and_may_fail_only_in_our_shape() {
        let spec: Value = serde_yaml_ng::from_str(&spec_yaml().unwrap()).unwrap();
        for (path, item) in spec["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let at = format!("{method} {path}");
                for key in ["operationId", "tags", "summary"] {
                    assert!(!operation[key].is_null(), "{at} has no {key}");
                }
                let errors: Vec<_> = operation["responses"]
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(s, _)| !s.starts_with('2'))
                    .collect();
                assert!(!errors.is_empty(), "{at} documents no errors");
                for (status, answer) in errors {
                    let problem = &answer["content"]["application/problem+json"]["schema"]["$ref"];
                    assert_eq!(problem, "#/components/schemas/Problem", "{at} {status}");
                }
            }
        }
    }
}
