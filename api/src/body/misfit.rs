//! Compares a JSON value with a type's schema and names every place where it does not fit.

use super::schema::resolve;
use crate::error::FieldProblem;
use serde_json::Value;

/// At most so many problems are told at once.
const MOST: usize = 100;

/// Every place where `value` does not fit `schema`; what that refers to is found by name in `schemas`.
pub(crate) fn misfits_of(schemas: &Value, schema: &Value, value: &Value) -> Vec<FieldProblem> {
    let mut compare = Compare { schemas, open: false, problems: Vec::new() };
    compare.value("", schema, value);
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
        let schema = resolve(self.schemas, schema);
        if let Some(parts) = schema["allOf"].as_array() {
            self.all_of(at, parts, value);
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
            ("boolean", Value::Bool(_)) | ("", _) => {}
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
        if schema["maxProperties"] == 1 && given.values().filter(|value| !value.is_null()).count() != 1 {
            let known = schema["properties"].as_object().into_iter().flat_map(|known| known.keys());
            let known = known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            self.report(at, "one_of", format!("give exactly one of: {known}"));
        }
        let open =
            self.open || schema.get("additionalProperties").is_some() || schema.get("properties").is_none();
        for (name, value) in given {
            match (schema["properties"].get(name), schema.get("additionalProperties")) {
                // what is optional and null was taken out before; what is required was told to be missing
                (Some(_), _) if value.is_null() => {}
                (Some(schema), _) => self.value(&below(name), schema, value),
                (None, Some(schema)) if schema.is_object() => self.value(&below(name), schema, value),
                _ if open => {}
                _ => self.unknown(&below(name)),
            }
        }
    }

    fn unknown(&mut self, at: &str) {
        self.report(at, "unknown_field", format!("there is no field `{at}`"));
    }

    /// Each of several parts knows only its own fields; what none of them knows is unknown.
    fn all_of(&mut self, at: &str, parts: &[Value], value: &Value) {
        let objects: Vec<_> = parts.iter().map(|part| resolve(self.schemas, part)).collect();
        let objects: Vec<_> = objects.into_iter().filter(|part| part["properties"].is_object()).collect();
        let outer = self.open;
        self.open |= objects.len() > 1;
        parts.iter().for_each(|part| self.value(at, part, value));
        self.open = outer;
        let closed =
            objects.iter().all(|part| part.get("additionalProperties").is_none_or(Value::is_boolean));
        if objects.len() > 1 && closed && !outer {
            let known = |name: &str| objects.iter().any(|part| part["properties"].get(name).is_some());
            for name in value.as_object().into_iter().flatten().map(|(name, _)| name) {
                if !known(name) {
                    self.unknown(&if at.is_empty() { name.clone() } else { format!("{at}.{name}") });
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
        let (lowest, highest) = range(schema["format"].as_str().unwrap_or_default());
        if let Some(most) = schema["maximum"].as_f64().or(highest).filter(|most| n > *most) {
            self.report(at, "too_large", format!("at most {most} is allowed"));
        }
        if let Some(least) = schema["minimum"].as_f64().or(lowest).filter(|least| n < *least) {
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

/// The numbers that a format can write.
fn range(format: &str) -> (Option<f64>, Option<f64>) {
    match format {
        "int8" => (Some(i8::MIN.into()), Some(i8::MAX.into())),
        "int16" => (Some(i16::MIN.into()), Some(i16::MAX.into())),
        "int32" => (Some(i32::MIN.into()), Some(i32::MAX.into())),
        "uint8" => (Some(0.0), Some(u8::MAX.into())),
        "uint16" => (Some(0.0), Some(u16::MAX.into())),
        "uint32" => (Some(0.0), Some(u32::MAX.into())),
        "uint64" => (Some(0.0), None),
        _ => (None, None),
    }
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

pub(super) fn problem(field: &str, code: &str, message: impl Into<String>) -> FieldProblem {
    FieldProblem { field: field.into(), code: code.into(), message: message.into() }
}
