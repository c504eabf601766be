//! Examples of what people say and are told when they sign in.

use super::{at, id};
use serde_json::{Value, json};

/// A password fit for a document.
const PASSWORD: &str = "three yellow bicycles";

pub(super) fn requests() -> Vec<(&'static str, Value)> {
    let token = "6f1c…";
    vec![
        (
            "Register",
            json!({
                "organization": "Starling Market", "name": "Asha Patel", "email": "asha@example.com",
                "password": PASSWORD, "phone": "+91 98765 43210", "whatsapp_number": "+91 98765 43211",
                "slug": "starling", "country": "IN",
            }),
        ),
        (
            "Login",
            json!({ "email": "asha@example.com", "password": PASSWORD, "code": "287082", "cookies": false }),
        ),
        ("Refresh", json!({ "refresh_token": "bbr_9b2e…" })),
        ("RequestPasswordReset", json!({ "email": "asha@example.com" })),
        ("ConfirmPasswordReset", json!({ "token": token, "password": PASSWORD })),
        ("ChangePassword", json!({ "password": PASSWORD, "new_password": "four blue bicycles" })),
        ("ConfirmEmail", json!({ "token": token })),
        ("AcceptInvitation", json!({ "token": token })),
        ("RegisterByInvitation", json!({ "token": token, "name": "Ravi Kumar", "password": PASSWORD })),
        ("BeginSecondFactor", json!({ "password": PASSWORD })),
        ("ConfirmSecondFactor", json!({ "code": "287082" })),
        ("DisableSecondFactor", json!({ "password": PASSWORD, "code": "287082" })),
    ]
}

pub(super) fn answers() -> Vec<(&'static str, Value)> {
    let membership = json!({
        "organization_id": id("org"), "name": "Starling Market", "slug": "starling", "status": "active",
        "role": "owner",
    });
    let session = json!({
        "id": id("ses"), "current": true, "organization_id": id("org"), "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
        "address": "203.0.113.7", "created_at": at(30), "last_used_at": at(31), "expires_at": at(59),
    });
    vec![
        ("Registered", json!({ "next": "confirm_email" })),
        (
            "Tokens",
            json!({
                "session_id": id("ses"), "organization_id": id("org"), "access_token": "eyJhbGciOiJIUzI1NiIs…",
                "access_expires_at": at(45), "refresh_token": "bbr_9b2e…", "session_expires_at": at(59),
            }),
        ),
        (
            "Me",
            json!({
                "id": id("usr"), "email": "asha@example.com", "email_confirmed": true, "name": "Asha Patel",
                "second_factor": false, "platform_admin": false, "session_id": id("ses"),
                "organization_id": id("org"), "role": "owner", "permissions": ["campaigns:read", "campaigns:write"],
                "memberships": [membership.clone()],
            }),
        ),
        ("Membership", membership),
        ("EmailSent", json!({ "accepted": true })),
        ("Sessions", json!({ "items": [session.clone()] })),
        ("Session", session),
        (
            "SecondFactorSecret",
            json!({
                "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
                "uri": "otpauth://totp/Bellbird:asha@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bellbird",
            }),
        ),
        ("RecoveryCodes", json!({ "recovery_codes": ["k3v7-m2qa-x5hd-p6tw", "b4nc-y7se-j2lf-r5gu"] })),
    ]
}
