//! JSON bodies. Like poem-openapi's `Json`, but what is wrong with a body is told field by field.
//!
//! poem-openapi stops at the first thing it dislikes and names a type instead of a field, and it reads a number as a
//! text. So a body is first compared with the type's own schema, the one that is published, which finds every misfit
//! and its path; an optional field that is null counts as absent.

use crate::error::{ApiError, FieldProblem};
use bellbird_core::secret::sha256_hex;
use poem::http::StatusCode;
use poem::{FromRequest, Request, RequestBody};
use poem_openapi::payload::{Json, ParsePayload, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromJSON, Type};
use schema::Schema;
use serde_json::Value;

mod misfit;
mod schema;

pub(crate) use misfit::misfits_of;
use misfit::problem;

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
    let mut value: Value = serde_json::from_slice(bytes).map_err(|error| {
        ApiError::refused(
            StatusCode::BAD_REQUEST,
            "invalid_json",
            format!("the body is not valid JSON: {error}"),
        )
    })?;
    let mut unstorable = Vec::new();
    find_nul("", &value, &mut unstorable);
    if !unstorable.is_empty() {
        return Err(ApiError::invalid(unstorable));
    }
    let schema = Schema::of::<T>();
    schema.without_nulls(&mut value);
    let misfits = misfits_of(&schema.parts, &schema.root, &value);
    if !misfits.is_empty() {
        return Err(ApiError::invalid(misfits));
    }
    let digest = sha256_hex(value.to_string().as_bytes());
    match T::parse_from_json(Some(value)) {
        Ok(value) => Ok(Body { value, digest }),
        Err(error) => Err(ApiError::invalid(vec![problem("", "invalid_value", error.into_message())])),
    }
}

/// Postgres cannot keep the character NUL in a text, and no person means it.
fn find_nul(at: &str, value: &Value, found: &mut Vec<FieldProblem>) {
    const MESSAGE: &str = "the character NUL (\\u0000) is not allowed";
    match value {
        Value::String(text) if text.contains('\0') => found.push(problem(at, "invalid_character", MESSAGE)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| find_nul(&format!("{at}[{i}]"), item, found));
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let below = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                if name.contains('\0') {
                    found.push(problem(at, "invalid_character", MESSAGE));
                }
                find_nul(&below, value, found);
            }
        }
        _ => {}
    }
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
        #[oai(default)]
        notes: std::collections::BTreeMap<String, String>,
        #[oai(default)]
        free: std::collections::BTreeMap<String, poem_openapi::types::Any<Value>>,
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
            (r#"{"name":"a","people":[{"phone":"\u0000"}]}"#, "people[0].phone", "invalid_character"),
            (r#"{"name":[]}"#, "name", "wrong_type"),
            (r#"{"name":"long"}"#, "name", "too_long"),
            (r#"{"name":"a","nmae":1}"#, "nmae", "unknown_field"),
            (r#"{"name":"a","app":"cmp_1"}"#, "app", "invalid_id"),
            (r#"{"name":"a","people":[{"phone":"1"},{"fone":"1"}]}"#, "people[1].phone", "missing"),
            (r#"{"name":"a","people":[{"phone":[]}]}"#, "people[0].phone", "wrong_type"),
            (r#"{"name":"a","people":[1,2,3]}"#, "people", "too_many"),
            (r#"{"name":"a","count":-1}"#, "count", "too_small"),
            (r#"{"name":"a","count":1.5}"#, "count", "wrong_type"),
            (r#"{"name":"a","count":4294967296}"#, "count", "too_large"),
            (r#"{"name":1}"#, "name", "wrong_type"),
            (r#"{"name":true}"#, "name", "wrong_type"),
            (r#"{"name":"a","people":[{"phone":919876543210}]}"#, "people[0].phone", "wrong_type"),
            (r#"{"name":"a","people":[null]}"#, "people[0]", "wrong_type"),
            (r#"{"name":"a","people":[{"phone":null}]}"#, "people[0].phone", "missing"),
            (r#"{"name":"a","nmae":null}"#, "nmae", "unknown_field"),
            (r#"{"name":"a","notes":{"1":null}}"#, "notes.1", "wrong_type"),
            (r#"{"name":"a","notes":{"1":1}}"#, "notes.1", "wrong_type"),
            ("[]", "", "wrong_type"),
        ] {
            assert!(wrong(json).contains(&(field.into(), code.into())), "{json}: {:?}", wrong(json));
        }
    }

    #[test]
    fn null_counts_as_absent_where_a_field_is_optional_and_stays_in_a_map() {
        let nulls = r#"{"name":"a","app":null,"people":null,"count":null,"notes":null,"free":{"gone":null}}"#;
        let absent = r#"{"name":"a","free":{"gone":null}}"#;
        let [nulls, absent] = [nulls, absent].map(|json| read::<Sample>(json.as_bytes()).unwrap());
        assert_eq!(nulls.digest, absent.digest, "the same request, also for an idempotency key");
        assert!(nulls.app.is_none() && nulls.people.is_empty() && nulls.count.is_none());
        assert!(nulls.notes.is_empty() && nulls.free["gone"].0.is_null());
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
