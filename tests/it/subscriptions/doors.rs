//! Adding, changing and removing subscriptions, and who may.

use super::{PATH, subscribe, test_event};
use crate::support::app::{Setup, both};
use crate::support::receiver::Receiver;
use reqwest::Method;
use serde_json::{Value, json};

fn strict() -> Setup {
    let settings = vec![("OUTSIDE__ALLOW_HTTP", "false"), ("OUTSIDE__ALLOW_PRIVATE", "false")];
    Setup { settings, without_worker: true, ..Setup::default() }
}

both!(a_subscription_is_added_changed_and_removed_and_its_secret_is_shown_once, strict(), |app| {
    let (_, api) = app.organization().await;
    let wanted = json!({
        "url": "https://shop.example.com/hooks", "description": " Orders ",
        "event_types": ["message.read", "message.sent", "message.read"],
    });
    let made = api.post_once(PATH, wanted.clone(), "one").await;
    assert_eq!(made.status, 201, "{}", made.text);
    let secret = made.json["secret"].as_str().unwrap();
    let mut subscription = made.json.clone();
    subscription.as_object_mut().unwrap().remove("secret");
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    assert_eq!(subscription["description"], "Orders");
    assert_eq!(subscription["event_types"], json!(["message.sent", "message.read"]), "each once");
    assert_eq!(subscription["enabled"], true);
    assert_eq!(api.post_once(PATH, wanted, "one").await.json, made.json, "the same, secret and all");

    let path = format!("{PATH}/{}", subscription["id"].as_str().unwrap());
    assert_eq!(api.get(&path).await.ok(), subscription);
    let listed = api.get(PATH).await;
    assert_eq!(listed.json["items"], json!([subscription]));
    assert!(!listed.text.contains(secret));
    let row = "SELECT secret FROM subscriptions";
    let row = sea_orm::Statement::from_string(app.services.db.backend(), row);
    let row = sea_orm::ConnectionTrait::query_one_raw(app.services.db.read(), row).await.unwrap().unwrap();
    let sealed: String = row.try_get("", "secret").unwrap();
    assert!(!sealed.contains(secret.trim_start_matches("whsec_")), "sealed at rest");

    let change = json!({"description": "", "event_types": ["campaign.completed"], "enabled": false});
    let changed = api.send(Method::PATCH, &path, change).await.ok();
    assert_eq!(changed["event_types"], json!(["campaign.completed"]));
    assert_eq!((&changed["enabled"], &changed["description"]), (&json!(false), &Value::Null));
    assert!(changed["disabled_at"].is_string() && changed["disabled_reason"].is_null());
    api.post(&format!("{path}/test"), Value::Null).await.refused(409, "subscription_disabled");
    let again = api.send(Method::PATCH, &path, json!({"enabled": true})).await.ok();
    assert_eq!((&again["enabled"], &again["disabled_at"]), (&json!(true), &Value::Null));

    assert_eq!(api.send(Method::DELETE, &path, Value::Null).await.status, 204);
    api.get(&path).await.refused(404, "not_found");
    let types = api.get("/api/v1/event-types").await.ok();
    let types = types["items"].as_array().unwrap();
    assert!(types.len() >= 17 && types.iter().all(|kind| kind["description"].is_string()), "{types:?}");
});

both!(what_is_wrong_with_a_subscription_is_told_at_once, strict(), |app| {
    let (_, api) = app.organization().await;
    for (url, code) in [
        ("http://shop.example.com/", "not_https"),
        ("https://user:secret@shop.example.com/", "credentials_in_url"),
        ("https://shop.example.com:22/", "port_not_allowed"),
        ("https://127.0.0.1/", "private_address"),
        ("https://2130706433/", "private_address"),
        ("https://[::ffff:10.0.0.1]/", "private_address"),
        ("https://169.254.169.254/latest/meta-data/", "private_address"),
        ("https://localhost./", "private_address"),
        ("shop.example.com", "invalid_url"),
    ] {
        let answer = api.post(PATH, json!({"url": url, "event_types": ["message.sent"]})).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [("url", code)], "{url}");
    }
    let good = json!({"url": "https://shop.example.com/", "event_types": ["message.sent"]});
    let made = api.post(PATH, good.clone()).await.ok();
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let answer = api.send(Method::PATCH, &path, json!({"url": "https://10.0.0.1/"})).await;
    assert_eq!(answer.fields(), [("url", "private_address")]);
    for (body, field, code) in [
        (json!({"url": "https://a.example/", "event_types": []}), "event_types", "too_few"),
        (
            json!({"url": "https://a.example/", "event_types": ["message.lost"]}),
            "event_types[0]",
            "unknown_word",
        ),
        (json!({"url": "https://a.example/"}), "event_types", "missing"),
        (
            json!({"url": "https://a.example/", "event_types": ["message.sent"], "secret": "x"}),
            "secret",
            "unknown_field",
        ),
    ] {
        let answer = api.post(PATH, body).await;
        answer.refused(422, "invalid_input");
        assert_eq!(answer.fields(), [(field, code)]);
    }
    let answer = api.post(&format!("{path}/rotate-secret"), json!({"overlap_hours": 169})).await;
    assert_eq!(answer.fields(), [("overlap_hours", "too_large")]);
    for _ in 1..50 {
        api.post(PATH, good.clone()).await.ok();
    }
    api.post(PATH, good).await.refused(409, "too_many_subscriptions");
});

both!(a_strangers_subscriptions_are_not_there, |app| {
    let (shop, stranger) = (app.shop().await, app.shop().await);
    let receiver = Receiver::start().await;
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    let event = test_event(&shop, &subscribed).await;
    receiver.until(1).await;
    for (method, rest, body) in [
        (Method::GET, String::new(), Value::Null),
        (Method::PATCH, String::new(), json!({"enabled": false})),
        (Method::DELETE, String::new(), Value::Null),
        (Method::POST, "/rotate-secret".into(), json!({})),
        (Method::POST, "/test".into(), Value::Null),
        (Method::GET, "/deliveries".into(), Value::Null),
        (Method::GET, format!("/deliveries/{event}"), Value::Null),
        (Method::POST, format!("/deliveries/{event}/replay"), Value::Null),
        (Method::POST, "/replay-failed".into(), json!({"since": "2020-01-01T00:00:00Z"})),
    ] {
        stranger.api.send(method, &subscribed.path(&rest), body).await.refused(404, "not_found");
    }
    assert_eq!(stranger.all(PATH).await.len(), 0);
    assert_eq!(subscribed.get(&shop).await["enabled"], true, "and nothing of ours changed");
});
