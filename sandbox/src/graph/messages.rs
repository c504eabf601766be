//! `POST /{phone_number_id}/messages`.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use poem::{Response, http::StatusCode};
use serde_json::{Value, json};
use tokio::{sync::oneshot, time::Instant};

use super::{GraphError, json as answer_json, trace};
use crate::{
    behaviour::{Behaviour, Decision},
    gate::GateAt,
    graph::request::Send,
    ledger::{Accepted, Refused},
    payload::{Tracked, user_id},
    roll::{Roll, mix},
    server::{Call, Reply},
    shared::Shared,
    statuses::{Kind, Planned, delayed, plan, plan_failure},
    template::{TemplateKey, string},
    webhooks::Command,
    world::LiveNumber,
};

/// From here on messages inside the window cost as much as outside it (2026-10-01).
const WINDOW_CHARGED_FROM_MS: i64 = 1_790_812_800_000;

pub(super) async fn post(shared: &Arc<Shared>, call: &Call, version: Option<u32>, number_id: &str) -> Reply {
    shared.ledger.count(|counts| counts.requests += 1);
    let number = match shared.registry.authorised("post", number_id, call.token.as_deref()) {
        Ok(number) => number,
        Err(error) => return refuse(shared, &error, number_id, None),
    };
    let body: Value = match serde_json::from_slice(&call.body) {
        Ok(body) => body,
        Err(_) => {
            return refuse(shared, &GraphError::invalid("The body is not valid JSON."), number_id, None);
        }
    };
    if string(&body, "messaging_product") != "whatsapp" {
        return refuse(shared, &GraphError::required("messaging_product"), number_id, None);
    }
    if body.get("status").is_some() {
        return mark_read(shared, &body, number_id);
    }
    let send = match Send::read(shared, &number, &body) {
        Ok(send) => send,
        Err(error) => return refuse(shared, &error, number_id, Some(&body)),
    };
    deliver(shared, &number, send, &body, version).await
}

/// Everything after the request has been understood: limits, rules, gates, acceptance, answer.
async fn deliver(
    shared: &Arc<Shared>,
    number: &Arc<LiveNumber>,
    send: Send,
    body: &Value,
    version: Option<u32>,
) -> Reply {
    let refused = |error: &GraphError| refuse(shared, error, &number.id, Some(body));
    let now = Instant::now();
    if !number.take(now) {
        return refused(&GraphError::new(130_429));
    }
    if shared.config.pair_rate && !shared.registry.people.take_pair(number, &send.to, now) {
        return refused(&GraphError::new(131_056));
    }
    let (to, template, opaque) = (send.to.clone(), send.template.clone(), send.opaque.clone());
    let template_name = template.as_ref().map(|template| template.spec.name.as_str());
    let subject = shared.subject(&number.id, &to, template_name, opaque.as_deref());
    let Decision { latency_before, latency_after, verdict } =
        shared.rules.decide(subject, shared.config.magic_numbers);
    pause(shared.config.latency + latency_before).await;
    match &verdict {
        Some(Behaviour::Refuse { code, http_status }) => {
            return refused(&GraphError::new(*code).status(*http_status));
        }
        Some(Behaviour::ErrorBeforeAccept { http_status }) => {
            return refused_by_the_way(shared, *http_status, &number.id, body);
        }
        Some(Behaviour::DropBeforeAccept) => {
            shared.ledger.count(|counts| counts.dropped_before_accept += 1);
            return Reply::HangUp;
        }
        Some(Behaviour::Timeout { accepted: false }) => {
            shared.ledger.count(|counts| counts.dropped_before_accept += 1);
            return std::future::pending().await;
        }
        _ => {}
    }
    shared.gates.pass(GateAt::BeforeAccept, subject).await;
    let (sent, early) = accept(shared, number, send, verdict.as_ref(), version);
    if let Some(told) = early {
        // The point of an early status is that the sender knows it before our answer; but a receiver that is
        // away must not hold the answer for ever.
        let wait = Duration::from_millis(shared.webhook_config().early_wait_ms);
        let _ = tokio::time::timeout(wait, told).await;
    }
    pause(latency_after).await;
    shared.gates.pass(GateAt::BeforeAnswer, subject).await;
    let unanswered = || shared.ledger.count(|counts| counts.accepted_unanswered += 1);
    match verdict {
        Some(Behaviour::AcceptThenDrop) => {
            unanswered();
            Reply::HangUp
        }
        Some(Behaviour::Timeout { .. }) => {
            unanswered();
            std::future::pending().await
        }
        Some(Behaviour::ErrorAfterAccept { http_status, code }) => {
            unanswered();
            Reply::Answer(GraphError::new(code).status(Some(http_status)).response(trace(shared)))
        }
        Some(Behaviour::HeldForQuality { .. }) => {
            Reply::Answer(success(&sent, "held_for_quality_assessment"))
        }
        _ => Reply::Answer(success(&sent, "accepted")),
    }
}

