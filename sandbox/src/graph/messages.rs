//! `POST /{phone_number_id}/messages` and `…/marketing_messages`.

use std::{sync::Arc, time::Duration};

use poem::{Response, http::StatusCode};
use serde_json::{Value, json};

use super::{
    GraphError,
    accept::{Recipient, Route, accept},
    errors, json as answer_json, marks, pause,
    request::Send,
    trace,
};
use crate::{
    behaviour::{Behaviour, Decision},
    gate::GateAt,
    ledger::{Accepted, Refused},
    number::LiveNumber,
    server::{Call, Reply},
    shared::Shared,
    template::string,
};

pub(super) async fn post(shared: &Arc<Shared>, call: &Call, route: Route, number_id: &str) -> Reply {
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
        return marks::mark(shared, &body, number_id)
            .map_or_else(|error| refuse(shared, &error, number_id, None), Reply::Answer);
    }
    if !number.is_registered() {
        return refuse(shared, &GraphError::new(133_010), number_id, Some(&body));
    }
    let send = match Send::read(shared, &number, &body) {
        Ok(send) => send,
        Err(error) => return refuse(shared, &error, number_id, Some(&body)),
    };
    if route.marketing_api
        && let Err(error) = is_marketing(&send)
    {
        return refuse(shared, &error, number_id, Some(&body));
    }
    deliver(shared, &number, send, &body, route).await
}

/// The marketing messages API takes marketing templates and nothing else.
fn is_marketing(send: &Send) -> Result<(), GraphError> {
    match &send.template {
        None => Err(GraphError::new(131_055)),
        Some(template) if template.spec.category != "MARKETING" => Err(GraphError::new(134_100)),
        Some(_) => Ok(()),
    }
}

/// Everything after the request has been understood: limits, rules, gates, acceptance, answer.
async fn deliver(
    shared: &Arc<Shared>,
    number: &Arc<LiveNumber>,
    send: Send,
    body: &Value,
    route: Route,
) -> Reply {
    let refused = |error: &GraphError| refuse(shared, error, &number.id, Some(body));
    let now_us = shared.now_us();
    if !number.take(now_us) {
        return refused(&GraphError::new(130_429));
    }
    let pair_rate = shared.limits.get().pair_rate;
    if pair_rate && !shared.registry.people.take_pair(number, &shared.persons.key(&send.to), now_us) {
        return refused(&GraphError::new(131_056));
    }
    let (to, template, opaque) = (send.to.clone(), send.template.clone(), send.opaque.clone());
    let template_name = template.as_ref().map(|template| template.spec.name.as_str());
    let subject = shared.subject(&number.id, &to, template_name, opaque.as_deref());
    let Decision { latency_before, latency_after, mut verdict } =
        shared.rules.decide(subject, shared.config.magic_numbers);
    let recipient = Recipient::of(shared, number, &send);
    if !verdict.as_ref().is_some_and(Behaviour::refuses)
        && !recipient.is_within_messaging_limit(shared, number, &send)
    {
        verdict = Some(shared.limits.get().over_messaging_limit.clone());
    }
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
    let (sent, early) = accept(shared, number, send, &recipient, verdict.as_ref(), route);
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
    Reply::Answer(errors::page(http_status))
}
