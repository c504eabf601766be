//! What answers look like, and those requests whose secrets their own types do not write out. The other requests have
//! their example beside their type (`#[oai(example)]`). A test compares every example with its schema.

use serde_json::{Map, Value, json};

mod authority;
mod costs;
mod integrators;
mod people;
mod platform;
mod privacy;

/// Gives every schema below its example, and every list the one of its items.
pub(super) fn add(document: &mut Value) {
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else { return };
    let people = people::requests().into_iter().chain(people::answers());
    let organization =
        authority::answers().into_iter().chain(integrators::answers()).chain(privacy::answers());
    let platform = platform::requests().into_iter().chain(platform::answers()).chain(costs::answers());
    for (name, example) in requests()
        .into_iter()
        .chain(answers())
        .chain(around())
        .chain(organization)
        .chain(platform)
        .chain(people)
    {
        if let Some(Value::Object(schema)) = schemas.get_mut(name) {
            schema.insert("example".into(), example);
        }
    }
    let lists: Vec<_> =
        schemas.keys().filter_map(|name| name.strip_suffix("List")).map(str::to_string).collect();
    for of in lists {
        let example = schemas.get(&of).map(|schema| schema["example"].clone()).filter(Value::is_object);
        if let (Some(example), Some(Value::Object(list))) = (example, schemas.get_mut(&format!("{of}List"))) {
            let cursor = ["id", "message_id", "event_id"].iter().find_map(|id| example.get(id)).cloned();
            let mut page = json!({ "items": [example] });
            if let Some(cursor) = cursor {
                page["next_cursor"] = cursor;
            }
            list.insert("example".into(), page);
        }
    }
}

const ID: &str = "01kawz1m4cf0tr2v6x8yab3c5d";

/// The end of a personal link.
const TOKEN: &str = "01kawz1m4cf0tr2v6x8yab3c5d7f1d0a63c2b94e58a0c6d7e9f1b2a3c4";

fn suppression() -> Value {
    json!({
        "id": id("sup"), "purpose": "marketing", "kind": "phone", "hint": "9f86d081884c",
        "reason": "asked by letter to be left alone", "actor": id("key"), "suppressed_at": at(30),
    })
}

/// An id of this kind.
pub(super) fn id(prefix: &str) -> String {
    format!("{prefix}_{ID}")
}

/// A moment.
pub(super) fn at(minute: u8) -> String {
    format!("2026-11-21T09:{minute:02}:00.250+00:00")
}

/// An amount, in millionths and as people write it.
pub(super) fn money(micros: i64, amount: &str) -> Value {
    json!({ "micros": micros, "amount": amount, "currency": "USD" })
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
        ("SetPortfolioLimit", json!({ "daily_people": 2_000, "unlimited": false })),
        ("CreateTemplate", template()),
        (
            "UpsertCustomer",
            json!({
                "phone": "+91 98765 43210", "name": "Asha", "attributes": { "city": "Pune", "orders": 3 },
                "tags": ["regular"], "opt_in": { "state": "opted_in", "source": "website checkout" },
            }),
        ),
        (
            "ImportStart",
            json!({
                "campaign_id": id("cmp"), "dry_run": true, "tags": ["diwali"], "consent_source": "paper at the till",
                "mapping": { "Mobile": ["phone"], "First name": ["name", "variable:1"] },
            }),
        ),
        (
            "ConsentSettings",
            json!({
                "stop_words": ["stop", "unsubscribe", "बंद"], "stop_all_words": ["stop all"], "start_words": ["start"],
                "yes_words": ["yes", "हाँ"], "no_words": ["no"],
                "confirmation": {
                    "methods": ["import"], "template_id": id("tpl"), "sender_id": id("snd"), "variables": {}, "days": 7,
                },
            }),
        ),
        (
            "SendingPolicy",
            json!({
                "marketing_hours": { "from": "09:00", "until": "21:00", "weekends": true }, "time_zone": "Asia/Kolkata",
                "frequency": { "messages": 2, "days": 7, "over": "skip" }, "blocked_countries": ["FR"],
                "us_marketing": false, "hold_while_red": true,
            }),
        ),
        ("PreviewTemplate", json!({ "variables": { "1": "Ana", "2": "WELCOME20" } })),
        ("SyncTemplates", json!({ "waba_id": "100000000000002" })),
        ("UpdateTemplate", json!({ "footer": "Not interested? Reply STOP", "remove": ["buttons"] })),
        ("DecideUnknown", json!({ "decision": "resend" })),
        ("MarkMessageRead", json!({ "typing": true })),
        ("ReplaceAccessToken", json!({ "access_token": "a system user's token that does not expire" })),
        ("ChangeTags", json!({ "add": ["vip"], "remove": ["lapsed"] })),
        ("EraseCustomer", json!({ "dry_run": true })),
        ("Retention", json!({ "content_months": 24, "recipients_months": 24, "media_months": 6 })),
        ("ApplyRetention", json!({ "dry_run": true })),
    ]
}

