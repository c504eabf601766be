//! Deliveries outlive those who make them: taken twice, answered late, dropped half-way, made by several at once.

use super::{subscribe, test_event};
use crate::support::app::{Setup, both};
use crate::support::receiver::{Receiver, reply};
use crate::support::wait::wait_until;
use bellbird_core::subscriptions::{deliver, take};
use serde_json::json;
use std::time::Duration;

fn nobody_works_yet() -> Setup {
    Setup { without_worker: true, ..Setup::default() }
}

both!(what_a_dead_worker_had_taken_is_delivered_by_another, nobody_works_yet(), |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    test_event(&shop, &subscribed).await;
    // one dies before it posts, one after it posted and before it wrote that down
    let mut taken = take::take(&app.services, 10).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(take::take(&app.services, 10).await.unwrap().len(), 0, "it is taken");
    assert_eq!(take::bring_back(&app.services).await.unwrap(), 0, "its lease lasts");
    app.pass(Duration::from_secs(61));
    assert_eq!(take::bring_back(&app.services).await.unwrap(), 1);
    assert_eq!(take::bring_back(&app.services).await.unwrap(), 0, "twice is once");
    let again = take::take(&app.services, 10).await.unwrap().remove(0);
    assert_eq!(again.attempt, 2);
    receiver.close();
    let services = app.services.clone();
    let dying = tokio::spawn(async move { deliver::deliver(&services, &again).await });
    receiver.until(1).await;
    dying.abort();
    receiver.open();
    app.pass(Duration::from_secs(61));
    app.start_worker().await;
    subscribed.until_delivery(&shop, "it to be taken", |one| one["state"] == "delivered").await;
    let posts = receiver.until(2).await;
    assert_eq!((posts.len(), &posts[0].id), (2, &posts[1].id), "told twice, with one id");
    // the first comes back to life: it tells once more, and changes nothing
    receiver.next([reply(500)]);
    deliver::deliver(&app.services, &taken.remove(0)).await.unwrap();
    let deliveries = shop.all(&subscribed.path("/deliveries")).await;
    assert_eq!((&deliveries[0]["state"], &deliveries[0]["attempts"]), (&json!("delivered"), &json!(3)));
    assert!(subscribed.get(&shop).await["failing_since"].is_null());
});

both!(of_several_workers_each_delivery_is_made_by_one, nobody_works_yet(), |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    for _ in 0..30 {
        test_event(&shop, &subscribed).await;
    }
    for _ in 0..3 {
        app.start_worker().await;
    }
    wait_until("all to be taken", async || {
        shop.all(&subscribed.path("/deliveries?state=delivered&limit=200")).await.len() == 30
    })
    .await;
    assert_eq!(receiver.posts().len(), 30, "each once");
});

both!(a_worker_that_stops_writes_down_what_it_hears, nobody_works_yet(), |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    receiver.close();
    let worker = app.worker().await;
    test_event(&shop, &subscribed).await;
    receiver.until(1).await;
    let stopping = tokio::spawn(worker.stop());
    receiver.open();
    stopping.await.unwrap();
    let deliveries = shop.all(&subscribed.path("/deliveries")).await;
    assert_eq!((&deliveries[0]["state"], receiver.posts().len()), (&json!("delivered"), 1));
});

both!(a_subscription_that_is_removed_in_between_fails_nothing, nobody_works_yet(), |app| {
    let (shop, receiver) = (app.shop().await, Receiver::start().await);
    let subscribed = subscribe(&shop, &receiver, &["message.sent"]).await;
    test_event(&shop, &subscribed).await;
    let taken = take::take(&app.services, 10).await.unwrap().remove(0);
    let gone = shop.api.send(reqwest::Method::DELETE, &subscribed.path(""), serde_json::Value::Null).await;
    assert_eq!(gone.status, 204);
    deliver::deliver(&app.services, &taken).await.unwrap();
    assert_eq!(take::take(&app.services, 10).await.unwrap().len(), 0);
});
