//! Numbers, accounts, templates, subscriptions and tokens.

use serde_json::{Value, json};

use crate::support::{NUMBER, Setup, TOKEN, WABA};

#[tokio::test]
async fn numbers_and_accounts_can_be_read() {
    let setup = Setup::plain().await;
    let (status, number) = setup.call("GET", &format!("/v24.0/{NUMBER}"), Value::Null).await;
    assert_eq!((status, &number["display_phone_number"]), (200, &json!("+1 555-078-3881")));
    assert_eq!(
        (&number["quality_rating"], &number["throughput"]["level"]),
        (&json!("GREEN"), &json!("HIGH"))
    );
    let (_, some) = setup.call("GET", &format!("/v24.0/{NUMBER}?fields=verified_name"), Value::Null).await;
    assert_eq!(some, json!({"id": NUMBER, "verified_name": "Bellbird Café"}));
    let (_, list) = setup.call("GET", &format!("/v24.0/{WABA}/phone_numbers"), Value::Null).await;
    assert_eq!(list["data"][0]["id"], NUMBER);
    let (_, waba) = setup.call("GET", &format!("/v24.0/{WABA}"), Value::Null).await;
    assert_eq!(waba["id"], WABA);
    let (status, missing) = setup.call("GET", "/v24.0/404", Value::Null).await;
    assert_eq!((status, &missing["error"]["error_subcode"]), (400, &json!(33)));
}

#[tokio::test]
async fn templates_are_created_reviewed_and_listed() {
    let setup = Setup::plain().await;
    let path = format!("/v24.0/{WABA}/message_templates");
    let body = json!({"name": "order_update", "language": "en_US", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Order {{1}} is on its way."}]});
    let (status, created) = setup.call("POST", &path, body.clone()).await;
    assert_eq!(
        (status, &created["status"], &created["category"]),
        (200, &json!("PENDING"), &json!("UTILITY"))
    );
    setup.settled().await;
    while setup.inbox.posts().is_empty() {
        tokio::task::yield_now().await;
        setup.settled().await;
    }
    assert_eq!(setup.inbox.posts()[0]["entry"][0]["changes"][0]["value"]["event"], "APPROVED");
    let (_, again) = setup.call("POST", &path, body.clone()).await;
    assert_eq!((&again["error"]["code"], &again["error"]["error_subcode"]), (&json!(100), &json!(2_388_024)));
    let mut trailing = body;
    trailing["name"] = "other".into();
    trailing["components"][0]["text"] = "Order {{1}}".into();
    let (_, trailing) = setup.call("POST", &path, trailing).await;
    assert_eq!(trailing["error"]["error_subcode"], 2_388_299);

    let (_, page) = setup.call("GET", &format!("{path}?limit=1"), Value::Null).await;
    assert_eq!(
        (&page["data"][0]["name"], &page["data"][0]["status"]),
        (&json!("order_update"), &json!("APPROVED"))
    );
    let after = page["paging"]["cursors"]["after"].as_str().unwrap();
    let (_, rest) = setup.call("GET", &format!("{path}?limit=1&after={after}"), Value::Null).await;
    assert_eq!(rest["data"][0]["name"], "welcome_offer");
    assert!(page["paging"]["next"].is_string() && rest["paging"].get("next").is_none());
    let (_, marketing) = setup.call("GET", &format!("{path}?category=MARKETING"), Value::Null).await;
    assert_eq!(marketing["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_subscription_there_are_no_webhooks() {
    let setup = Setup::plain().await;
    let path = format!("/v24.0/{WABA}/subscribed_apps");
    let (_, apps) = setup.call("GET", &path, Value::Null).await;
    assert_eq!(apps["data"][0]["whatsapp_business_api_data"]["id"], "670843887433847");
    setup.call("DELETE", &path, Value::Null).await;
    setup.accepted("4915112345678", "a").await;
    setup.settled().await;
    assert_eq!((setup.inbox.posts().len(), setup.sandbox.counts().withheld), (0, 2));
    assert_eq!(
        setup.call("POST", &path, json!({"override_callback_uri": "http://example.com/"})).await.0,
        400
    );
    assert_eq!(setup.call("POST", &path, Value::Null).await.1["success"], true);
    setup.accepted("4915112345678", "a").await;
    setup.settled().await;
    assert_eq!(setup.inbox.statuses().len(), 2);
}

#[tokio::test]
async fn tokens_can_be_inspected() {
    let setup = Setup::plain().await;
    let (_, good) = setup.call("GET", &format!("/v24.0/debug_token?input_token={TOKEN}"), Value::Null).await;
    assert_eq!(
        (&good["data"]["is_valid"], &good["data"]["app_id"]),
        (&json!(true), &json!("670843887433847"))
    );
    let (_, bad) = setup.call("GET", "/v24.0/debug_token?input_token=nope", Value::Null).await;
    assert_eq!(bad["data"]["is_valid"], false);
}
