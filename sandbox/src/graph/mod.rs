//! The part of Meta's Graph API the sandbox stands for.

mod accept;
mod blocked;
mod catalogs;
mod content;
pub(crate) mod error_table;
mod errors;
mod form;
mod health;
mod interactive;
mod managed;
mod marks;
mod media;
mod messages;
mod numbers;
mod profile;
mod registration;
mod request;
mod routes;
mod templates;
mod uploads;
mod wamid;

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use poem::{
    Response,
    http::{Method, StatusCode},
};
use serde::Serialize;

use self::accept::Route;
pub use self::{
    error_table::{ErrorPhase, ErrorRow, error_row},
    errors::GraphError,
};
pub(crate) use self::{errors::webhook_error, wamid::wamid};
use crate::{
    server::{Call, Reply},
    shared::Shared,
};

type Answer = Result<Response, GraphError>;

/// Answers a Graph call.
pub(crate) async fn answer(shared: &Arc<Shared>, call: &Call) -> Reply {
    let segments = call.segments();
    let (version, path) = match segments.split_first() {
        Some((first, rest)) if version(first).is_some() => (version(first), rest),
        _ => (None, segments.as_slice()),
    };
    if let (&Method::POST, [number, kind @ ("messages" | "marketing_messages")]) = (&call.method, path) {
        let route = Route { version, marketing_api: *kind == "marketing_messages" };
        return messages::post(shared, call, route, number).await;
    }
    managed::answer(shared, call, path).await
}

/// A number that tells this answer from all others.
fn trace(shared: &Shared) -> u64 {
    shared.id_salt.wrapping_add(shared.requests.fetch_add(1, Ordering::Relaxed))
}

/// 24 for `v24.0`.
fn version(segment: &str) -> Option<u32> {
    let (major, minor) = segment.strip_prefix('v')?.split_once('.')?;
    minor.parse::<u32>().ok()?;
    major.parse().ok()
}

/// 200 with a JSON body.
fn ok(body: &impl Serialize) -> Response {
    json(StatusCode::OK, body)
}

/// 200 and nothing to tell.
fn success() -> Response {
    ok(&serde_json::json!({"success": true}))
}

/// An answer with a JSON body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // Our own structures always serialise; an empty body would show in the first test.
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    Response::builder().status(status).content_type("application/json; charset=UTF-8").body(bytes)
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
