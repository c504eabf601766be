//! The committed document is the truth about the API.

use crate::support::app::both;
use crate::support::operations;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

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

/// What people ask before they are in.
const DOORS: [&str; 7] = [
    "register",
    "registerByInvitation",
    "signIn",
    "refreshTokens",
    "requestPasswordReset",
    "confirmPasswordReset",
    "confirmEmail",
];

#[test]
fn every_operation_says_what_it_is_what_it_takes_and_how_it_fails() {
    let (document, operations) = (operations::document(), operations::all());
    assert!(operations.len() >= 30, "{} operations", operations.len());
    let mut names = BTreeSet::new();
    for operations::Operation { id: name, method, path, said: operation, .. } in &operations {
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
        let door = !path.starts_with("/api/") || DOORS.contains(&name.as_str());
        assert_eq!(open, door, "{name}: who asks is asked under /api, but at the doors, and nowhere else");
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
    for operation in operations::secured() {
        let answer = app.anyone.send(operation.method.clone(), &operation.nowhere, Value::Null).await;
        answer.refused(401, "unauthorized");
    }
});
