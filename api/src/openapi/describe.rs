//! What is true of many operations and is said here once: who may call, what a parameter in the path is, and which
//! refusals there are.

use crate::permissions;
use serde_json::{Map, Value, json};

/// Parameters that mean the same wherever they are.
const PARAMETERS: [(&str, &str); 8] = [
    (
        "Idempotency-Key",
        "1 to 255 characters of your own, like a UUID. Sent again with the same request, it gets the first answer \
         (`Idempotent-Replayed: true`) and nothing is done twice. 409 `idempotency_in_flight` while the first is being \
         worked on, 422 `idempotency_key_reused` for another request.",
    ),
    ("cursor", "The `next_cursor` of the page before."),
    ("limit", "At most so many, 1 to 200; 50 when left out."),
    ("app_key", "The app's part of its webhook address."),
    ("hub.mode", "`subscribe`."),
    ("hub.verify_token", "The verify token that was typed into Meta's form."),
    ("hub.challenge", "What is to be answered."),
    ("X-Hub-Signature-256", "`sha256=` and the HMAC-SHA256 of the raw body under the app's secret, in hex."),
];

/// Says it of every operation.
pub(super) fn describe(document: &mut Value) {
    for operation in operations(document) {
        // client generators and linters take silence for a mistake
        operation.entry("security").or_insert(json!([]));
        describe_permission(operation);
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            describe_parameter(parameter);
        }
        let refusals = refusals(operation);
        let Some(Value::Object(answers)) = operation.get_mut("responses") else { continue };
        for (status, answer) in answers {
            if status == "4XX" {
                answer["description"] = json!(refusals);
            } else if answer["description"] == "" {
                answer["description"] = json!("It is done, or here it is.");
            }
        }
    }
}

/// Says which permission an operation needs, for people and for programs.
fn describe_permission(operation: &mut Map<String, Value>) {
    let Some(needed) = operation.get("operationId").and_then(Value::as_str).and_then(permissions::needed)
    else {
        return;
    };
    let said = operation.get("description").and_then(Value::as_str).unwrap_or_default();
    let described = format!("{said}\n\nNeeds the permission `{needed}`.");
    operation.insert("description".into(), json!(described.trim_start()));
    operation.insert("x-permission".into(), json!(needed));
}

/// Every operation of the document.
pub(super) fn operations(document: &mut Value) -> impl Iterator<Item = &mut Map<String, Value>> {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut).filter_map(Value::as_object_mut)
}

/// Says what a parameter is that does not say it itself; `campaign_id` in a path is the campaign's id.
fn describe_parameter(parameter: &mut Value) {
    let name = parameter["name"].as_str().unwrap_or_default();
    let known = PARAMETERS.iter().find(|(known, _)| *known == name).map(|(_, words)| (*words).to_string());
    let id = name.strip_suffix("_id").map(|kind| format!("The {}'s id.", kind.replace('_', " ")));
    let said = parameter["description"].as_str().is_some_and(|words| !words.is_empty());
    if let Some(words) = known.or(id).filter(|_| !said) {
        parameter["description"] = json!(words);
    }
}

/// The refusals that follow from what an operation takes. Its own ones stand in its description.
fn refusals(operation: &Map<String, Value>) -> String {
    let parameters = operation.get("parameters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let in_path = parameters.iter().any(|parameter| parameter["in"] == "path");
    let repeatable = parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key");
    let secured = |scheme: Option<&str>| {
        let needs = operation.get("security").and_then(Value::as_array).into_iter().flatten();
        let mut schemes = needs.filter_map(Value::as_object).flat_map(Map::keys);
        schemes.any(|known| scheme.is_none_or(|scheme| known == scheme))
    };
    let (keyed, person, platform) = (secured(None), secured(Some("Session")), secured(Some("Platform")));
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
    let body = operation.get("requestBody");
    let json = body.is_some_and(|body| body["content"]["application/json"].is_object());
    let mut told = vec!["The request cannot be done as it is; the problem's `code` says why.".to_string()];
    let mut tell = |when: bool, what: &str| told.extend(when.then(|| format!("- {what}")));
    tell(!parameters.is_empty(), "400 `invalid_parameter`: a parameter cannot be read; `errors` names it");
    tell(json, "400 `invalid_json`: the body is not JSON");
    tell(keyed, "401 `unauthorized`: no valid API key or access token");
    tell(permissions::starts_something(id), "402 `trial_over`: the organization's trial has ended");
    tell(
        permissions::uses_more(id),
        "402 `plan_limit_reached`: the organization's plan has no room for more",
    );
    tell(keyed, "403 `organization_suspended`");
    tell(person || platform, "403 `person_needed`: an API key has no account");
    tell(platform, "403 `platform_admin_needed`: this is for administrators of the installation");
    tell(
        keyed && !person && !platform,
        "403 `missing_permission`: the key's scopes, or the person's role, do not allow this",
    );
    tell(keyed && in_path, "404 `not_found`: there is no such thing in this organization");
    tell(repeatable, "409 `idempotency_in_flight`: the first request with this key is being worked on");
    tell(body.is_some(), "413 `body_too_large`");
    tell(body.is_some() && keyed, "415 `unsupported_content_type`");
    tell(json && keyed, "422 `invalid_input`: what the body says is wrong; `errors` names each field");
    tell(repeatable, "422 `idempotency_key_reused`: the key was sent with another request before");
    tell(
        keyed,
        "429 `too_many_requests`: a quota of `RateLimit-Policy` is used up; `Retry-After` says when to come back",
    );
    match told.as_slice() {
        [one] => one.clone(),
        _ => told.join("\n"),
    }
}
