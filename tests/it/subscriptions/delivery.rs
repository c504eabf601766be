//! Deliveries: tried until they are taken, given up with a reason, made again when asked for.

use super::{subscribe, test_event};
use crate::support::app::{TestApp, both};
use crate::support::receiver::{Receiver, reply};
use crate::support::shop::{Shop, phone};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

both!(a_delivery_is_tried_until_it_is_taken_with_one_id, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    let long = "x".repeat(5_000);
    receiver.next([reply(500).body(long), reply(302).header("location", receiver.url.clone()), reply(400)]);
    let event = test_event(&shop, &subscribed).await;
    let path = subscribed.path(&format!("/deliveries/{event}"));
    let first = subscribed.until_delivery(&shop, "a failure", |one| one["response_status"] == 500).await;
    assert_eq!((&first["state"], &first["attempts"]), (&json!("pending"), &json!(1)));
    assert_eq!(first["response_body"].as_str().unwrap().len(), 1_024, "its beginning");
    assert!(first["next_attempt_at"].is_string() && first["payload"].is_null());
    for (n, status, wait) in [(2, 302, 6), (3, 400, 331)] {
        app.pass(Duration::from_secs(wait));
        let what = format!("attempt {n}");
        subscribed.until_delivery(&shop, &what, |one| one["response_status"] == status).await;
        assert_eq!(receiver.posts().len(), n, "a redirect is not followed");
    }
    app.pass(HOUR);
    subscribed.until_delivery(&shop, "it to be taken", |one| one["state"] == "delivered").await;
    let posts = receiver.posts();
    assert_eq!(posts.len(), 4);
    assert!(posts.iter().all(|post| post.id == event && post.body == posts[0].body), "one event");
    assert!(posts.windows(2).all(|two| two[0].timestamp < two[1].timestamp), "signed anew each time");
    assert!(posts.iter().all(|post| post.signed_by(&subscribed.secret).is_some()));
    let taken = shop.api.get(&path).await.ok();
    assert_eq!((&taken["response_status"], &taken["attempts"]), (&json!(204), &json!(4)));
    assert_eq!(taken["payload"], posts[0].json);
    assert!(taken["delivered_at"].is_string() && taken["next_attempt_at"].is_null());
});

both!(a_receiver_that_asks_for_time_gets_it, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    receiver.next([reply(429).header("retry-after", "3600")]);
    test_event(&shop, &subscribed).await;
    let held = subscribed.until_delivery(&shop, "a refusal", |one| one["response_status"] == 429).await;
    let at = |value: &Value| chrono::DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap();
    let wait = at(&held["next_attempt_at"]) - at(&held["last_attempt_at"]);
    assert!((3_600..=3_970).contains(&wait.num_seconds()), "{wait}");
    app.pass(HOUR * 2);
    subscribed.until_delivery(&shop, "it to be taken", |one| one["state"] == "delivered").await;
});

async fn alert(shop: &Shop) -> Value {
    let alerts = shop.all("/api/v1/alerts").await;
    alerts.into_iter().find(|alert| alert["kind"] == "subscription.disabled").expect("an alert")
}

both!(a_receiver_that_is_gone_is_not_asked_again, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["customer.created"]).await;
    receiver.next([reply(410)]);
    test_event(&shop, &subscribed).await;
    subscribed.until_delivery(&shop, "it to be given up", |one| one["state"] == "failed").await;
    let off = subscribed.get(&shop).await;
    assert_eq!(off["enabled"], false);
    assert!(off["disabled_reason"].as_str().unwrap().contains("410"), "{off}");
    assert!(alert(&shop).await["message"].as_str().unwrap().contains(&subscribed.id));
    shop.customer(app, &phone(1), None, &[]).await;
    let deliveries = shop.all(&subscribed.path("/deliveries")).await;
    assert_eq!(deliveries.len(), 1, "nothing is kept for it: {deliveries:?}");
    // mended, switched on, replayed
    shop.api.send(Method::PATCH, &subscribed.path(""), json!({"enabled": true})).await.ok();
    let since = json!({"since": app.ago(HOUR)});
    let replayed = shop.api.post(&subscribed.path("/replay-failed"), since).await.ok();
    assert_eq!(replayed, json!({"replayed": 1}));
    subscribed.until_delivery(&shop, "it to be taken", |one| one["state"] == "delivered").await;
    let since = json!({"since": app.ago(HOUR)});
    assert_eq!(shop.api.post(&subscribed.path("/replay-failed"), since).await.ok()["replayed"], 0);
});

/// Lets time pass until the delivery was tried once more.
async fn next_attempt(app: &TestApp, shop: &Shop, receiver: &Receiver, path: &str, attempts: i64) {
    app.pass(HOUR * 27); // the longest wait, and its tenth
    receiver.until(usize::try_from(attempts).unwrap()).await;
    crate::support::wait::wait_until("what came of it to be written down", async || {
        let delivery = shop.api.get(path).await.ok();
        delivery["attempts"] == attempts && delivery["state"] != "sending"
    })
    .await;
}

