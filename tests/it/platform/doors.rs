//! Who may come in where administrators of the installation work: they, and nobody else.

use super::administrator;
use crate::support::app::both;
use crate::support::operations;
use serde_json::Value;

both!(nobody_but_an_administrator_may_do_what_administrators_do, |app| {
    let administrator = administrator(app).await;
    let owner = app.newcomer("owner@example.com").await;
    let (_, key) = app.organization().await;
    let mut asked = 0;
    for operation in operations::all() {
        if !operation.said["security"][0]["Platform"].is_array() {
            continue;
        }
        asked += 1;
        let ask = async |api: &crate::support::client::Client| {
            api.send(operation.method.clone(), &operation.nowhere, Value::Null).await
        };
        ask(&app.anyone).await.refused(401, "unauthorized");
        ask(&key).await.refused(403, "person_needed");
        ask(&owner.api).await.refused(403, "platform_admin_needed");
        let answer = ask(&administrator.api).await;
        assert!(
            ![401, 403].contains(&answer.status) && answer.status < 500,
            "{}: {}",
            operation.id,
            answer.text
        );
    }
    eprintln!("platform: {asked} operations refuse whoever is no administrator");
    assert!(asked >= 9, "{asked}");
});

both!(organizations_are_found_by_name_status_and_plan, |app| {
    let administrator = administrator(app).await;
    for (email, name) in [("a@example.com", "100% Sarees"), ("b@example.com", "Kiosk_7")] {
        let body = serde_json::json!({
            "organization": name, "name": "Asha", "email": email, "password": crate::support::people::PASSWORD,
        });
        app.anyone.post("/api/v1/auth/register", body).await.ok();
    }
    let names = async |query: &str| {
        let found = administrator.api.get(&format!("/api/v1/platform/organizations?{query}")).await.ok();
        let items = found["items"].as_array().unwrap().iter();
        items.map(|item| item["name"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["Kiosk_7", "100% Sarees", "Starling Market"]);
    assert_eq!(names("q=SAREE").await, ["100% Sarees"]);
    assert_eq!(names("q=100%25").await, ["100% Sarees"], "a sign is a sign and no wildcard");
    assert_eq!(names("q=_").await, ["Kiosk_7"]);
    assert_eq!(names("q=b@example").await, ["Kiosk_7"]);
    assert_eq!(names("status=suspended").await, [""; 0]);
    assert_eq!(names("plan=small").await, [""; 0]);
    assert_eq!(names("limit=1").await, ["Kiosk_7"]);
});
