//! Limits and time: `/_sandbox/limits`, `portfolios`, `tier`, `clock`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::{Answer, done, ok, read};
use crate::{SandboxError, handle::Control, portfolio::Tier, server::Call};

#[derive(Deserialize)]
struct TierChange {
    portfolio_id: String,
    limit: Tier,
}

#[derive(Deserialize)]
struct Advance {
    advance_ms: u64,
}

pub(super) fn answer(control: &Control, call: &Call, path: &[&str]) -> Answer {
    match (call.method.as_str(), path) {
        ("GET", ["limits"]) => ok(&control.limits()),
        ("PUT", ["limits"]) => {
            control.set_limits(read(call)?);
            done()
        }
        ("GET", ["portfolios"]) => ok(&control.portfolios()),
        ("POST", ["tier"]) => {
            let TierChange { portfolio_id, limit } = read(call)?;
            control.set_messaging_limit(&portfolio_id, limit)?;
            done()
        }
        ("GET", ["clock"]) => ok(&json!({"now_ms": control.now_ms()})),
        ("POST", ["clock"]) => {
            control.advance(Duration::from_millis(read::<Advance>(call)?.advance_ms));
            ok(&json!({"now_ms": control.now_ms()}))
        }
        _ => Err(SandboxError::Unknown(format!("{} {}", call.method, call.path))),
    }
}
