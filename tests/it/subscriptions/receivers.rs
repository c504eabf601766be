//! One receiver holds up no other, and nobody is asked more than is fair.

use super::{PATH, Subscribed, subscribe, test_event};
use crate::support::app::{Setup, both};
use crate::support::receiver::{Receiver, reply};
use crate::support::shop::phone;
use crate::support::wait::wait_until;
use serde_json::json;
use std::time::Duration;

both!(a_receiver_that_does_not_answer_holds_up_nobody_and_has_few_requests_at_once, |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    let (slow, quick, theirs) = (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    slow.close();
    subscribe(&shop, &slow, &["customer.created"]).await;
    subscribe(&shop, &quick, &["customer.created"]).await;
    subscribe(&other, &theirs, &["customer.created"]).await;
    app.start_worker().await; // the limit is one for all of them
    let people: Vec<_> = (0..25).map(|n| json!({"phone": phone(n)})).collect();
    for shop in [&shop, &other] {
        let draft = shop.created("/api/v1/campaigns", shop.draft(json!({}))).await;
        let path = format!("/api/v1/campaigns/{draft}/recipients");
        shop.api.post(&path, json!({"recipients": people})).await.ok();
    }
    quick.until(25).await;
    theirs.until(25).await;
    assert_eq!(slow.posts().len(), 10, "at once, over all workers");
    slow.open();
    slow.until(25).await;
    let mut ids: Vec<_> = slow.posts().into_iter().map(|post| post.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), slow.posts().len()), (25, 25), "each once");
});

both!(a_receiver_that_fails_rests_and_then_is_asked_once, |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["customer.created"]).await;
    receiver.always(reply(500));
    receiver.close();
    for _ in 0..5 {
        test_event(&shop, &subscribed).await;
    }
    receiver.until(5).await;
    receiver.open();
    wait_until("five failures", async || {
        let all = shop.all(&subscribed.path("/deliveries")).await;
        all.iter().filter(|one| one["response_status"] == 500).count() == 5
    })
    .await;
    // it rests: what happens now waits, and nobody loses hands to it
    let waiting = test_event(&shop, &subscribed).await;
    let other = Receiver::start().await;
    let well = subscribe(&shop, &other, &["customer.created"]).await;
    for n in 0..3 {
        test_event(&shop, &well).await;
        other.until(n + 1).await;
    }
    assert!(receiver.posts().iter().all(|post| post.id != waiting), "it rests");
    receiver.always(reply(200));
    app.pass(Duration::from_secs(600));
    subscribed
        .until_delivery(&shop, "it to be taken", |one| {
            one["event_id"] == waiting.as_str() && one["state"] == "delivered"
        })
        .await;
    wait_until("all to be taken", async || {
        shop.all(&subscribed.path("/deliveries?state=delivered")).await.len() == 6
    })
    .await;
});

fn strict() -> Setup {
    Setup { settings: vec![("OUTSIDE__ALLOW_PRIVATE", "false")], ..Setup::default() }
}

// The address was good when it was typed in; where its name leads is asked when it is posted to.
both!(a_name_that_leads_inside_is_not_posted_to, strict(), |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let body = json!({"url": "https://shop.example.com/", "event_types": ["message.sent"]});
    let made = shop.api.post(PATH, body).await.ok();
    let id = made["id"].as_str().unwrap().to_string();
    let subscribed = Subscribed { id, secret: String::new() };
    // as if it had been rebound, or written before the setting was changed
    let moved = sea_orm::Statement::from_sql_and_values(
        app.services.db.backend(),
        "UPDATE subscriptions SET url = $1",
        [receiver.url.replace("127.0.0.1", "localhost").into()],
    );
    sea_orm::ConnectionTrait::execute_raw(app.services.db.write(), moved).await.unwrap();
    test_event(&shop, &subscribed).await;
    let failed = subscribed.until_delivery(&shop, "a failure", |one| one["error"].is_string()).await;
    assert_eq!(failed["error"], "the address does not lead to the public internet");
    assert_eq!(receiver.posts().len(), 0);
});
