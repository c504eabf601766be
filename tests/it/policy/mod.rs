//! The sending policy, seen from outside: who waits, who is left out, and why.

mod caps;
mod hours;
mod places;
mod settings;

use crate::support::app::TestApp;
use crate::support::shop::Shop;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// What an organization decides; `changes` are all it decides.
async fn decides(shop: &Shop, changes: Value) {
    shop.api.send(Method::PUT, "/api/v1/sending-policy", changes).await.ok();
}

/// From nine to nine where people live.
fn daylight() -> Value {
    json!({"marketing_hours": {"from": "09:00", "until": "21:00"}})
}

/// Moves the present to the next time it is so late in UTC.
fn until_utc(app: &TestApp, hour: u32, minute: u32) {
    let day = 24 * 60 * 60 * 1_000;
    let wanted = i64::from(hour * 60 + minute) * 60_000;
    let ahead = (wanted - app.services.now().0).rem_euclid(day);
    app.clock.advance(Duration::from_millis(ahead.unsigned_abs()));
}
