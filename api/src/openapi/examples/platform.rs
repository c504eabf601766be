//! Examples of running an installation for many organizations.

use super::{at, id, with};
use serde_json::{Value, json};

const GB: i64 = 1_000_000_000;

fn limits() -> Value {
    json!({ "members": 5, "senders": 2, "api_keys": 3, "products": 1_000, "storage_bytes": 20 * GB })
}

pub(super) fn requests() -> Vec<(&'static str, Value)> {
    vec![
        ("PlanLimits", limits()),
        ("PutPlan", json!({ "title": "Pro", "limits": limits(), "order_fee_basis_points": 50 })),
        ("SuspendOrganization", json!({ "reason": "three invoices are open" })),
        ("SetOrganizationPlan", json!({ "plan": "pro", "trial_ends_at": at(59) })),
        (
            "ImpersonateMember",
            json!({ "user_id": id("usr"), "reason": "asked us to look at a stuck campaign" }),
        ),
    ]
}

pub(super) fn answers() -> Vec<(&'static str, Value)> {
    let plan = json!({
        "name": "pro", "title": "Pro", "limits": limits(), "order_fee_basis_points": 50, "created_at": at(30),
        "updated_at": at(31),
    });
    let used = json!({ "limit": "members", "used": 3, "most": 5 });
    let organization = json!({
        "id": id("org"), "name": "Starling Market", "slug": "starling", "email": "asha@example.com",
        "phone": "+919876543210", "plan": "pro", "trial_ends_at": at(59), "created_at": at(30),
    });
    let suspended = json!({
        "status": "suspended", "suspended_at": at(31), "suspended_reason": "three invoices are open",
    });
    vec![
        ("Plan", plan.clone()),
        ("Plans", json!({ "items": [plan] })),
        ("PlatformOrganization", with(&organization, suspended)),
        ("LimitUsage", used.clone()),
        (
            "Usage",
            json!({
                "plan": "pro", "plan_title": "Pro", "trial_ends_at": at(59), "order_fee_basis_points": 50,
                "limits": [used],
            }),
        ),
    ]
}
