//! JSON bodies. Like poem-openapi's `Json`, but what is wrong with a body is told field by field.
//!
//! poem-openapi stops at the first thing it dislikes and names a type instead of a field. So when it refuses a body,
//! the body is compared with the type's own schema, which finds every misfit and its path.

use crate::error::{ApiError, FieldProblem};
use bellbird_core::secret::sha256_hex;
use poem::http::StatusCode;
use poem::{FromRequest, Request, RequestBody};
use poem_openapi::payload::{Json, ParsePayload, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromJSON, Type};
use serde_json::Value;

/// At most so many problems are told at once.
const MOST: usize = 100;

/// A JSON body, read and checked.
#[derive(Debug)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// SHA-256 of its content, whatever its whitespace.
    pub digest: String,
}

impl<T> std::ops::Deref for Body<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Type> Payload for Body<T> {
    const CONTENT_TYPE: &'static str = "application/json";
    fn check_content_type(content_type: &str) -> bool {
        <Json<T> as Payload>::check_content_type(content_type)
    }
    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }
    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: ParseFromJSON> ParsePayload for Body<T> {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> poem::Result<Self> {
        let bytes = Vec::<u8>::from_request(request, body).await?;
        Ok(read(&bytes)?)
    }
}

poem_openapi::impl_apirequest_for_payload!(Body<T>, T: ParseFromJSON);

fn read<T: ParseFromJSON>(bytes: &[u8]) -> Result<Body<T>, ApiError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        ApiError::refused(
            StatusCode::BAD_REQUEST,
            "invalid_json",
            format!("the body is not valid JSON: {error}"),
        )
    })?;
    let digest = sha256_hex(value.to_string().as_bytes());
    match T::parse_from_json(Some(value.clone())) {
        Ok(value) => Ok(Body { value, digest }),
        Err(error) => {
            let mut problems = misfits::<T>(&value);
            if problems.is_empty() {
                problems.push(problem("", "invalid_value", error.into_message()));
            }
            Err(ApiError::invalid(problems))
        }
    }
}

fn problem(field: &str, code: &str, message: impl Into<String>) -> FieldProblem {
    FieldProblem { field: field.into(), code: code.into(), message: message.into() }
}

/// Every place where `value` does not fit the schema of `T`.
fn misfits<T: Type>(value: &Value) -> Vec<FieldProblem> {
    let mut registry = Registry::new();
    T::register(&mut registry);
    let schemas = serde_json::to_value(&registry.schemas).unwrap_or_default();
    let schema = serde_json::to_value(T::schema_ref()).unwrap_or_default();
    let mut compare = Compare { schemas: &schemas, open: false, problems: Vec::new() };
    compare.value("", &schema, value);
    compare.problems
}

struct Compare<'a> {
    schemas: &'a Value,
    /// Whether fields without a schema are left alone.
    open: bool,
    problems: Vec<FieldProblem>,
}

