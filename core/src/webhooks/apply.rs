//! Applying kept webhooks: all of a batch in one transaction, or, if that fails, one by one, so that a poisoned one
//! does not hold up the others.
//!
//! Statuses, which come in crowds, are gathered and written together; everything else is applied in its turn, area by
//! area ([`statuses`], [`people`], [`accounts`], [`templates`], [`others`]).

mod accounts;
mod doors;
mod others;
mod people;
mod statuses;
mod templates;

use self::doors::Doors;
use self::statuses::Statuses;
use super::WebhookStatus;
use super::change::{BadWebhook, Change, EchoChange, Parsed};
use super::entity::{Column, Entity, Model};
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::ids::WebhookEventId;
use crate::messages::ledger;
use crate::messages::receive::{self, Door};
use crate::messages::{echo, receipt};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

pub use self::others::forget;

/// How a provider's bytes are read.
pub type Reader = fn(&[u8]) -> Result<Parsed, BadWebhook>;

/// Two workers that learn of one person at the same moment may both try to write them down; the loser tries again, and
/// then finds them.
const TRIES: usize = 3;
/// Oddities noted with a webhook at most.
const MOST_NOTES: usize = 20;

/// Applies those of `events` that were not applied yet.
pub async fn apply(services: &Services, read: Reader, events: &[WebhookEventId]) -> Result<()> {
    let waiting = Entity::find()
        .filter(Column::Id.is_in(events.iter().copied()))
        .filter(Column::Status.eq(WebhookStatus::Pending))
        .all(services.db.read())
        .await?;
    match apply_together(services, read, &waiting).await {
        Err(error) if !error.is_transient() => {
            tracing::warn!(%error, webhooks = waiting.len(), "webhooks could not be applied together; one by one");
        }
        other => return other,
    }
    for event in waiting {
        let mut tries = 1;
        loop {
            match apply_together(services, read, std::slice::from_ref(&event)).await {
                Err(error) if !error.is_transient() && tries < TRIES => tries += 1,
                Err(error) if !error.is_transient() => {
                    tracing::error!(webhook = %event.id, %error, "webhook cannot be applied; kept for replay");
                    break fail(services, event.id, &error.to_string()).await?;
                }
                other => break other?,
            }
        }
    }
    Ok(())
}

async fn fail(services: &Services, event: WebhookEventId, note: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(WebhookStatus::Failed))
        .col_expr(Column::Note, Expr::value(note))
        .filter(Column::Id.eq(event))
        .filter(Column::Status.eq(WebhookStatus::Pending))
        .exec(services.db.write())
        .await?;
    Ok(())
}

async fn apply_together(services: &Services, read: Reader, events: &[Model]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let parsed: Vec<(&Model, Parsed)> = events
        .iter()
        .map(|event| {
            // signed by the provider, yet unreadable: kept with its note, never an error to them
            let parsed = read(&event.body).unwrap_or_else(|bad| {
                let note = bad.to_string();
                Parsed { changes: Vec::new(), notes: vec![note] }
            });
            (event, parsed)
        })
        .collect();
    let doors = Doors::find(services, &parsed).await?;
    let tx = services.begin().await?;
    let mut statuses = Statuses::default();
    let mut echoes: Vec<(Door, &EchoChange, Timestamp)> = Vec::new();
    let mut noted: Vec<(&Model, Vec<String>)> = Vec::with_capacity(parsed.len());
    for (event, parsed) in &parsed {
        let mut odd = parsed.notes.clone();
        for change in &parsed.changes {
            let door = doors.of(change.phone_number_id(), event.app_id);
            match (change, door) {
                (Change::Status(status), door) => statuses.add(status, door, event.received_at),
                (Change::Echo(change), Some(door)) => {
                    echoes.push((door, change, when(change.at, event.received_at)));
                }
                (Change::Inbound(inbound), Some(door)) => {
                    let at = when(inbound.at, event.received_at);
                    let new = receive::receive(&tx, services, door, inbound, at).await?;
                    metrics::counter!("bellbird_inbound_messages", "new" => new.to_string()).increment(1);
                }
                (Change::Preference(change), Some(door)) => {
                    people::prefer(&tx, services, door, change, event.received_at).await?;
                }
                (Change::Identity(change), Some(door)) => {
                    people::rekey(&tx, services, door, change, event.received_at).await?;
                }
                (Change::Contact(change), Some(door)) => people::note(&tx, services, door, change).await?,
                (Change::Template(change), _) => {
                    odd.extend(templates::apply(&tx, event, change).await?);
                }
                (Change::Account(change), door) => {
                    odd.extend(accounts::apply(&tx, services, event, change, door).await?);
                }
                (Change::Other(change), door) => odd.extend(others::keep(&tx, event, change, door).await?),
                (_, None) => odd.push("about a number that is none of ours".into()),
            }
        }
        noted.push((*event, odd));
    }
    echo::keep(&tx, services, &echoes).await?;
    receipt::keep(&tx, &statuses.asides).await?;
    let outcome = ledger::write(&tx, services, &statuses.news).await?;
    statuses.keep_unrouted(&tx, &outcome.unrouted).await?;
    ledger::learn(&tx, services, &outcome.seen).await?;
    mark_handled(&tx, &noted).await?;
    tx.commit().await?;
    statuses.report(&outcome);
    ledger::pause_refused(services, &outcome).await
}

/// When something happened: never after we heard of it, or a moment from next year would outdo every later word.
fn when(at: Option<DateTime<Utc>>, received_at: Timestamp) -> Timestamp {
    at.map_or(received_at, |at| Timestamp::from(at).min(received_at))
}

async fn mark_handled(tx: &Tx, noted: &[(&Model, Vec<String>)]) -> Result<()> {
    let done = |ids: Vec<WebhookEventId>, note: Option<String>| {
        Entity::update_many()
            .col_expr(Column::Status, Expr::value(WebhookStatus::Handled))
            .col_expr(Column::HandledAt, Expr::value(tx.now()))
            .col_expr(Column::Note, Expr::value(note))
            .filter(Column::Id.is_in(ids))
            .filter(Column::Status.eq(WebhookStatus::Pending))
    };
    let quiet = noted.iter().filter(|(_, notes)| notes.is_empty()).map(|(event, _)| event.id).collect();
    done(quiet, None).exec(tx.conn()).await?;
    for (event, notes) in noted.iter().filter(|(_, notes)| !notes.is_empty()) {
        let mut told = notes[..notes.len().min(MOST_NOTES)].join("; ");
        if notes.len() > MOST_NOTES {
            told.push_str(&format!("; and {} more", notes.len() - MOST_NOTES));
        }
        done(vec![event.id], Some(told)).exec(tx.conn()).await?;
    }
    Ok(())
}
