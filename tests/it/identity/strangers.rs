//! Every operation of the document, asked by a stranger for what is ours: 404, as if it were not there.

use crate::support::app::{TestApp, both};
use crate::support::operations::{self, Operation};
use crate::support::post::text_from;
use crate::support::shop::{Shop, phone};
use bellbird_core::identity::Role;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One of everything a shop can have, by the name its id has in an address. A new kind of thing gets its line here.
async fn one_of_everything(app: &TestApp, shop: &Shop) -> BTreeMap<&'static str, String> {
    let id = |value: &Value| value["id"].as_str().expect("an id").to_string();
    let now = app.services.now().0;
    let violation = json!({"event": "ACCOUNT_UPDATE", "violation_info": {"violation_type": "ALCOHOL"}});
    shop.told(app, "account_update", violation, now).await;
    let said = text_from("919820000077", "wamid.77", "hello", now);
    assert_eq!(shop.hear(&shop.webhook(&[shop.change(said)])).await.status, 200);
    app.heard_everything().await;
    let upload = shop.api.request(reqwest::Method::POST, "/api/v1/media?file_name=a.png");
    let upload = upload.header("content-type", "application/octet-stream").body(crate::media::PNG);
    let hooks = json!({"url": "https://shop.example.com/hooks", "event_types": ["message.sent"]});
    let subscription = shop.created("/api/v1/subscriptions", hooks).await;
    let test = format!("/api/v1/subscriptions/{subscription}/test");
    let event = shop.api.post(&test, Value::Null).await.ok()["event_id"].as_str().expect("an id").to_string();
    let suppressed = json!({"phone": phone(9), "reason": "asked by letter"});
    let newest =
        async |list: &str| id(&shop.api.get(&format!("/api/v1/{list}?limit=1")).await.ok()["items"][0]);
    let invitation = json!({"email": "ravi@example.com", "role": "agent"});
    let member = app.newcomer("member@example.com").await;
    app.joins(shop.organization, "member@example.com", Role::Agent).await;
    let customer = newest("customers").await;
    let trial = format!("/api/v1/customers/{customer}/erasures");
    let erasure = id(&shop.api.post(&trial, json!({"dry_run": true})).await.ok());
    let run = shop.api.post("/api/v1/organization/retention/runs", json!({"dry_run": true})).await.ok();
    BTreeMap::from([
        ("erasure_id", erasure),
        ("retention_run_id", id(&run)),
        ("campaign_id", shop.campaign(app, json!({}), &[phone(1)]).await),
        ("import_id", id(&shop.api.upload("/api/v1/imports", format!("phone\n{}\n", phone(2))).await.ok())),
        ("media_id", id(&crate::support::client::Answer::of(upload).await.ok())),
        ("message_id", newest("messages").await),
        ("customer_id", customer),
        ("alert_id", newest("alerts").await),
        ("api_key_id", newest("api-keys").await),
        ("webhook_event_id", newest_webhook(app).await),
        ("invitation_id", id(&shop.api.post("/api/v1/invitations", invitation).await.ok())),
        ("user_id", member.user().await),
        ("suppression_id", shop.created("/api/v1/suppressions", suppressed).await),
        ("sender_id", shop.sender.clone()),
        ("portfolio_id", shop.waba.clone()),
        ("template_id", shop.marketing.clone()),
        ("app_id", shop.app.clone()),
        ("subscription_id", subscription),
        ("event_id", event),
    ])
}

async fn newest_webhook(app: &TestApp) -> String {
    use sea_orm::ConnectionTrait;
    let db = app.services.db.write();
    db.execute_unprepared("UPDATE webhook_events SET status = 'failed'").await.expect("an update");
    let statement = "SELECT id FROM webhook_events ORDER BY id DESC LIMIT 1";
    let statement = sea_orm::Statement::from_string(app.services.db.backend(), statement);
    let found = db.query_one_raw(statement).await.expect("a query").expect("a webhook");
    let id = found.try_get_by_index(0).expect("an id");
    db.execute_unprepared("UPDATE webhook_events SET status = 'handled'").await.expect("an update");
    id
}

/// A body that is good enough for the question to be whose things these are.
fn body(operation: &Operation, stranger: &Shop, schemas: &Value) -> Value {
    match operation.id.as_str() {
        "updateCampaign" => stranger.draft(json!({})),
        "updateTemplate" => json!({"body": "Hi {{1}}, something else.", "examples": {"1": "Ana"}}),
        "addRecipients" => json!({"recipients": [{"phone": phone(5)}]}),
        _ => {
            let schema = &operation.said["requestBody"]["content"]["application/json"]["schema"];
            let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next());
            name.map_or(Value::Null, |name| schemas[name]["example"].clone())
        }
    }
}

both!(a_stranger_finds_nothing_of_ours_at_any_operation, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let ours = one_of_everything(app, &shop).await;
    let schemas = operations::document()["components"]["schemas"].clone();
    let (mut hidden, mut lists) = (0, 0);
    for operation in operations::keyed() {
        let path = operation.at(&ours);
        if operation.parameters().next().is_some() {
            let request = stranger.api.request(operation.method.clone(), &path);
            let csv = operation.said["requestBody"]["content"]["text/csv"].is_object();
            let request = match body(&operation, &stranger, &schemas) {
                _ if csv => request.header("content-type", "text/csv").body(format!("phone\n{}\n", phone(6))),
                Value::Null => request,
                body => request.json(&body),
            };
            let answer = crate::support::client::Answer::of(request).await;
            assert_eq!(
                (answer.status, answer.code()),
                (404, "not_found"),
                "{}: {}",
                operation.id,
                answer.text
            );
            assert!(!answer.text.contains(&phone(1)));
            hidden += 1;
        } else if operation.method == reqwest::Method::GET {
            let seen = stranger.api.get(&path).await;
            assert_eq!(seen.status, 200, "{}: {}", operation.id, seen.text);
            let found = ours.iter().find(|(_, id)| seen.text.contains(*id));
            assert_eq!(found, None, "{} shows what is ours", operation.id);
            lists += 1;
        }
    }
    eprintln!("isolation: {hidden} operations hide what is ours, {lists} lists do not show it");
    assert!(hidden >= 35 && lists >= 12);
});