/// Books the message and hands its statuses over. The receiver hears when an early status was acknowledged.
fn accept(
    shared: &Arc<Shared>,
    number: &Arc<LiveNumber>,
    send: Send,
    verdict: Option<&Behaviour>,
    version: Option<u32>,
) -> (Arc<Accepted>, Option<oneshot::Receiver<()>>) {
    let at_ms = shared.now_ms();
    let in_window = shared.registry.people.window_is_open(number, &send.to, at_ms);
    let category =
        send.template.as_ref().map_or("service".to_owned(), |t| t.spec.category.to_ascii_lowercase());
    let free =
        at_ms < WINDOW_CHARGED_FROM_MS && in_window && matches!(category.as_str(), "service" | "utility");
    let stopped = category == "marketing" && shared.registry.people.has_stopped_marketing(number, &send.to);
    let outside_window = send.template.is_none() && !in_window;
    let send_template = send.template.clone();
    let (by_user_id, is_reaction) = (send.by_user_id, send.kind == "reaction");
    let sent = shared.ledger.accept(|seq| Accepted {
        seq,
        wamid: wamid(shared.id_salt, seq, &send.to),
        phone_number_id: number.spec.id.clone(),
        to: send.to,
        input: send.input,
        kind: send.kind,
        template: send.template.as_ref().map(|template| template.spec.name.clone()),
        language: send.template.as_ref().map(|template| template.spec.language.clone()),
        opaque: send.opaque,
        params: send.params,
        at_ms,
    });

    let turn = sent.opaque.clone().unwrap_or_else(|| sent.seq.to_string());
    let roll = Roll::new(shared.config.seed, &[&number.id, &sent.to, &turn]);
    let planned: Vec<Planned> = match verdict {
        Some(Behaviour::Silent) => Vec::new(),
        Some(Behaviour::FailLater { code, after_ms, sent_first }) => {
            plan_failure(*code, Duration::from_millis(*after_ms), *sent_first)
        }
        _ if outside_window => plan_failure(131_047, Duration::ZERO, false),
        _ if stopped => plan_failure(131_050, Duration::ZERO, false),
        Some(Behaviour::HeldForQuality { after_ms, fails }) => {
            let held = Duration::from_millis(*after_ms);
            match (&send_template, fails) {
                (Some(template), true) => {
                    let key = TemplateKey::of(&template.spec);
                    shared.agenda.at(at_ms.saturating_add_unsigned(*after_ms), move |s| s.fail_pacing(&key));
                    plan_failure(132_015, held, false)
                }
                _ => delayed(plan(&shared.profile(), roll), held),
            }
        }
        Some(Behaviour::Statuses { profile }) => plan(profile, roll),
        _ => plan(&shared.profile(), roll),
    };
    let planned: Vec<_> = planned
        .into_iter()
        .filter(|planned| !is_reaction || matches!(planned.kind, Kind::Sent | Kind::Failed(_)))
        .collect();
    if matches!(verdict, Some(Behaviour::NoWebhook)) {
        shared.ledger.count(|counts| counts.withheld += planned.len() as u64);
        return (sent, None);
    }
    let named_id = (by_user_id || shared.config.user_ids)
        .then(|| if by_user_id { sent.to.clone() } else { user_id(&number.spec.waba_id, &sent.to) });
    let message = Arc::new(Tracked {
        sent: Arc::clone(&sent),
        number: Arc::clone(number),
        category,
        free,
        // Version 24 took the conversation out of status webhooks.
        conversation: version.is_some_and(|version| version < 24),
        user_id: named_id,
        by_user_id,
    });
    let early = shared.schedule(&message, planned).map(|event| {
        let (tell, told) = oneshot::channel();
        shared.tell_poster(Command::Early(event, tell));
        told
    });
    (sent, early)
}

