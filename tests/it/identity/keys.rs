//! API keys: made, used, replaced, ended.

use crate::support::app::both;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

both!(a_key_does_what_its_scopes_say_and_nothing_else, |app| {
    let (_, api) = app.organization().await;
    let body = json!({"name": "Reports", "scopes": ["campaigns:read"]});
    let made = api.post("/api/v1/api-keys", body).await.ok();
    let key = made["key"].as_str().unwrap();
    let reports = api.with_key(Some(key));
    reports.get("/api/v1/campaigns").await.ok();
    reports.post("/api/v1/campaigns", json!({})).await.refused(403, "missing_permission");
    reports.get("/api/v1/customers").await.refused(403, "missing_permission");
    reports.get("/api/v1/api-keys").await.refused(403, "missing_permission");
    let shown = api.get(&format!("/api/v1/api-keys/{}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(shown["scopes"], json!(["campaigns:read"]));
    assert!(key.starts_with(shown["hint"].as_str().unwrap()));
    assert!(shown["last_used_at"].is_string(), "{shown}");
    assert!(!shown.to_string().contains(key), "a key's text is shown once");
});

both!(nobody_gives_away_more_than_they_have, |app| {
    let (_, api) = app.organization().await;
    let body = json!({"name": "Keys only", "scopes": ["keys:read", "keys:write"]});
    let made = api.post("/api/v1/api-keys", body).await.ok();
    let keys = api.with_key(made["key"].as_str());
    for scopes in [json!(["campaigns:launch"]), Value::Null] {
        let body = json!({"name": "More", "scopes": scopes});
        keys.post("/api/v1/api-keys", body).await.refused(403, "more_than_own");
    }
    let all = api.get("/api/v1/api-keys").await.ok();
    let first = all["items"].as_array().unwrap().iter().find(|key| key["name"] == "tests").unwrap();
    let rotate = format!("/api/v1/api-keys/{}/rotate", first["id"].as_str().unwrap());
    keys.post(&rotate, json!({})).await.refused(403, "more_than_own");
    keys.post("/api/v1/api-keys", json!({"name": "Same", "scopes": ["keys:read"]})).await.ok();
});

both!(a_key_is_replaced_while_the_old_one_goes_on_for_a_while, |app| {
    let (_, api) = app.organization().await;
    let old = api.post("/api/v1/api-keys", json!({"name": "Shop"})).await.ok();
    let path = format!("/api/v1/api-keys/{}/rotate", old["id"].as_str().unwrap());
    let new = api.post(&path, json!({"overlap_hours": 1})).await.ok();
    assert_eq!((&new["name"], &new["scopes"]), (&old["name"], &old["scopes"]));
    let (old, new) = (api.with_key(old["key"].as_str()), api.with_key(new["key"].as_str()));
    old.get("/api/v1/campaigns").await.ok();
    new.get("/api/v1/campaigns").await.ok();
    app.pass(Duration::from_secs(3_601));
    old.get("/api/v1/campaigns").await.refused(401, "unauthorized");
    new.get("/api/v1/campaigns").await.ok();
    api.post(&path, json!({})).await.refused(409, "key_not_working");
});

both!(a_key_ends_when_it_is_revoked_or_has_expired, |app| {
    let (_, api) = app.organization().await;
    let at = app.ago(Duration::ZERO);
    let past = json!({"name": "Too late", "expires_at": at});
    let answer = api.post("/api/v1/api-keys", past).await;
    answer.refused(422, "invalid_input");
    assert_eq!(answer.fields(), [("expires_at", "in_the_past")]);
    let answer = api.post("/api/v1/api-keys", json!({"name": " ", "scopes": []})).await;
    assert_eq!(answer.fields(), [("name", "invalid_name"), ("scopes", "empty_scopes")]);
    let made = api.post("/api/v1/api-keys", json!({"name": "To be revoked"})).await.ok();
    let path = format!("/api/v1/api-keys/{}", made["id"].as_str().unwrap());
    let used = api.with_key(made["key"].as_str());
    used.get("/api/v1/campaigns").await.ok();
    let gone = api.send(Method::DELETE, &path, Value::Null).await.ok();
    assert!(gone["revoked_at"].is_string());
    used.get("/api/v1/campaigns").await.refused(401, "unauthorized");
    let again = api.send(Method::DELETE, &path, Value::Null).await.ok();
    assert_eq!(again["revoked_at"], gone["revoked_at"], "done twice is done once");
    let (_, stranger) = app.organization().await;
    stranger.get(&path).await.refused(404, "not_found");
    stranger.send(Method::DELETE, &path, Value::Null).await.refused(404, "not_found");
    stranger.post(&format!("{path}/rotate"), json!({})).await.refused(404, "not_found");
});
