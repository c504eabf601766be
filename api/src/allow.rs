//! Which methods an address knows: what a 405 says in its `Allow`.

use poem::http::HeaderValue;
use serde_json::Value;
use std::collections::BTreeSet;

/// The addresses of the API with their methods.
#[derive(Debug, Default)]
pub struct Methods(Vec<(String, BTreeSet<String>)>);

impl Methods {
    /// Reads them from the OpenAPI document.
    pub fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let methods =
            |item: &Value| item.as_object().into_iter().flatten().map(|(m, _)| m.to_uppercase()).collect();
        Self(paths.map(|(path, item)| (path.clone(), methods(item))).collect())
    }

    /// The methods of an address; those that are not in the document are pages, which are only read.
    pub fn at(&self, path: &str) -> HeaderValue {
        let fits = |template: &str| {
            let mut parts = path.split('/');
            let same = template
                .split('/')
                .all(|known| parts.next().is_some_and(|p| known.starts_with('{') || known == p));
            same && parts.next().is_none()
        };
        let known = self.0.iter().filter(|(template, _)| fits(template)).flat_map(|(_, methods)| methods);
        let known = known.map(String::as_str).collect::<Vec<_>>().join(", ");
        let pages = HeaderValue::from_static("GET");
        if known.is_empty() { pages } else { HeaderValue::try_from(known).unwrap_or(pages) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_is_found_by_its_parts() {
        let methods = Methods::of(&json!({ "paths": {
            "/a": { "get": {}, "post": {} },
            "/a/{id}": { "get": {}, "delete": {} },
            "/a/{id}/launch": { "post": {} },
        } }));
        for (path, allowed) in [
            ("/a", "GET, POST"),
            ("/a/1", "DELETE, GET"),
            ("/a/1/launch", "POST"),
            ("/docs", "GET"),
            ("/a/1/", "GET"),
        ] {
            assert_eq!(methods.at(path), allowed, "{path}");
        }
    }
}
