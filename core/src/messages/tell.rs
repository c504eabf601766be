//! What integrators are told of messages. The ledger tells facts as it learns them; the claim tells what it refuses for
//! good; an inbound message is told when it is kept.

use super::entity::Model;
use super::ledger::{Changed, Charge};
use super::state::{MessageStatus, Standing};
use crate::clock::Timestamp;
use crate::events::{EventType, NewEvent, about};
use crate::ids::{CampaignId, CustomerId, MessageId, OrganizationId, SenderId};
use serde_json::{Value, json};

/// What of a message never changes.
struct Whose<'a> {
    id: MessageId,
    organization: OrganizationId,
    campaign: Option<CampaignId>,
    customer: Option<CustomerId>,
    sender: SenderId,
    phone: Option<&'a str>,
}

/// What news made of a row: an event for each fact that was not known before.
pub(super) fn facts(changed: &Changed, now: Timestamp) -> Vec<NewEvent> {
    let Changed { row, standing, charge } = changed;
    let whose = Whose {
        id: row.id,
        organization: row.organization_id,
        campaign: row.campaign_id,
        customer: row.customer_id,
        sender: row.sender_id,
        phone: row.phone.as_deref(),
    };
    let news = news(&row.standing(), standing, now);
    news.into_iter().map(|(kind, at)| event(&whose, kind, at, standing, Some(charge))).collect()
}

/// Which facts are new, each with its moment.
fn news(before: &Standing, after: &Standing, now: Timestamp) -> Vec<(EventType, Timestamp)> {
    let taken = |standing: &Standing| [standing.accepted_at, standing.sent_at].into_iter().flatten().min();
    let steps = [
        (EventType::MessageSent, taken(before), taken(after)),
        (EventType::MessageDelivered, before.delivered_at, after.delivered_at),
        (EventType::MessageRead, before.read_at, after.read_at),
    ];
    let mut news: Vec<_> = steps
        .into_iter()
        .filter_map(|(kind, known, told)| Some((kind, told.filter(|_| known.is_none())?)))
        .collect();
    if is_lost(after.status) && !is_lost(before.status) {
        news.push((EventType::MessageFailed, after.failed_at.unwrap_or(now)));
    }
    news
}

fn is_lost(status: MessageStatus) -> bool {
    matches!(status, MessageStatus::Failed | MessageStatus::OptedOut | MessageStatus::Skipped)
}

/// What was refused at the claim: `None` for what only waits, or is left with its cancelled campaign.
pub(super) fn refused(row: &Model, now: Timestamp) -> Option<NewEvent> {
    let with_campaign = row.status == MessageStatus::Failed && row.reason.is_none();
    if !is_lost(row.status) || with_campaign {
        return None;
    }
    let whose = Whose {
        id: row.id,
        organization: row.organization_id,
        campaign: row.campaign_id,
        customer: row.customer_id,
        sender: row.sender_id,
        phone: row.phone.as_ref().map(|phone| phone.as_str()),
    };
    let standing = Standing {
        status: row.status,
        attempt: row.attempt,
        reason: row.reason.clone(),
        code: row.code,
        error_title: row.error_title.clone(),
        error_detail: None,
        wamid: row.wamid.clone(),
        next_attempt_at: None,
        accepted_at: row.accepted_at,
        sent_at: row.sent_at,
        delivered_at: row.delivered_at,
        read_at: row.read_at,
        failed_at: row.failed_at,
        unknown_at: row.unknown_at,
        decided_at: row.decided_at,
    };
    Some(event(&whose, EventType::MessageFailed, now, &standing, None))
}

/// Somebody wrote.
pub(super) fn received(row: &Model, at: Timestamp) -> NewEvent {
    let written = row.content.as_deref().and_then(|content| serde_json::from_str::<Value>(content).ok());
    let data = about(json!({
        "id": row.id, "direction": "in", "kind": row.kind, "status": row.status, "customer_id": row.customer_id,
        "sender_id": row.sender_id, "phone": row.phone.as_ref().map(|phone| phone.as_str()), "wamid": row.wamid,
        "context_wamid": row.context_wamid, "media_id": row.media_id, "received": written,
    }));
    let (organization, customer) = (row.organization_id, row.customer_id);
    NewEvent { organization, kind: EventType::MessageReceived, customer, at, data }
}

/// The words are those of the API's messages.
fn event(
    whose: &Whose<'_>,
    kind: EventType,
    at: Timestamp,
    standing: &Standing,
    charge: Option<&Charge>,
) -> NewEvent {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let status = match standing.status {
        MessageStatus::Accepted => MessageStatus::Sent,
        other => other,
    };
    let wrong = is_lost(standing.status);
    let data = about(json!({
        "id": whose.id, "direction": "out", "status": status, "attempt": standing.attempt,
        "campaign_id": whose.campaign, "customer_id": whose.customer, "sender_id": whose.sender,
        "phone": whose.phone, "wamid": standing.wamid,
        "reason_code": standing.reason.as_ref().filter(|_| wrong), "code": standing.code.filter(|_| wrong),
        "title": standing.error_title.as_ref().filter(|_| wrong),
        "sent_at": time([standing.accepted_at, standing.sent_at].into_iter().flatten().min()),
        "delivered_at": time(standing.delivered_at), "read_at": time(standing.read_at),
        "failed_at": time(standing.failed_at.filter(|_| wrong)),
        "pricing": charge.and_then(pricing),
    }));
    NewEvent { organization: whose.organization, kind, customer: whose.customer, at, data }
}

/// `None` as long as nothing was told.
fn pricing(charge: &Charge) -> Option<Value> {
    let told = &charge.pricing;
    let any = told.category.is_some() || told.billable.is_some();
    any.then(|| {
        about(json!({
            "category": told.category, "kind": told.kind, "model": told.model, "billable": told.billable,
        }))
    })
}