impl Compare<'_> {
    fn report(&mut self, at: &str, code: &str, message: impl Into<String>) {
        if self.problems.len() < MOST {
            self.problems.push(problem(at, code, message));
        }
    }

    fn value(&mut self, at: &str, schema: &Value, value: &Value) {
        let schemas = self.schemas;
        if let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/")) {
            return self.value(at, &schemas[name], value);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            // each of several parts knows only its own fields
            let outer = self.open;
            self.open |= parts.iter().filter(|part| is_object(part)).count() > 1;
            parts.iter().for_each(|part| self.value(at, part, value));
            self.open = outer;
        }
        if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            return self.one_of(at, schema, choices, value);
        }
        match (schema["type"].as_str().unwrap_or(""), value) {
            ("object", Value::Object(given)) => self.object(at, schema, given),
            ("array", Value::Array(given)) => self.array(at, schema, given),
            ("string", Value::String(given)) => self.text(at, schema, given),
            ("integer", Value::Number(n)) if n.is_i64() || n.is_u64() => self.number(at, schema, value),
            ("number", Value::Number(_)) => self.number(at, schema, value),
            // poem-openapi takes a number or a boolean for a text
            ("boolean", Value::Bool(_)) | ("string", Value::Number(_) | Value::Bool(_)) | ("", _) => {}
            (wanted, given) => {
                let kind = kind(given);
                let article = if wanted.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
                self.report(at, "wrong_type", format!("must be {article} {wanted}, not {kind}"));
            }
        }
    }

    fn object(&mut self, at: &str, schema: &Value, given: &serde_json::Map<String, Value>) {
        let below = |name: &str| if at.is_empty() { name.to_string() } else { format!("{at}.{name}") };
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if given.get(name).is_none_or(Value::is_null) {
                self.report(&below(name), "missing", format!("`{}` is required", below(name)));
            }
        }
        let open =
            self.open || schema.get("additionalProperties").is_some() || schema.get("properties").is_none();
        for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
            match (schema["properties"].get(name), schema.get("additionalProperties")) {
                (Some(schema), _) => self.value(&below(name), schema, value),
                (None, Some(schema)) if schema.is_object() => self.value(&below(name), schema, value),
                _ if open => {}
                _ => {
                    self.report(&below(name), "unknown_field", format!("there is no field `{}`", below(name)))
                }
            }
        }
    }

    fn array(&mut self, at: &str, schema: &Value, given: &[Value]) {
        if let Some(most) = schema["maxItems"].as_u64().filter(|most| given.len() as u64 > *most) {
            self.report(at, "too_many", format!("at most {most} are allowed, {} were given", given.len()));
        }
        if let Some(least) = schema["minItems"].as_u64().filter(|least| (given.len() as u64) < *least) {
            self.report(at, "too_few", format!("at least {least} must be given"));
        }
        for (index, value) in given.iter().enumerate() {
            self.value(&format!("{at}[{index}]"), &schema["items"], value);
        }
    }

    fn text(&mut self, at: &str, schema: &Value, given: &str) {
        let words: Vec<_> =
            schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !words.is_empty() && !words.contains(&given) {
            self.report(at, "unknown_word", format!("must be one of: {}", words.join(", ")));
        }
        let length = given.chars().count() as u64;
        if let Some(most) = schema["maxLength"].as_u64().filter(|most| length > *most) {
            self.report(at, "too_long", format!("at most {most} characters are allowed, this has {length}"));
        }
        if let Some(least) = schema["minLength"].as_u64().filter(|least| length < *least) {
            self.report(at, "too_short", format!("at least {least} characters are needed"));
        }
        if let Some(prefix) = schema["pattern"].as_str().and_then(id_prefix)
            && !is_id(prefix, given)
        {
            self.report(at, "invalid_id", format!("must be an id like {prefix}01kawz1m4cf0tr2v6x8yab3c5d"));
        }
        if schema["format"] == "date-time" && chrono::DateTime::parse_from_rfc3339(given).is_err() {
            self.report(at, "invalid_time", "must be a time like 2026-11-21T09:30:00Z");
        }
    }

    fn number(&mut self, at: &str, schema: &Value, given: &Value) {
        let n = given.as_f64().unwrap_or_default();
        if let Some(most) = schema["maximum"].as_f64().filter(|most| n > *most) {
            self.report(at, "too_large", format!("at most {most} is allowed"));
        }
        let least = schema["minimum"]
            .as_f64()
            .or(schema["format"].as_str().is_some_and(|f| f.starts_with("uint")).then_some(0.0));
        if let Some(least) = least.filter(|least| n < *least) {
            self.report(at, "too_small", format!("at least {least} is needed"));
        }
    }

    /// The choice the discriminator names; without one, the choice that fits best.
    fn one_of(&mut self, at: &str, schema: &Value, choices: &[Value], value: &Value) {
        let discriminator = &schema["discriminator"];
        if let Some(name) = discriminator["propertyName"].as_str() {
            let tag = value[name].as_str().unwrap_or_default();
            let field = if at.is_empty() { name.to_string() } else { format!("{at}.{name}") };
            return match discriminator["mapping"][tag].as_str() {
                Some(target) => self.value(at, &serde_json::json!({ "$ref": target }), value),
                None => {
                    let known = discriminator["mapping"].as_object().into_iter().flat_map(|m| m.keys());
                    let known = known.map(String::as_str).collect::<Vec<_>>().join(", ");
                    self.report(&field, "unknown_word", format!("must be one of: {known}"));
                }
            };
        }
        let tried = choices.iter().map(|choice| {
            let mut compare = Compare { schemas: self.schemas, open: self.open, problems: Vec::new() };
            compare.value(at, choice, value);
            compare.problems
        });
        let best = tried.min_by_key(Vec::len).unwrap_or_default();
        self.problems.extend(best);
    }
}

