//! The schemas that bodies are judged by: those of the published document, type by type.

use poem_openapi::registry::Registry;
use poem_openapi::types::Type;
use serde_json::{Map, Value, json};
use std::any::type_name;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// A type's schema, and those it is made of by name.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) parts: Value,
    pub(super) root: Value,
}

/// Made when a type's first body comes, and kept.
static KNOWN: LazyLock<Mutex<HashMap<&'static str, Arc<Schema>>>> = LazyLock::new(Mutex::default);

impl Schema {
    /// The schema of `T`.
    pub(super) fn of<T: Type>() -> Arc<Self> {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let schema = known.entry(type_name::<T>()).or_insert_with(|| {
            let mut registry = Registry::new();
            T::register(&mut registry);
            Arc::new(Self {
                parts: serde_json::to_value(&registry.schemas).unwrap_or_default(),
                root: serde_json::to_value(T::schema_ref()).unwrap_or_default(),
            })
        });
        schema.clone()
    }

    /// Takes out every optional field that is null: it counts as absent. In a map, where a name is the caller's own,
    /// null stays: it may mean something there.
    pub(super) fn without_nulls(&self, value: &mut Value) {
        take_out(&self.parts, &self.root, value);
    }
}

/// What a schema refers to, or itself.
pub(super) fn resolve<'a>(parts: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/"));
    name.map_or(schema, |name| resolve(parts, &parts[name]))
}

fn take_out(parts: &Value, schema: &Value, value: &mut Value) {
    let schema = resolve(parts, schema);
    for part in schema["allOf"].as_array().into_iter().flatten() {
        take_out(parts, part, value);
    }
    let chosen = schema["discriminator"]["propertyName"].as_str().and_then(|name| value[name].as_str());
    if let Some(target) = chosen.and_then(|word| schema["discriminator"]["mapping"][word].as_str()) {
        take_out(parts, &json!({ "$ref": target }), value);
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| take_out(parts, &schema["items"], item)),
        Value::Object(fields) => take_out_of(parts, schema, fields),
        _ => {}
    }
}

fn take_out_of(parts: &Value, schema: &Value, fields: &mut Map<String, Value>) {
    let needed =
        |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let known = |name: &str| schema["properties"].get(name);
    fields.retain(|name, value| !value.is_null() || known(name).is_none() || needed(name));
    for (name, value) in fields {
        let below = known(name).or_else(|| schema.get("additionalProperties"));
        if let Some(schema) = below.filter(|schema| schema.is_object()) {
            take_out(parts, schema, value);
        }
    }
}
