//! What answers look like, and those requests whose secrets their own types do not write out. The other requests have
//! their example beside their type (`#[oai(example)]`). A test compares every example with its schema.

use serde_json::{Map, Value, json};

/// Gives every schema below its example, and every list the one of its items.
pub(super) fn add(document: &mut Value) {
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else { return };
    for (name, example) in requests().into_iter().chain(answers()) {
        if let Some(Value::Object(schema)) = schemas.get_mut(name) {
            schema.insert("example".into(), example);
        }
    }
    let lists: Vec<_> =
        schemas.keys().filter_map(|name| name.strip_suffix("List")).map(str::to_string).collect();
    for of in lists {
        let example = schemas.get(&of).map(|schema| schema["example"].clone()).filter(Value::is_object);
        if let (Some(example), Some(Value::Object(list))) = (example, schemas.get_mut(&format!("{of}List"))) {
            let cursor =
                ["id", "message_id"].iter().find_map(|id| example.get(id)).cloned().unwrap_or_default();
            list.insert("example".into(), json!({ "items": [example], "next_cursor": cursor }));
        }
    }
}

const ID: &str = "01kawz1m4cf0tr2v6x8yab3c5d";

fn id(prefix: &str) -> String {
    format!("{prefix}_{ID}")
}

fn at(minute: u8) -> String {
    format!("2026-11-21T09:{minute:02}:00.250+00:00")
}

/// The fields of two objects together.
fn with(base: &Value, more: Value) -> Value {
    let fields = [base.clone(), more].into_iter().filter_map(|value| value.as_object().cloned()).flatten();
    Value::Object(fields.collect::<Map<_, _>>())
}

fn template() -> Value {
    json!({
        "waba_id": "100000000000002", "name": "welcome_offer", "language": "en_US", "category": "marketing",
        "body": "Hi {{1}}, thank you for being with us! Use the code {{2}} for 20% off until Sunday.",
        "footer": "Not interested? Tap Stop promotions",
        "buttons": [{ "type": "quick_reply", "text": "Stop promotions" }],
        "examples": { "1": "Ana", "2": "WELCOME20" },
    })
}

fn requests() -> Vec<(&'static str, Value)> {
    vec![
        ("CreateApp", json!({ "name": "Our app", "app_secret": "the app secret of Meta's app settings" })),
        (
            "CreateSender",
            json!({
                "app_id": id("app"), "phone_number_id": "100000000000003", "waba_id": "100000000000002",
                "access_token": "a system user's token that does not expire", "mps": 80,
            }),
        ),
        ("CreateTemplate", template()),
        (
            "UpsertCustomer",
            json!({
                "phone": "+91 98765 43210", "name": "Asha", "attributes": { "city": "Pune", "orders": 3 },
                "tags": ["regular"], "opt_in": { "state": "opted_in", "source": "website checkout" },
            }),
        ),
        ("ChangeTags", json!({ "add": ["vip"], "remove": ["lapsed"] })),
    ]
}

fn answers() -> Vec<(&'static str, Value)> {
    let times = json!({ "created_at": at(30), "updated_at": at(31) });
    let reached = json!({ "sent_at": at(30), "delivered_at": at(30), "read_at": at(31) });
    let app = json!({
        "id": id("app"), "name": "Our app", "created_at": at(30),
        "webhook_url": "https://bellbird.example.com/webhooks/whatsapp/4f6d…",
    });
    let counts = json!({
        "planned": 0, "pending": 120, "queued": 20, "sending": 4, "sent": 56, "delivered": 180, "read": 110,
        "held": 3, "unknown": 0, "failed": 5, "skipped": 2, "opted_out": 0, "cancelled": 0,
    });
    let funnel =
        json!({ "total": 500, "sent": 346, "delivered": 290, "read": 110, "responded": 9, "failed": 5 });
    let snapshot = json!({
        "campaign_id": id("cmp"), "status": "running", "version": "1795253460250-412", "counts": counts, "funnel": funnel,
    });
    let campaign = json!({
        "id": id("cmp"), "name": "Diwali sale", "status": "running", "template_id": id("tpl"),
        "purpose": "marketing", "sender_ids": [id("snd")], "audience": { "kind": "listed" },
        "variables": { "1": { "attribute": "name", "default": "dear customer" } }, "rate_per_minute": 600,
        "max_attempts": 3, "unknown_policy": "leave", "launched_at": at(31),
    });
    let recipient = json!({
        "message_id": id("msg"), "customer_id": id("cus"), "phone": "+919876543210", "name": "Asha",
        "status": "read", "attempt": 1,
    });
    let message = json!({
        "id": id("msg"), "direction": "out", "kind": "template", "purpose": "utility", "customer_id": id("cus"),
        "sender_id": id("snd"), "phone": "+919876543210", "template_id": id("tpl"),
        "variables": { "1": "Asha" }, "status": "read",
        "attempts": [with(&json!({ "number": 1, "wamid": "wamid.HBgM…", "requested_at": at(30) }), reached.clone())],
    });
    vec![
        ("Problem", problem()),
        ("App", app.clone()),
        ("NewAppAnswer", with(&app, json!({ "verify_token": "8c1d…" }))),
        (
            "Sender",
            with(
                &times,
                json!({
                    "id": id("snd"), "app_id": id("app"), "phone_number_id": "100000000000003",
                    "waba_id": "100000000000002", "phone": "+1 555-078-3881", "name": "Our shop", "mps": 80,
                    "status": "active",
                }),
            ),
        ),
        (
            "Template",
            with(
                &with(&template(), times.clone()),
                json!({
                    "id": id("tpl"), "status": "approved", "parameter_format": "positional", "variables": ["1", "2"],
                }),
            ),
        ),
        (
            "Customer",
            with(
                &times,
                json!({
                    "id": id("cus"), "phone": "+919876543210", "name": "Asha", "attributes": { "city": "Pune" },
                    "tags": ["regular"],
                    "marketing_consent": { "state": "opted_in", "source": "website checkout", "at": at(30) },
                }),
            ),
        ),
        ("Campaign", with(&campaign, times.clone())),
        ("AddedRecipients", json!({ "added": 497, "updated": 3 })),
        ("Recipient", with(&with(&recipient, times.clone()), reached.clone())),
        ("CampaignSnapshot", snapshot.clone()),
        ("CampaignStats", with(&snapshot, json!({ "reasons": [reason()] }))),
        ("Message", with(&with(&message, times), reached)),
        (
            "WebhookEvent",
            json!({
                "id": id("whe"), "app_id": id("app"), "status": "failed", "bytes": 812, "received_at": at(30),
                "note": "the sender it names was not found",
            }),
        ),
        ("Health", json!({ "status": "ok" })),
    ]
}

fn reason() -> Value {
    json!({
        "status": "failed", "code": 131_026, "count": 5,
        "reason": "This person could not be reached on WhatsApp.",
    })
}

fn problem() -> Value {
    let message = "this is not a valid phone number; write it with the country code, like +919876543210";
    json!({
        "type": "about:blank", "title": "Unprocessable Entity", "status": 422, "code": "invalid_input",
        "detail": message,
        "errors": [{ "field": "recipients[3].phone", "code": "invalid_phone", "message": message }],
        "request_id": "0c3a7d52b1e94f60",
    })
}
