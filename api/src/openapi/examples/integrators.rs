//! Examples of what integrators are answered.

use super::{at, id, with};
use serde_json::{Value, json};

pub(super) fn answers() -> Vec<(&'static str, Value)> {
    let subscription = json!({
        "id": id("sub"), "url": "https://shop.example.com/bellbird", "description": "Order system",
        "event_types": ["message.delivered", "message.failed"], "enabled": true, "created_at": at(30),
        "updated_at": at(30),
    });
    let payload = json!({
        "id": id("evt"), "type": "message.delivered", "version": 1, "timestamp": "2026-11-21T09:30:00.250Z",
        "organization_id": id("org"),
        "data": { "id": id("msg"), "direction": "out", "status": "delivered", "customer_id": id("cus") },
    });
    vec![
        ("Subscription", subscription.clone()),
        (
            "NewSubscriptionAnswer",
            with(&subscription, json!({ "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw…" })),
        ),
        (
            "EventTypes",
            json!({ "items": [{ "type": "message.delivered", "description": "A message reached a device." }] }),
        ),
        (
            "Delivery",
            json!({
                "event_id": id("evt"), "subscription_id": id("sub"), "type": "message.delivered",
                "state": "delivered", "attempts": 1, "last_attempt_at": at(30), "duration_ms": 84,
                "response_status": 200, "response_body": "ok", "delivered_at": at(30), "created_at": at(30),
                "updated_at": at(30), "payload": payload,
            }),
        ),
        ("ReplayedDeliveries", json!({ "replayed": 17 })),
    ]
}