fn success(sent: &Accepted, message_status: &str) -> Response {
    let id_name = if sent.to.contains('.') { "user_id" } else { "wa_id" };
    let message = if sent.template.is_some() {
        json!({"id": sent.wamid, "message_status": message_status})
    } else {
        json!({"id": sent.wamid})
    };
    let body = json!({
        "messaging_product": "whatsapp",
        "contacts": [{"input": sent.input, id_name: sent.to}],
        "messages": [message],
    });
    answer_json(StatusCode::OK, &body)
}

fn mark_read(shared: &Arc<Shared>, body: &Value, number_id: &str) -> Reply {
    if string(body, "status") != "read" {
        let error = GraphError::invalid("Param status must be one of {READ}.");
        return refuse(shared, &error, number_id, None);
    }
    if string(body, "message_id").is_empty() {
        return refuse(shared, &GraphError::required("message_id"), number_id, None);
    }
    shared.ledger.count(|counts| counts.marked_read += 1);
    Reply::Answer(answer_json(StatusCode::OK, &json!({"success": true})))
}

fn refuse(shared: &Arc<Shared>, error: &GraphError, number_id: &str, body: Option<&Value>) -> Reply {
    let mut refused = Refused::from_error(error, number_id, shared.now_ms());
    if let Some(body) = body {
        string(body, "to").clone_into(&mut refused.to);
        refused.opaque = body.get("biz_opaque_callback_data").and_then(Value::as_str).map(str::to_owned);
    }
    shared.ledger.refuse(refused, shared.config.refusals_kept);
    Reply::Answer(error.response(trace(shared)))
}

/// An answer that does not come from the API but from something in front of it, so not in Meta's envelope.
fn refused_by_the_way(shared: &Arc<Shared>, http_status: u16, number_id: &str, body: &Value) -> Reply {
    let mut error = GraphError::new(1).status(Some(http_status));
    error.code = 0;
    // Only the books are wanted from this.
    let _ = refuse(shared, &error, number_id, Some(body));
    let status = StatusCode::from_u16(http_status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let page = "<!DOCTYPE html><html><body>Sorry, something went wrong.</body></html>";
    Reply::Answer(Response::builder().status(status).content_type("text/html").body(page))
}

/// A message id as Meta makes them: a small binary record that names the recipient, in base64.
pub(crate) fn wamid(salt: u64, seq: u64, to: &str) -> String {
    let name = to.as_bytes();
    let mut record = vec![0x1c, 0x18, u8::try_from(name.len()).unwrap_or(u8::MAX)];
    record.extend_from_slice(name);
    record.extend_from_slice(&[0x15, 0x02, 0x00, 0x11, 0x18, 0x12]);
    // The 64-bit part alone is different for each seq, because the mixing is a bijection.
    let unique = format!("{:016X}{:02X}", mix(salt.wrapping_add(seq)), salt & 0xff);
    record.extend_from_slice(unique.as_bytes());
    record.push(0);
    format!("wamid.{}", STANDARD.encode(record))
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn message_ids_are_unique_and_look_like_metas() {
        let ids: HashSet<_> = (0..50_000).map(|seq| wamid(7, seq, "16503879439")).collect();
        assert_eq!(ids.len(), 50_000);
        // The same recipient gives the same beginning as in Meta's own examples.
        assert!(wamid(7, 1, "16503879439").starts_with("wamid.HBgLMTY1MDM4Nzk0MzkVAgARGB"));
    }
}
