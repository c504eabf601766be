//! Signed nonsense: every recorded webhook with single values replaced, cut short, or blown up. None is answered with an
//! error of ours, none leaves an error in the log, none is applied by half.

use super::effects::invariants;
use super::fixtures::collection;
use crate::support::app::{Setup, TestApp, both};
use crate::support::shop::{Shop, phone};
use bellbird_core::providers::meta;
use bellbird_core::webhooks::keep::{self, Arrived};
use bellbird_core::webhooks::{WebhookStatus, apply, entity};
use bellbird_sandbox::sign;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tracing::instrument::WithSubscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

/// Counts what is logged as an error.
struct Errors(Arc<AtomicUsize>);

impl<S: tracing::Subscriber> Layer<S> for Errors {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == tracing::Level::ERROR {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn junk() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5e300),
        json!(4_000_000_000_i64),
        json!(""),
        json!("\u{0}\u{1F600}'\"\\;--"),
        json!("9".repeat(3_000)),
        json!([[]]),
        json!([null, 1, "x", {}]),
        json!({}),
        json!("16505551234"),
    ]
}

fn places_in(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                places_in(field, format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")), places);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| places_in(item, format!("{place}/{i}"), places));
        }
        _ => {}
    }
    places.push(place);
}

/// Every `step`th of all bodies made of the recorded ones by replacing one value, about the shop's number and account.
fn changed(shop: &Shop, step: usize) -> Vec<Vec<u8>> {
    let (junk, mut n, mut bodies) = (junk(), 0, Vec::new());
    for (_, bytes) in collection() {
        let Ok(mut body) = serde_json::from_slice::<Value>(&bytes) else { continue };
        for entry in body["entry"].as_array_mut().into_iter().flatten() {
            if entry.is_object() {
                entry["id"] = json!(shop.waba);
            }
            for change in entry["changes"].as_array_mut().into_iter().flatten() {
                if let Some(metadata) = change.pointer_mut("/value/metadata/phone_number_id") {
                    *metadata = json!(shop.number);
                }
            }
        }
        let mut places = Vec::new();
        places_in(&body, String::new(), &mut places);
        for place in places {
            for junk in &junk {
                n += 1;
                // a prime step goes through all places and all junk
                if n % step == 0 {
                    let mut one = body.clone();
                    *one.pointer_mut(&place).expect("a place") = junk.clone();
                    bodies.push(one.to_string().into_bytes());
                }
            }
        }
    }
    bodies
}

/// Keeps and applies bodies as the worker does, in batches.
async fn apply_all(app: &TestApp, bodies: &[Vec<u8>]) {
    let app_id = {
        let all = bellbird_core::senders::Entity::find().all(app.services.db.read()).await.unwrap();
        all[0].app_id
    };
    for chunk in bodies.chunks(50) {
        let arrived = chunk.iter().map(|body| Arrived { app: app_id, body: body.clone() }).collect();
        keep::keep(&app.services, arrived).await.unwrap();
        let pending = entity::Entity::find().filter(entity::Column::Status.eq(WebhookStatus::Pending));
        let pending = pending.all(app.services.db.read()).await.unwrap();
        let ids: Vec<_> = pending.iter().map(|event| event.id).collect();
        apply::apply(&app.services, meta::parse, &ids).await.unwrap();
    }
}

both!(no_value_of_any_webhook_can_do_harm, Setup { without_worker: true, ..Setup::default() }, |app| {
    let shop = app.shop().await;
    let campaign = shop.campaign(app, json!({}), &[phone(1), phone(2)]).await;
    let bodies = changed(&shop, 97);
    let errors = Arc::new(AtomicUsize::new(0));
    let watch = tracing_subscriber::registry().with(Errors(errors.clone()));
    apply_all(app, &bodies).with_subscriber(watch).await;
    eprintln!("{} changed bodies applied", bodies.len());
    let failed = entity::Entity::find().filter(entity::Column::Status.eq(WebhookStatus::Failed));
    let failed = failed.all(app.services.db.read()).await.unwrap();
    let why: Vec<_> =
        failed.iter().map(|one| (&one.note, String::from_utf8_lossy(&one.body))).take(3).collect();
    assert!(failed.is_empty(), "{} failed: {why:?}", failed.len());
    assert_eq!(errors.load(Ordering::Relaxed), 0, "errors in the log");
    assert_eq!(app.webhooks(WebhookStatus::Pending).await, 0);
    invariants(app).await;
    assert_eq!(shop.recipients(&campaign).await.len(), 2);
    // their tasks still lie in the lane: a worker finds everything done
    app.start_worker().await;
});

both!(what_is_cut_short_or_blown_up_is_acknowledged_and_kept, |app| {
    let shop = app.shop().await;
    let mut bodies: Vec<Vec<u8>> = changed(&shop, 6_007);
    for (_, bytes) in collection().into_iter().step_by(23) {
        bodies.push(bytes[..bytes.len() / 2].to_vec());
    }
    bodies.push(format!("{{\"entry\": {}{}}}", "[".repeat(400_000), "]".repeat(400_000)).into_bytes());
    let deep = format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    bodies.push(deep.into_bytes());
    let statuses: Vec<_> =
        (0..10_000).map(|n| json!({"id": format!("wamid.{n}"), "status": "read", "timestamp": 1})).collect();
    bodies.push(shop.webhook(&[shop.change(json!({"statuses": statuses}))]).to_string().into_bytes());
    let long = shop.change(json!({"messages": [{"id": "wamid.long", "from": "16505551234", "type": "text",
        "text": {"body": "x".repeat(2_000_000)}}]}));
    bodies.push(shop.webhook(&[long]).to_string().into_bytes());
    for body in &bodies {
        let answer = shop.hear_signed(body.clone(), Some(&sign(&shop.secret, body))).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&body[..body.len().min(300)]));
    }
    app.heard_everything().await;
    assert_eq!(app.webhooks(WebhookStatus::Failed).await, 0);
    invariants(app).await;
});
