//! Control from other processes: the handle's functions under `/_sandbox/`.

use std::{sync::Arc, time::Duration};

use poem::{Body, Response, http::StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    SandboxError, gate::Gate, graph::json as answer_json, handle::Control, ledger::SameBy,
    scenario::Scenario, server::Call, shared::Shared,
};

mod index;
mod limits;
mod numbers;
mod templates;

type Answer = Result<Response, SandboxError>;

/// Lines sent at once when the whole ledger is asked for.
const LINES: usize = 1_000;

#[derive(Deserialize)]
struct WindowKey {
    phone_number_id: String,
    wa_id: String,
}

#[derive(Deserialize)]
struct NumberChange {
    phone_number_id: String,
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct Play {
    name: Scenario,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Release {
    id: Option<u64>,
    count: Option<usize>,
}

#[derive(Deserialize)]
struct Verify {
    app_id: String,
}

#[derive(Deserialize)]
struct Pause {
    paused: bool,
}

/// Answers a control call.
pub(crate) async fn answer(shared: &Arc<Shared>, call: &Call) -> Response {
    let control = Control { shared: Arc::clone(shared) };
    match route(&control, call).await {
        Ok(answer) => answer,
        Err(error) => {
            let status = match error {
                SandboxError::Unknown(_) => StatusCode::NOT_FOUND,
                _ => StatusCode::BAD_REQUEST,
            };
            answer_json(status, &json!({"error": error.to_string()}))
        }
    }
}

async fn route(control: &Control, call: &Call) -> Answer {
    let segments = call.segments();
    let path = segments.get(1..).unwrap_or_default();
    let unknown = || SandboxError::Unknown(format!("{} {}", call.method, call.path));
    match (call.method.as_str(), path) {
        ("GET", []) => Ok(index::page(control, call)),
        ("GET", ["health"]) => done(),
        ("GET", ["world"]) => ok(&control.world()),
        ("POST", ["world"]) => {
            control.apply(read(call)?)?;
            done()
        }
        ("POST", ["scenario"]) => {
            control.play(read::<Play>(call)?.name)?;
            done()
        }
        ("GET", ["review"]) => ok(&control.review()),
        ("PUT", ["review"]) => {
            control.set_review(read(call)?);
            done()
        }
        ("POST", [what]) if what.starts_with("template_") => templates::answer(control, call, what),
        (method @ ("POST" | "DELETE"), ["window"]) => {
            let WindowKey { phone_number_id, wa_id } = read(call)?;
            if method == "POST" {
                control.open_window(&phone_number_id, &wa_id);
            } else {
                control.close_window(&phone_number_id, &wa_id);
            }
            done()
        }
        ("POST", ["expire_token"]) => {
            control.expire_token(&read::<Token>(call)?.token);
            done()
        }
        ("POST", ["people"]) => {
            control.put_person(read(call)?)?;
            done()
        }
        ("POST", ["number"]) => numbers::answer(control, call),
        ("POST", ["number_change"]) => {
            let NumberChange { phone_number_id, from, to } = read(call)?;
            control.change_number(&phone_number_id, &from, &to)?;
            done()
        }
        (_, ["limits" | "portfolios" | "tier" | "clock"]) => limits::answer(control, call, path),
        (_, ["rules", ..]) => rules(control, call, path),
        (_, ["statuses" | "webhooks", ..]) => settings(control, call, path),
        (_, ["gate", ..]) => gates(control, call, path).await,
        ("GET", ["ledger"]) => ledger(control, call),
        ("GET", ["read"]) => ok(&control.read_marks()),
        ("GET", ["refused"]) => ok(&control.refused()),
        ("GET", ["counts"]) => ok(&control.counts()),
        ("GET", ["duplicates"]) => duplicates(control, call),
        ("POST", ["inbound"]) => ok(&json!({"wamid": control.inbound(&read(call)?)?})),
        ("POST", ["media"]) => {
            let number = call.query("phone_number_id").unwrap_or_default();
            let kind = call.header("content-type").unwrap_or("application/octet-stream");
            ok(&json!({"id": control.customer_file(number, kind, call.body.clone())?}))
        }
        ("POST", ["preference"]) => {
            control.preference(&read(call)?)?;
            done()
        }
        ("POST", ["webhook"]) => {
            control.post_webhook(read(call)?)?;
            done()
        }
        ("POST", ["verify_webhook"]) => {
            ok(&json!({"verified": control.verify_webhook(&read::<Verify>(call)?.app_id).await?}))
        }
        ("GET", ["settled"]) => ok(&json!({"settled": control.settled(patience(call)).await})),
        ("POST", ["reset"]) => {
            control.reset();
            done()
        }
        _ => Err(unknown()),
    }
}

fn rules(control: &Control, call: &Call, path: &[&str]) -> Answer {
    match (call.method.as_str(), path) {
        ("GET", ["rules"]) => ok(&control.rules()),
        ("POST", ["rules"]) => ok(&json!({"id": control.add_rule(read(call)?)})),
        ("DELETE", ["rules"]) => {
            control.clear_rules();
            done()
        }
        ("DELETE", ["rules", id]) if id.parse().is_ok_and(|id| control.remove_rule(id)) => done(),
        _ => Err(SandboxError::Unknown(call.path.clone())),
    }
}

fn settings(control: &Control, call: &Call, path: &[&str]) -> Answer {
    match (call.method.as_str(), path) {
        ("GET", ["statuses"]) => ok(&*control.shared.profile()),
        ("PUT", ["statuses"]) => {
            control.set_statuses(read(call)?);
            done()
        }
        ("GET", ["webhooks"]) => ok(&control.shared.webhook_config()),
        ("PUT", ["webhooks"]) => {
            control.set_webhooks(read(call)?);
            done()
        }
        ("POST", ["webhooks", "pause"]) => {
            control.pause_webhooks(read::<Pause>(call)?.paused);
            done()
        }
        _ => Err(SandboxError::Unknown(call.path.clone())),
    }
}

async fn gates(control: &Control, call: &Call, path: &[&str]) -> Answer {
    match (call.method.as_str(), path) {
        ("POST", ["gate"]) => ok(&json!({"id": control.gate(read(call)?).id()})),
        ("GET", ["gate"]) => {
            let gates = control.gates();
            if let Some(wanted) = call.query("at_least").and_then(|k| k.parse().ok()) {
                let all = async {
                    while gates.iter().map(Gate::waiting).sum::<usize>() < wanted {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                };
                // The answer says how many there are, so whoever asked can tell that time ran out.
                let _ = tokio::time::timeout(patience(call), all).await;
            }
            let waiting: usize = gates.iter().map(Gate::waiting).sum();
            let reports: Vec<_> = gates.iter().map(Gate::report).collect();
            ok(&json!({"waiting": waiting, "gates": reports}))
        }
        ("POST", ["gate", "release"]) => {
            let release: Release = if call.body.is_empty() { Release::default() } else { read(call)? };
            for gate in control.gates().iter().filter(|gate| release.id.is_none_or(|id| gate.id() == id)) {
                match release.count {
                    Some(count) => gate.release_some(count),
                    None => gate.release(),
                }
            }
            done()
        }
        _ => Err(SandboxError::Unknown(call.path.clone())),
    }
}

fn ledger(control: &Control, call: &Call) -> Answer {
    let number = |name: &str| call.query(name).and_then(|value| value.parse::<u64>().ok());
    let after = number("after").unwrap_or_default();
    if call.query("format") != Some("ndjson") {
        let limit = usize::try_from(number("limit").unwrap_or(1_000)).unwrap_or(usize::MAX);
        let page = control.ledger_page(after, limit);
        let next = page.last().filter(|_| page.len() == limit).map(|last| last.seq);
        let entries: Vec<_> = page.iter().map(|sent| &**sent).collect();
        return ok(&json!({"entries": entries, "next": next}));
    }
    let control = control.clone();
    let lines = futures::stream::unfold(after, move |after| {
        let page = control.ledger_page(after, LINES);
        let mut text = Vec::new();
        for sent in &page {
            // Writing to memory does not fail.
            let _ = serde_json::to_writer(&mut text, &**sent);
            text.push(b'\n');
        }
        let step = page.last().map(|last| (Ok::<_, std::io::Error>(text), last.seq));
        std::future::ready(step)
    });
    Ok(Response::builder().content_type("application/x-ndjson").body(Body::from_bytes_stream(lines)))
}

fn duplicates(control: &Control, call: &Call) -> Answer {
    let mark = call.query("mark").and_then(|mark| mark.chars().next()).unwrap_or(':');
    let same = match call.query("by").unwrap_or("opaque") {
        "recipient" => SameBy::Recipient,
        "opaque" => SameBy::Opaque,
        "opaque_before" => SameBy::OpaqueBefore(mark),
        other => {
            return Err(SandboxError::Invalid(format!("by={other}: recipient, opaque or opaque_before")));
        }
    };
    ok(&control.duplicates(same))
}

fn patience(call: &Call) -> Duration {
    Duration::from_millis(call.query("timeout_ms").and_then(|ms| ms.parse().ok()).unwrap_or(10_000))
}

fn read<T: DeserializeOwned>(call: &Call) -> Result<T, SandboxError> {
    serde_json::from_slice(&call.body).map_err(|error| SandboxError::Invalid(error.to_string()))
}

fn ok(body: &impl serde::Serialize) -> Answer {
    Ok(answer_json(StatusCode::OK, body))
}

fn done() -> Answer {
    ok(&Value::from_iter([("ok", true)]))
}
