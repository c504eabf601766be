//! Examples of who may do what, and who did.

use super::{at, id, with};
use serde_json::{Value, json};

pub(super) fn answers() -> Vec<(&'static str, Value)> {
    let scopes = ["campaigns:read", "messages:send"];
    let key = json!({ "id": id("key"), "name": "Web shop", "scopes": scopes });
    vec![
        (
            "ApiKey",
            with(&key, json!({ "hint": "bb_1f3a9c02", "created_at": at(30), "last_used_at": at(31) })),
        ),
        ("NewApiKey", with(&key, json!({ "key": "bb_1f3a9c02…" }))),
        (
            "Organization",
            json!({
                "id": id("org"), "name": "Starling Market", "country": "IN", "slug": "starling", "status": "active",
                "unknown_marketing": "leave", "unknown_transactional": "resend", "launch_needs_approval": true,
                "created_at": at(30),
            }),
        ),
        (
            "Approval",
            json!({
                "campaign_id": id("cmp"), "status": "approved", "requested_by": id("usr"), "requested_at": at(30),
                "decided_by": id("usr"), "decided_at": at(31),
            }),
        ),
        (
            "Member",
            json!({
                "user_id": id("usr"), "name": "Asha Patel", "email": "asha@example.com", "role": "owner",
                "created_at": at(30),
            }),
        ),
        (
            "Invitation",
            json!({
                "id": id("inv"), "email": "ravi@example.com", "role": "agent", "invited_by": id("usr"),
                "created_at": at(30), "expires_at": at(31),
            }),
        ),
        ("Joined", json!({ "organization_id": id("org") })),
        (
            "AuditEvent",
            json!({
                "id": id("aud"), "at": at(31), "actor": id("key"), "action": "launchCampaign", "subject": id("cmp"),
                "path": format!("/api/v1/campaigns/{}/launch", id("cmp")), "request_id": "0c3a7d52b1e94f60",
            }),
        ),
    ]
}
