//! What integrators are told: subscriptions, events, deliveries.

mod cost;
mod delivery;
mod doors;
mod events;
mod lost;
mod receivers;

use crate::support::receiver::Receiver;
use crate::support::shop::Shop;
use crate::support::wait::wait_for;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/subscriptions";

/// A subscription of a shop.
struct Subscribed {
    id: String,
    secret: String,
}

impl Subscribed {
    fn path(&self, rest: &str) -> String {
        format!("{PATH}/{}{rest}", self.id)
    }

    async fn get(&self, shop: &Shop) -> Value {
        shop.api.get(&self.path("")).await.ok()
    }

    /// Waits until a delivery of this subscription is as wanted.
    async fn until_delivery(&self, shop: &Shop, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        wait_for(what, async || {
            let all = shop.all(&self.path("/deliveries")).await;
            all.into_iter().find(|delivery| wanted(delivery))
        })
        .await
    }
}

/// Subscribes a receiver to these types.
async fn subscribe(shop: &Shop, receiver: &Receiver, types: &[&str]) -> Subscribed {
    let made = shop.api.post(PATH, json!({"url": receiver.url, "event_types": types})).await.ok();
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    Subscribed { id: text(&made["id"]), secret: text(&made["secret"]) }
}

/// Posts a test event and gives its id.
async fn test_event(shop: &Shop, subscribed: &Subscribed) -> String {
    let delivery = shop.api.post(&subscribed.path("/test"), Value::Null).await.ok();
    assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("pending"), &json!(0)));
    delivery["event_id"].as_str().expect("an id").to_string()
}