fn is_object(schema: &Value) -> bool {
    schema.get("$ref").is_some() || schema.get("properties").is_some()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The prefix in the pattern of an id: ids are the only patterns in our schemas.
fn id_prefix(pattern: &str) -> Option<&str> {
    pattern.strip_prefix('^')?.strip_suffix("[0-7][0-9a-hjkmnp-tv-z]{25}$")
}

fn is_id(prefix: &str, text: &str) -> bool {
    let Some(rest) = text.strip_prefix(prefix) else { return false };
    rest.len() == 26
        && rest.starts_with(|c: char| ('0'..='7').contains(&c))
        && rest.bytes().all(|b| b"0123456789abcdefghjkmnpqrstvwxyz".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellbird_core::ids::AppId;
    use poem_openapi::Object;

    #[derive(Object, Debug)]
    #[oai(deny_unknown_fields)]
    struct Inner {
        phone: String,
    }

    #[derive(Object, Debug)]
    #[oai(deny_unknown_fields)]
    struct Sample {
        #[oai(validator(max_length = 3))]
        name: String,
        app: Option<AppId>,
        #[oai(default, validator(max_items = 2))]
        people: Vec<Inner>,
        count: Option<u32>,
    }

    fn wrong(json: &str) -> Vec<(String, String)> {
        let error = read::<Sample>(json.as_bytes()).unwrap_err();
        error.problem().errors.iter().map(|e| (e.field.clone(), e.code.clone())).collect()
    }

    #[test]
    fn every_misfit_is_named_with_its_path() {
        for (json, field, code) in [
            ("{}", "name", "missing"),
            (r#"{"name":null}"#, "name", "missing"),
            (r#"{"name":[]}"#, "name", "wrong_type"),
            (r#"{"name":"long"}"#, "name", "too_long"),
            (r#"{"name":"a","nmae":1}"#, "nmae", "unknown_field"),
            (r#"{"name":"a","app":"cmp_1"}"#, "app", "invalid_id"),
            (r#"{"name":"a","people":[{"phone":"1"},{"fone":"1"}]}"#, "people[1].phone", "missing"),
            (r#"{"name":"a","people":[{"phone":[]}]}"#, "people[0].phone", "wrong_type"),
            (r#"{"name":"a","people":[1,2,3]}"#, "people", "too_many"),
            (r#"{"name":"a","count":-1}"#, "count", "too_small"),
            (r#"{"name":"a","count":1.5}"#, "count", "wrong_type"),
            ("[]", "", "wrong_type"),
        ] {
            assert!(wrong(json).contains(&(field.into(), code.into())), "{json}: {:?}", wrong(json));
        }
    }

    #[test]
    fn broken_json_is_a_400_and_good_json_a_value() {
        for json in ["", "{", "{'a':1}", "\u{feff}{}"] {
            let error = read::<Sample>(json.as_bytes()).unwrap_err();
            assert_eq!(
                (error.problem().status, error.problem().code.as_str()),
                (400, "invalid_json"),
                "{json}"
            );
        }
        let [a, b] =
            [r#"{"name":"a"}"#, r#" { "name" : "a" } "#].map(|j| read::<Sample>(j.as_bytes()).unwrap());
        assert_eq!((a.name.as_str(), &a.digest), ("a", &b.digest));
    }
}