both!(days_of_nothing_but_failures_switch_a_subscription_off, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    receiver.always(reply(503));
    let event = test_event(&shop, &subscribed).await;
    let path = subscribed.path(&format!("/deliveries/{event}"));
    subscribed.until_delivery(&shop, "a failure", |one| one["response_status"] == 503).await;
    assert!(subscribed.get(&shop).await["failing_since"].is_string());
    for attempts in 2..=5 {
        next_attempt(app, &shop, &receiver, &path, attempts).await;
        assert_eq!(subscribed.get(&shop).await["enabled"], true, "attempt {attempts}");
    }
    next_attempt(app, &shop, &receiver, &path, 6).await;
    let off = subscribed.get(&shop).await;
    assert_eq!(off["enabled"], false);
    assert_eq!(off["disabled_reason"], "every attempt of 5 days failed");
    assert_eq!(alert(&shop).await["severity"], "critical");
});

both!(one_success_in_between_and_a_subscription_stays, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    receiver.always(reply(503));
    let event = test_event(&shop, &subscribed).await;
    let path = subscribed.path(&format!("/deliveries/{event}"));
    receiver.until(1).await;
    for attempts in 2..=5 {
        next_attempt(app, &shop, &receiver, &path, attempts).await;
    }
    receiver.next([reply(200)]);
    next_attempt(app, &shop, &receiver, &path, 6).await;
    assert_eq!(shop.api.get(&path).await.ok()["state"], "delivered");
    let well = subscribed.get(&shop).await;
    assert_eq!((&well["enabled"], &well["failing_since"]), (&json!(true), &Value::Null));
});

both!(a_delivery_is_made_again_when_asked_for, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    let event = test_event(&shop, &subscribed).await;
    let delivered = |one: &Value| one["state"] == "delivered";
    subscribed.until_delivery(&shop, "it to be taken", delivered).await;
    let path = subscribed.path(&format!("/deliveries/{event}/replay"));
    let again = shop.api.post(&path, Value::Null).await.ok();
    assert_eq!((&again["state"], &again["attempts"]), (&json!("pending"), &json!(0)));
    let posts = receiver.until(2).await;
    assert_eq!((&posts[0].id, &posts[0].body), (&posts[1].id, &posts[1].body));
    subscribed.until_delivery(&shop, "it to be taken", delivered).await;
    receiver.close();
    shop.api.post(&path, Value::Null).await.ok();
    receiver.until(3).await;
    shop.api.post(&path, Value::Null).await.refused(409, "delivery_under_way");
    receiver.open();
    subscribed.until_delivery(&shop, "it to be taken", delivered).await;
});

both!(deliveries_are_found_by_state_type_and_time, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["customer.created"]).await;
    shop.customer(app, &phone(1), None, &[]).await;
    test_event(&shop, &subscribed).await;
    receiver.until(2).await;
    crate::support::wait::wait_until("both to be taken", async || {
        shop.all(&subscribed.path("/deliveries?state=delivered")).await.len() == 2
    })
    .await;
    let found = async |filter: &str| {
        let all = shop.all(&subscribed.path(&format!("/deliveries?{filter}"))).await;
        all.iter().map(|one| one["type"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        found("limit=1").await,
        ["subscription.test", "customer.created"],
        "newest first, page by page"
    );
    assert_eq!(found("type=customer.created").await, ["customer.created"]);
    assert_eq!(found("state=failed").await.len(), 0);
    app.pass(HOUR);
    assert_eq!(found(&format!("since={}", app.ago(HOUR / 2).replace('+', "%2B"))).await.len(), 0);
    let answer = shop.api.get(&subscribed.path("/deliveries?state=lost")).await;
    answer.refused(400, "invalid_parameter");
});

both!(while_a_secret_is_replaced_both_sign, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    let rotate = async |hours: u64| {
        let body = json!({"overlap_hours": hours});
        let rotated = shop.api.post(&subscribed.path("/rotate-secret"), body).await.ok();
        rotated["secret"].as_str().unwrap().to_string()
    };
    let second = rotate(2).await;
    assert_ne!(second, subscribed.secret);
    test_event(&shop, &subscribed).await;
    let post = receiver.until(1).await.remove(0);
    assert_eq!((post.signed_by(&second), post.signed_by(&subscribed.secret)), (Some(0), Some(1)));
    app.pass(HOUR * 2);
    test_event(&shop, &subscribed).await;
    let post = receiver.until(2).await.remove(1);
    assert_eq!((post.signed_by(&second), post.signed_by(&subscribed.secret)), (Some(0), None));
    let third = rotate(0).await;
    test_event(&shop, &subscribed).await;
    let post = receiver.until(3).await.remove(2);
    assert_eq!((post.signed_by(&third), post.signed_by(&second)), (Some(0), None));
});
