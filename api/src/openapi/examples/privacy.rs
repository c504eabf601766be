//! Examples of what is told about people's data.

use super::{at, id};
use serde_json::{Value, json};

/// What those are answered who ask about one person, or about how long what is kept.
pub(super) fn answers() -> Vec<(&'static str, Value)> {
    let customer = json!({
        "id": id("cus"), "phone": "+919876543210", "name": "Asha", "attributes": { "city": "Pune" },
        "tags": ["regular"], "merged_ids": [], "created_at": at(30), "updated_at": at(30),
        "marketing_consent": { "state": "opted_in", "method": "api", "source": "website checkout", "at": at(30) },
        "utility_consent": { "state": "unasked" },
    });
    let word = json!({
        "id": id("cev"), "customer_id": id("cus"), "purpose": "marketing", "state": "opted_in", "method": "api",
        "source": "website checkout", "actor": id("key"), "counted": true, "occurred_at": at(30), "recorded_at": at(30),
    });
    vec![
        (
            "CustomerExport",
            json!({
                "customer": customer, "consent_events": [word], "messages": [], "files": [], "import_rejects": [],
                "campaigns": [{ "id": id("cmp"), "name": "Diwali sale", "launched_at": at(31) }],
            }),
        ),
        (
            "Erasure",
            json!({
                "id": id("ers"), "customer_id": id("cus"), "dry_run": false, "status": "completed",
                "counts": {
                    "customers": 1, "tags": 1, "consent_events": 2, "cancelled": 0, "messages": 41, "attempts": 3,
                    "media": 2, "receipts": 0, "import_rejects": 1, "import_rows": 0, "webhooks": 57,
                    "kept_changes": 0, "events": 0,
                },
                "last_word": "opted_out", "last_word_at": at(12), "requested_by": id("key"), "requested_at": at(30),
                "finished_at": at(31),
            }),
        ),
        (
            "RetentionRun",
            json!({
                "id": id("rtr"), "dry_run": true, "status": "completed", "policy": { "content_months": 24 },
                "counts": { "messages": 12_480, "recipients": 0, "media": 0, "webhooks": 0 },
                "requested_by": id("key"), "started_at": at(30), "finished_at": at(31),
            }),
        ),
    ]
}