/// The template above, filled.
fn preview() -> Value {
    let text = "Hi Ana, thank you for being with us! Use the code WELCOME20 for 20% off until Sunday.";
    let values = json!([{ "type": "text", "text": "Ana" }, { "type": "text", "text": "WELCOME20" }]);
    json!({
        "sendable": true, "problems": [],
        "message": {
            "body": text, "footer": "Not interested? Tap Stop promotions",
            "buttons": [{ "kind": "quick_reply", "label": "Stop promotions" }], "cards": [],
        },
        "request": {
            "messaging_product": "whatsapp", "type": "template",
            "template": {
                "name": "welcome_offer", "language": { "code": "en_US" },
                "components": [{ "type": "body", "parameters": values }],
            },
        },
    })
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
        "max_attempts": 3, "multi_day": false, "sender_choice": "spread", "unknown_policy": "leave", "launched_at": at(31),
    });
    let recipient = json!({
        "message_id": id("msg"), "customer_id": id("cus"), "phone": "+919876543210", "name": "Asha",
        "status": "read", "attempt": 1,
    });
    let message = json!({
        "id": id("msg"), "direction": "out", "kind": "template", "purpose": "utility", "customer_id": id("cus"),
        "sender_id": id("snd"), "phone": "+919876543210", "template_id": id("tpl"),
        "variables": { "1": "Asha" }, "status": "read", "receipts": [],
        "pricing": { "category": "utility", "kind": "regular", "model": "PMP", "billable": true }, "market": "IN",
        "estimated_cost": money(1_400, "0.0014"), "cost": money(1_400, "0.0014"),
        "attempts": [with(&json!({ "number": 1, "wamid": "wamid.HBgM…", "requested_at": at(30) }), reached.clone())],
    });
    vec![
        ("Problem", problem()),
        (
            "Portfolio",
            json!({
                "id": "100000000000001", "daily_people": 10_000, "unlimited": false, "used": 812,
                "room": 9_188, "source": "connected", "known_at": at(30),
            }),
        ),
        ("TemplatePreview", preview()),
        (
            "TemplateSyncs",
            json!({ "items": [{
                "id": id("tsy"), "waba_id": "100000000000002", "status": "done", "found": 12,
                "requested_at": at(30), "finished_at": at(31),
            }] }),
        ),
        ("App", app.clone()),
        ("NewAppAnswer", with(&app, json!({ "verify_token": "8c1d…" }))),
        (
            "Sender",
            with(
                &times,
                json!({
                    "id": id("snd"), "app_id": id("app"), "phone_number_id": "100000000000003",
                    "waba_id": "100000000000002", "phone": "+1 555-078-3881", "name": "Our shop", "mps": 80,
                    "effective_mps": 40, "effective_since": at(40), "status": "active",
                }),
            ),
        ),
        (
            "Template",
            with(
                &with(&template(), times.clone()),
                json!({
                    "id": id("tpl"), "status": "approved", "parameter_format": "positional", "variables": ["1", "2"], "optional_variables": [], "cards": [], "call_permission": false,
                }),
            ),
        ),
        (
            "Customer",
            with(
                &times,
                json!({
                    "id": id("cus"), "phone": "+919876543210", "name": "Asha", "attributes": { "city": "Pune" },
                    "tags": ["regular"], "merged_ids": [],
                    "marketing_consent": {
                        "state": "opted_in", "source": "website checkout", "method": "api", "at": at(30),
                    },
                    "utility_consent": { "state": "unasked" },
                }),
            ),
        ),
        (
            "ConsentEvent",
            json!({
                "id": id("cev"), "customer_id": id("cus"), "purpose": "marketing", "state": "opted_out",
                "method": "keyword", "source": "STOP", "evidence": id("msg"), "actor": "person", "counted": true,
                "occurred_at": at(30), "recorded_at": at(30),
            }),
        ),
        ("UnsubscribeLink", json!({ "url": format!("https://bellbird.example/o/{TOKEN}"), "token": TOKEN })),
        ("Suppression", suppression()),
        ("SuppressionCheck", json!({ "items": [suppression()] })),
        (
            "SuppressedFile",
            json!({
                "rows": 500, "suppressed": 499, "rejected_count": 1,
                "rejected": [{ "line": 17, "code": "invalid_phone", "message": "this is not a valid phone number" }],
            }),
        ),
        ("Campaign", with(&campaign, times.clone())),
        ("DecidedUnknowns", json!({ "decided": 3 })),
        ("RetriedRecipients", json!({ "retried": 12 })),
        ("MovedRecipients", json!({ "moved": 412, "left": 8 })),
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

/// What operators and importers are answered.
fn around() -> Vec<(&'static str, Value)> {
    let import = json!({
        "id": id("imp"), "status": "uploaded", "file_name": "diwali.csv", "size": 41_283, "format": "csv",
        "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef", "encoding": "UTF-8",
        "delimiter": ",", "columns": ["Mobile", "First name"], "rows_total": 500, "tags": [], "dry_run": false,
        "rows_read": 0, "added": 0, "updated": 0, "duplicates": 0, "rejected": 0, "created_at": at(30),
        "updated_at": at(30),
    });
    let preview = json!({
        "import": import.clone(), "problems": [],
        "mapping": { "Mobile": ["phone"], "First name": ["name"] },
        "rows": [{ "line": 2, "cells": ["98765 43210", "Asha"], "phone": "+919876543210" }],
    });
    let job = format!("{}.1", id("msg"));
    vec![
        ("Import", import),
        ("ImportPreview", preview),
        (
            "Alert",
            json!({
                "id": id("alr"), "sender_id": id("snd"), "waba_id": "100000000000002",
                "kind": "account_update.disabled_update", "severity": "critical", "details": {}, "times": 1,
                "message": "WhatsApp has disabled the account; please look at it in WhatsApp Manager.",
                "first_seen_at": at(30), "last_seen_at": at(30),
            }),
        ),
        (
            "Job",
            json!({
                "id": job, "lane": "bulk", "state": "dead", "message_id": id("msg"), "campaign_id": id("cmp"),
                "webhook_event_ids": [], "at": at(30), "attempt": 5, "reason": "the handler timed out",
            }),
        ),
        (
            "Media",
            json!({
                "id": id("med"), "origin": "uploaded", "status": "stored", "mime_type": "image/jpeg", "size": 48_213,
                "file_name": "diwali.jpg", "created_at": at(30), "updated_at": at(30),
                "sha256": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
            }),
        ),
        ("RequeuedJobs", json!({ "requeued": [job], "not_found": [] })),
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
