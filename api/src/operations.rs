//! Which operation a request is: found by method and address, as the OpenAPI document has them.
//!
//! The framework tells an operation's id only after it has answered; permissions and the audit log need it before.

use poem::Request;
use poem::http::{HeaderValue, Method};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The addresses of the API, each with its methods and their operations.
#[derive(Debug, Default)]
pub struct Operations(Vec<Address>);

#[derive(Debug)]
struct Address {
    parts: Vec<String>,
    /// Method (in capitals) → operation id.
    methods: BTreeMap<String, String>,
}

impl Operations {
    /// Reads them from the OpenAPI document.
    pub fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let id = |operation: &Value| operation["operationId"].as_str().unwrap_or_default().to_string();
        let methods = |item: &Value| {
            item.as_object().into_iter().flatten().map(|(m, o)| (m.to_uppercase(), id(o))).collect()
        };
        let parts = |path: &str| path.split('/').map(str::to_string).collect();
        Self(paths.map(|(path, item)| Address { parts: parts(path), methods: methods(item) }).collect())
    }

    /// The address a path stands for. Where a word and a parameter both fit, the word is meant.
    fn address(&self, path: &str) -> Option<&Address> {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |address: &&Address| {
            address.parts.len() == parts.len()
                && address
                    .parts
                    .iter()
                    .zip(&parts)
                    .all(|(known, part)| known.starts_with('{') || known == part)
        };
        let parameters = |address: &&Address| address.parts.iter().filter(|p| p.starts_with('{')).count();
        self.0.iter().filter(fits).min_by_key(parameters)
    }

    /// The id of the operation that answers this method at this path.
    pub fn find(&self, method: &Method, path: &str) -> Option<&str> {
        self.address(path)?.methods.get(method.as_str()).map(String::as_str)
    }

    /// The id of the operation a request asks for.
    pub(crate) fn asked(request: &Request) -> Option<String> {
        let known = request.data::<Arc<Self>>()?;
        known.find(request.method(), request.original_uri().path()).map(str::to_string)
    }

    /// What a 405 says in its `Allow`; addresses that are not in the document are pages, which are only read.
    pub fn allowed(&self, path: &str) -> HeaderValue {
        let methods = self.address(path).map(|address| &address.methods).into_iter().flatten();
        let known = methods.map(|(method, _)| method.as_str()).collect::<Vec<_>>().join(", ");
        let pages = HeaderValue::from_static("GET");
        if known.is_empty() { pages } else { HeaderValue::try_from(known).unwrap_or(pages) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn operations() -> Operations {
        Operations::of(&json!({ "paths": {
            "/a": { "get": { "operationId": "listA" }, "post": { "operationId": "createA" } },
            "/a/{id}": { "get": { "operationId": "getA" }, "delete": { "operationId": "deleteA" } },
            "/a/all": { "get": { "operationId": "getAll" } },
            "/a/{id}/launch": { "post": { "operationId": "launchA" } },
        } }))
    }

    #[test]
    fn an_address_is_found_by_its_parts() {
        for (path, allowed) in [
            ("/a", "GET, POST"),
            ("/a/1", "DELETE, GET"),
            ("/a/all", "GET"),
            ("/a/1/launch", "POST"),
            ("/docs", "GET"),
            ("/a/1/", "GET"),
        ] {
            assert_eq!(operations().allowed(path), allowed, "{path}");
        }
    }

    #[test]
    fn an_operation_is_found_by_method_and_address() {
        let found = |method, path| operations().find(&method, path).map(str::to_string);
        assert_eq!(found(Method::GET, "/a/1").as_deref(), Some("getA"));
        assert_eq!(found(Method::GET, "/a/all").as_deref(), Some("getAll"), "a word before a parameter");
        assert_eq!(found(Method::POST, "/a/1/launch").as_deref(), Some("launchA"));
        assert_eq!(found(Method::PUT, "/a/1"), None);
        assert_eq!(found(Method::GET, "/a/1/2/3"), None);
    }
}
