//! The committed document is the truth about the API.

use crate::support::app::both;
use std::collections::BTreeSet;
use std::path::Path;

fn document() -> serde_json::Value {
    serde_yaml_ng::from_str(&bellbird_api::spec_yaml().unwrap()).unwrap()
}

/// Every operation as (method, path, operation).
pub(super) fn operations(document: &serde_json::Value) -> Vec<(String, String, serde_json::Value)> {
    let methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
    let paths = document["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, item)| {
        let found = methods.iter().filter_map(|method| Some((*method, item.get(*method)?.clone())));
        found.map(|(method, operation)| (method.to_string(), path.clone(), operation)).collect::<Vec<_>>()
    });
    each.collect()
}

#[test]
fn the_committed_document_is_what_the_code_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.yaml");
    let committed =
        std::fs::read_to_string(file).expect("openapi.yaml at the root; write it with ./dev openapi");
    assert!(
        committed == bellbird_api::spec_yaml().unwrap(),
        "openapi.yaml is not what the code says; write it again with ./dev openapi"
    );
}

#[test]
fn every_operation_says_what_it_is_what_it_takes_and_how_it_fails() {
    let document = document();
    let operations = operations(&document);
    assert!(operations.len() >= 30, "{} operations", operations.len());
    let mut names = BTreeSet::new();
    for (method, path, operation) in &operations {
        let name = operation["operationId"].as_str().unwrap_or_default();
        assert!(!name.is_empty(), "{method} {path} has no operationId");
        assert!(names.insert(name.to_string()), "{name} names two operations");
        let camel =
            |name: &str| name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.contains(['_', '-']);
        assert!(camel(name), "{name} is not written like createCampaign");
        let said = |value: &serde_json::Value| value.as_str().is_some_and(|text| !text.is_empty());
        for part in ["summary", "description"] {
            assert!(said(&operation[part]), "{name} has no {part}");
        }
        let tags = operation["tags"].as_array().map_or(&[][..], Vec::as_slice);
        let known = document["tags"].as_array().unwrap();
        assert!(
            tags.len() == 1 && known.iter().any(|tag| tag["name"] == tags[0] && said(&tag["description"])),
            "{name} belongs to one described tag, not {tags:?}"
        );
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(said(&parameter["description"]), "{name} does not say what {} is", parameter["name"]);
        }
        let answers = operation["responses"].as_object().unwrap();
        assert!(
            answers.values().all(|answer| said(&answer["description"])),
            "{name} does not say what it answers"
        );
        assert!(answers.keys().any(|status| status.starts_with('2')), "{name} says nothing about success");
        assert!(answers.keys().any(|status| status.starts_with('4')), "{name} says nothing about refusals");
        let open = operation["security"].as_array().is_none_or(Vec::is_empty);
        assert_eq!(open, !path.starts_with("/api/"), "{name}: a key is needed under /api and nowhere else");
    }
}

both!(the_document_and_its_reader_are_served, |app| {
    let served = app.anyone.get("/openapi.yaml").await;
    assert_eq!((served.status, served.text), (200, bellbird_api::spec_yaml().unwrap()));
    let docs = app.anyone.get("/docs").await;
    assert_eq!(docs.status, 200, "{}", docs.text);
    assert!(docs.header("content-type").starts_with("text/html"));
});

both!(every_operation_with_a_key_refuses_who_has_none, |app| {
    for (method, path, _) in operations(&document()) {
        if !path.starts_with("/api/") {
            continue;
        }
        let filled: String = path
            .split('/')
            .map(|part| if part.starts_with('{') { "cmp_01kawz1m4cf0tr2v6x8yab3c5d" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        let method: reqwest::Method = method.to_uppercase().parse().unwrap();
        let answer = app.anyone.send(method, &filled, serde_json::Value::Null).await;
        answer.refused(401, "unauthorized");
    }
});
