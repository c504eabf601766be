//! Control over HTTP, as other processes use it.

use serde_json::{Value, json};

use crate::support::{NUMBER, Setup, template, text};

const TO: &str = "4915112345678";

#[tokio::test]
async fn rules_and_books_are_reached_over_http() {
    let setup = Setup::plain().await;
    let rule = json!({"when": {"to": TO, "limit": 1}, "then": {"do": "refuse", "code": 131_031}});
    let (status, added) = setup.call("POST", "/_sandbox/rules", rule).await;
    assert_eq!((status, &added["id"]), (200, &json!(1)));
    assert_eq!(setup.send(&template(TO, "a")).await.1["error"]["code"], 131_031);
    assert_eq!(setup.call("GET", "/_sandbox/rules", Value::Null).await.1[0]["hits"], 1);
    assert_eq!(setup.call("DELETE", "/_sandbox/rules/1", Value::Null).await.0, 200);
    assert_eq!(setup.call("DELETE", "/_sandbox/rules/1", Value::Null).await.0, 404);
    for _ in 0..3 {
        setup.accepted(TO, "a").await;
    }
    assert_eq!(setup.call("GET", "/_sandbox/settled", Value::Null).await.1["settled"], true);
    let (_, page) = setup.call("GET", "/_sandbox/ledger?limit=2", Value::Null).await;
    assert_eq!((page["entries"].as_array().unwrap().len(), &page["next"]), (2, &json!(2)));
    let (_, page) = setup.call("GET", "/_sandbox/ledger?limit=2&after=2", Value::Null).await;
    assert_eq!((&page["entries"][0]["seq"], &page["next"]), (&json!(3), &Value::Null));
    let url = format!("{}/_sandbox/ledger?format=ndjson", setup.sandbox.base_url());
    let lines = setup.client.get(url).send().await.unwrap().text().await.unwrap();
    assert_eq!(lines.lines().filter(|line| line.contains("wamid.")).count(), 3);
    let (_, twice) = setup.call("GET", "/_sandbox/duplicates?by=recipient", Value::Null).await;
    assert_eq!((&twice[0]["key"], twice[0]["wamids"].as_array().unwrap().len()), (&json!(TO), 3));
    let (_, counts) = setup.call("GET", "/_sandbox/counts", Value::Null).await;
    assert_eq!((&counts["accepted"], &counts["refused"]["131031"]), (&json!(3), &json!(1)));
    setup.call("POST", "/_sandbox/reset", Value::Null).await;
    assert_eq!(setup.call("GET", "/_sandbox/counts", Value::Null).await.1["accepted"], 0);
    assert_eq!(setup.call("POST", "/_sandbox/rules", json!({"then": {"do": "dance"}})).await.0, 400);
}

#[tokio::test]
async fn gates_are_reached_over_http() {
    let setup = Setup::plain().await;
    setup.call("POST", "/_sandbox/gate", json!({"at": "before_answer"})).await;
    let send = async { setup.accepted(TO, "a").await };
    let test = async {
        let (_, gate) = setup.call("GET", "/_sandbox/gate?at_least=1", Value::Null).await;
        assert_eq!((&gate["waiting"], &gate["gates"][0]["at"]), (&json!(1), &json!("before_answer")));
        setup.call("POST", "/_sandbox/gate/release", Value::Null).await;
    };
    tokio::join!(send, test);
    assert_eq!(setup.call("GET", "/_sandbox/gate", Value::Null).await.1["waiting"], 0);
}

#[tokio::test]
async fn customers_write_tap_and_stop() {
    let setup = Setup::plain().await;
    let inbound = json!({"from": TO, "phone_number_id": NUMBER, "name": "Zoë", "text": "Yes, please"});
    let wamid = setup.call("POST", "/_sandbox/inbound", inbound).await.1["wamid"].clone();
    setup.settled().await;
    let value = setup.inbox.posts()[0]["entry"][0]["changes"][0]["value"].clone();
    assert_eq!(
        (&value["messages"][0]["id"], &value["messages"][0]["text"]["body"]),
        (&wamid, &json!("Yes, please"))
    );
    assert_eq!(
        (&value["contacts"][0]["wa_id"], &value["contacts"][0]["profile"]["name"]),
        (&json!(TO), &json!("Zoë"))
    );
    let answer = setup.send(&text(TO)).await.1["messages"][0]["id"].as_str().unwrap().to_owned();
    setup.settled().await;
    assert_eq!(setup.inbox.of(&answer), ["sent", "delivered"], "their message opened the window");

    let tap = json!({"from": TO, "phone_number_id": NUMBER, "context_id": answer,
        "button": {"payload": "STOP", "text": "Stop promotions"}});
    setup.call("POST", "/_sandbox/inbound", tap).await;
    setup.settled().await;
    let last = setup.inbox.posts().last().unwrap()["entry"][0]["changes"][0]["value"]["messages"][0].clone();
    assert_eq!((&last["type"], &last["button"]["payload"]), (&json!("button"), &json!("STOP")));
    assert_eq!(last["context"]["id"], answer);

    let stop = json!({"wa_id": TO, "phone_number_id": NUMBER, "value": "stop"});
    assert_eq!(setup.call("POST", "/_sandbox/preference", stop).await.0, 200);
    let stopped = setup.accepted(TO, "a").await;
    setup.settled().await;
    assert_eq!(setup.inbox.of(&stopped), ["failed"]);
    let change = setup.inbox.posts().into_iter().map(|p| p["entry"][0]["changes"][0].clone());
    let change = change.into_iter().find(|change| change["field"] == "user_preferences").unwrap();
    assert!(change["value"]["user_preferences"][0]["timestamp"].is_i64());
}

#[tokio::test]
async fn any_body_can_be_posted_and_the_receiver_verified() {
    let setup = Setup::plain().await;
    let body = json!({"body": {"object": "whatsapp_business_account", "entry": [], "note": "ü/"}});
    assert_eq!(setup.call("POST", "/_sandbox/webhook", body).await.0, 200);
    let raw = json!({"raw": "{\"entry\": []}"});
    assert_eq!(setup.call("POST", "/_sandbox/webhook", raw).await.0, 200);
    setup.settled().await;
    let mut bodies = setup.inbox.bodies.lock().unwrap().clone();
    bodies.sort();
    assert_eq!(bodies[0], "{\"entry\": []}");
    assert!(bodies[1].contains(r#""note":"\u00fc\/""#));
    let (_, verified) =
        setup.call("POST", "/_sandbox/verify_webhook", json!({"app_id": "670843887433847"})).await;
    assert_eq!(verified["verified"], true);
    assert_eq!(setup.call("POST", "/_sandbox/inbound", json!({"phone_number_id": "1"})).await.0, 404);
    assert_eq!(setup.call("GET", "/_sandbox/nothing", Value::Null).await.0, 404);
}

#[tokio::test]
async fn reading_a_message_is_marked() {
    let setup = Setup::plain().await;
    let read = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.ABC"});
    assert_eq!(setup.send(&read).await, (200, json!({"success": true})));
    assert_eq!((setup.sandbox.counts().marked_read, setup.sandbox.counts().accepted), (1, 0));
}
