//! A second pair of eyes, where an organization asks for it; and its settings.

use crate::support::app::both;
use crate::support::shop::{Shop, phone};
use reqwest::Method;
use serde_json::{Value, json};

const MARKETER: [&str; 6] = [
    "campaigns:read",
    "campaigns:write",
    "campaigns:launch",
    "customers:read",
    "customers:write",
    "templates:read",
];

async fn careful(shop: &Shop) -> crate::support::client::Client {
    let body = json!({"launch_needs_approval": true});
    shop.api.send(Method::PATCH, "/api/v1/organization", body).await.ok();
    let made = shop.api.post("/api/v1/api-keys", json!({"name": "Marketer", "scopes": MARKETER})).await.ok();
    shop.api.with_key(made["key"].as_str())
}

both!(a_launch_waits_for_somebody_elses_word, |app| {
    let shop = app.shop().await;
    let maker = careful(&shop).await;
    let campaign = shop.campaign(app, json!({}), &[phone(1)]).await;
    let launch = format!("/api/v1/campaigns/{campaign}/launch");
    let approval = format!("/api/v1/campaigns/{campaign}/approval");
    maker.post(&launch, Value::Null).await.refused(403, "approval_needed");
    shop.api.send(Method::PUT, &approval, json!({"decision": "approved"})).await.refused(404, "not_found");
    maker.post(&approval, Value::Null).await.ok();
    maker.post(&launch, Value::Null).await.refused(403, "approval_needed");
    maker
        .send(Method::PUT, &approval, json!({"decision": "approved"}))
        .await
        .refused(403, "missing_permission");
    let no = json!({"decision": "rejected", "note": "The code ends on Friday."});
    let said = shop.api.send(Method::PUT, &approval, no).await.ok();
    assert_eq!((&said["status"], &said["note"]), (&json!("rejected"), &json!("The code ends on Friday.")));
    maker.post(&launch, Value::Null).await.refused(403, "approval_needed");
    let again = shop.api.send(Method::PUT, &approval, json!({"decision": "approved"})).await;
    again.refused(409, "approval_decided");
    maker.post(&approval, Value::Null).await.ok();
    shop.api.send(Method::PUT, &approval, json!({"decision": "approved"})).await.ok();
    maker.post(&launch, Value::Null).await.ok();
    shop.until(&campaign, "completed").await;
    maker.post(&approval, Value::Null).await.refused(409, "campaign_not_draft");
});

both!(what_was_approved_is_the_draft_as_it_stood, |app| {
    let shop = app.shop().await;
    let maker = careful(&shop).await;
    let campaign = shop.campaign(app, json!({}), &[phone(1)]).await;
    let approval = format!("/api/v1/campaigns/{campaign}/approval");
    let approve = async || {
        maker.post(&approval, Value::Null).await.ok();
        shop.api.send(Method::PUT, &approval, json!({"decision": "approved"})).await.ok();
    };
    approve().await;
    shop.add(app, &campaign, &[phone(2)]).await;
    maker
        .post(&format!("/api/v1/campaigns/{campaign}/launch"), Value::Null)
        .await
        .refused(403, "approval_needed");
    maker.get(&approval).await.refused(404, "not_found");
    approve().await;
    let other = shop.draft(json!({"name": "Another one"}));
    maker.send(Method::PUT, &format!("/api/v1/campaigns/{campaign}"), other).await.ok();
    maker
        .post(&format!("/api/v1/campaigns/{campaign}/launch"), Value::Null)
        .await
        .refused(403, "approval_needed");
    // who may approve needs nobody
    shop.steer(&campaign, "launch").await.ok();
    shop.until(&campaign, "completed").await;
});

both!(nobody_approves_their_own_wish, |app| {
    let shop = app.shop().await;
    careful(&shop).await;
    let campaign = shop.campaign(app, json!({}), &[phone(1)]).await;
    let approval = format!("/api/v1/campaigns/{campaign}/approval");
    shop.api.post(&approval, Value::Null).await.ok();
    shop.api.send(Method::PUT, &approval, json!({"decision": "approved"})).await.refused(403, "own_request");
});

both!(an_organization_changes_what_is_said_of_it, |app| {
    let shop = app.shop().await;
    let path = "/api/v1/organization";
    let body = json!({"name": " Starling ", "slug": "starling-market", "phone": "98765 43210"});
    let changed = shop.api.send(Method::PATCH, path, body).await.ok();
    assert_eq!((&changed["name"], &changed["phone"]), (&json!("Starling"), &json!("+919876543210")));
    assert_eq!(shop.api.get(path).await.ok(), changed);
    let bad = json!({"name": "", "country": "Atlantis"});
    let answer = shop.api.send(Method::PATCH, path, bad).await;
    answer.refused(422, "invalid_input");
    assert_eq!(answer.fields(), [("name", "invalid_name"), ("country", "unknown_country")]);
    let (_, other) = app.organization().await;
    let taken = json!({"slug": "starling-market"});
    other.send(Method::PATCH, path, taken).await.refused(409, "slug_taken");
    let events = shop.all("/api/v1/audit-events?action=updateOrganization").await;
    assert_eq!(events[0]["changes"]["slug"], json!({"before": null, "after": "starling-market"}));
});
