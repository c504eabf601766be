//! Every operation of the OpenAPI document, for tests that must not forget one.

use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;

/// One operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    /// Its id.
    pub(crate) id: String,
    /// Its method.
    pub(crate) method: Method,
    /// Its address, with parameters in braces.
    pub(crate) path: String,
    /// All the document says of it.
    pub(crate) said: Value,
}

/// The document.
pub(crate) fn document() -> Value {
    serde_yaml_ng::from_str(&bellbird_api::spec_yaml().expect("a document")).expect("YAML")
}

/// All operations.
pub(crate) fn all() -> Vec<Operation> {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(|(method, said)| Operation {
            id: said["operationId"].as_str().unwrap_or_default().to_string(),
            method: method.to_uppercase().parse().expect("a method"),
            path: path.clone(),
            said: said.clone(),
        })
    });
    each.collect()
}

/// Those that ask who calls.
pub(crate) fn keyed() -> Vec<Operation> {
    all()
        .into_iter()
        .filter(|o| o.said["security"].as_array().is_some_and(|needs| !needs.is_empty()))
        .collect()
}

impl Operation {
    /// The permission it needs.
    pub(crate) fn permission(&self) -> &str {
        self.said["x-permission"].as_str().unwrap_or_default()
    }

    /// The parameters in its address.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Its address with these values for its parameters.
    ///
    /// # Panics
    /// When a parameter has none: a new one needs a value where the test makes them.
    pub(crate) fn at(&self, values: &BTreeMap<&str, String>) -> String {
        self.parameters().fold(self.path.clone(), |path, name| {
            let value = values.get(name).unwrap_or_else(|| panic!("{}: a value for {name}", self.id));
            path.replace(&format!("{{{name}}}"), value)
        })
    }

    /// Its address with ids that nothing has.
    pub(crate) fn nowhere(&self) -> String {
        self.parameters().fold(self.path.clone(), |path, name| {
            path.replace(&format!("{{{name}}}"), "cmp_01kawz1m4cf0tr2v6x8yab3c5d")
        })
    }
}
