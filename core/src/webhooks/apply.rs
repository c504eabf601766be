//! Applying kept webhooks: all of a batch in one transaction, or, if that fails, one by one, so that a poisoned one
//! does not hold up the others.

use super::change::{BadWebhook, Change, Marketing, Parsed, PreferenceChange, StatusChange, StatusKind};
use super::entity::{Column, Entity, Model};
use super::{WebhookStatus, unrouted_entity};
use crate::clock::Timestamp;
use crate::consent::{self, ConsentState, Said};
use crate::context::{Services, Tx};
use crate::customers;
use crate::error::Result;
use crate::ids::{AppId, UnroutedStatusId, WebhookEventId};
use crate::messages::ledger::{self, Heard, News, Outcome, Target};
use crate::messages::receive::{self, Door};
use crate::messages::state::Fact;
use crate::phone::Phone;
use crate::senders;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::{BTreeSet, HashMap};

/// How a provider's bytes are read.
pub type Reader = fn(&[u8]) -> Result<Parsed, BadWebhook>;

/// The numbers we know, by the provider's id, with the app that may speak for them.
type Doors = HashMap<String, (Door, Option<AppId>)>;

/// Applies those of `events` that were not applied yet.
pub async fn apply(services: &Services, read: Reader, events: &[WebhookEventId]) -> Result<()> {
    let waiting = Entity::find()
        .filter(Column::Id.is_in(events.iter().copied()))
        .filter(Column::Status.eq(WebhookStatus::Pending))
        .all(services.db.read())
        .await?;
    match apply_together(services, read, &waiting).await {
        Err(error) if !error.is_transient() && waiting.len() > 1 => {
            tracing::warn!(%error, webhooks = waiting.len(), "a batch of webhooks failed; applying one by one");
        }
        Err(error) if !error.is_transient() => return fail(services, &waiting, &error.to_string()).await,
        other => return other,
    }
    for event in waiting {
        let id = event.id;
        match apply_together(services, read, std::slice::from_ref(&event)).await {
            Err(error) if !error.is_transient() => {
                tracing::error!(webhook = %id, %error, "webhook cannot be applied; kept for replay");
                fail(services, &[event], &error.to_string()).await?;
            }
            other => other?,
        }
    }
    Ok(())
}

async fn fail(services: &Services, events: &[Model], note: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(WebhookStatus::Failed))
        .col_expr(Column::Note, Expr::value(note))
        .filter(Column::Id.is_in(events.iter().map(|event| event.id)))
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
    let doors = doors(services, &parsed).await?;
    let tx = services.begin().await?;
    let (mut news, mut statuses) = (Vec::new(), Vec::new());
    for (event, parsed) in &parsed {
        for change in &parsed.changes {
            let number = phone_number_id(change);
            let door = number
                .and_then(|n| doors.get(n))
                .filter(|(_, app)| *app == event.app_id)
                .map(|(door, _)| *door);
            match (change, door) {
                (Change::Status(status), Some(door)) => {
                    if let Some(item) = heard(status, door, event.received_at) {
                        news.push(item);
                        statuses.push(status);
                    }
                }
                (Change::Status(status), None) => keep_unrouted(&tx, status).await?,
                (Change::Inbound(inbound), Some(door)) => {
                    let new = receive::receive(&tx, services, door, inbound).await?;
                    metrics::counter!("bellbird_inbound_messages", "new" => new.to_string()).increment(1);
                }
                (Change::Preference(preference), door) => {
                    prefer(&tx, door, preference, event.received_at).await?;
                }
                _ => metrics::counter!("bellbird_webhook_changes_ignored").increment(1),
            }
        }
    }
    let outcome = ledger::write(&tx, services, &news).await?;
    for index in &outcome.unrouted {
        keep_unrouted(&tx, statuses[*index]).await?;
    }
    mark_handled(&tx, &parsed).await?;
    tx.commit().await?;
    report(&news, &outcome);
    ledger::pause_refused(services, &outcome).await
}

fn phone_number_id(change: &Change) -> Option<&str> {
    match change {
        Change::Status(status) => status.phone_number_id.as_deref(),
        Change::Inbound(inbound) => inbound.phone_number_id.as_deref(),
        Change::Preference(preference) => preference.phone_number_id.as_deref(),
        Change::Other(other) => other.phone_number_id.as_deref(),
    }
}

async fn doors(services: &Services, parsed: &[(&Model, Parsed)]) -> Result<Doors> {
    let changes = parsed.iter().flat_map(|(_, parsed)| &parsed.changes);
    let numbers: BTreeSet<&str> = changes.filter_map(phone_number_id).collect();
    let found = senders::Entity::find()
        .filter(senders::entity::Column::PhoneNumberId.is_in(numbers))
        .all(services.db.read())
        .await?;
    let door = |row: senders::Sender| {
        (row.phone_number_id, (Door { sender: row.id, organization: row.organization_id }, row.app_id))
    };
    Ok(found.into_iter().map(door).collect())
}

/// A status as news for the ledger; `None` for kinds that say nothing about the message.
fn heard(status: &StatusChange, door: Door, received_at: Timestamp) -> Option<News> {
    if status.is_payment || status.is_group {
        return None;
    }
    let heard = match (&status.kind, &status.failure) {
        (StatusKind::Sent, _) => Heard::Fact(Fact::Sent),
        (StatusKind::Delivered, _) => Heard::Fact(Fact::Delivered),
        (StatusKind::Read | StatusKind::Played, _) => Heard::Fact(Fact::Read),
        (StatusKind::Failed, failure) => Heard::Failure(failure.clone()?),
        (StatusKind::Other(_), _) => return None,
    };
    let ours = status.opaque.as_deref().and_then(ledger::parse_opaque);
    Some(News {
        target: ours.map_or_else(
            || Target::Wamid(status.wamid.clone()),
            |(id, attempt)| Target::Attempt(id, attempt),
        ),
        through: Some(door.sender),
        at: status.at.map_or(received_at, Timestamp::from),
        wamid: Some(status.wamid.clone()),
        heard,
    })
}

async fn keep_unrouted(tx: &Tx, status: &StatusChange) -> Result<()> {
    let row = unrouted_entity::Model {
        id: UnroutedStatusId::new(tx.clock()),
        phone_number_id: status.phone_number_id.clone(),
        wamid: Some(status.wamid.clone()),
        opaque: status.opaque.clone(),
        status: match &status.kind {
            StatusKind::Other(word) => word.clone(),
            known => format!("{known:?}").to_lowercase(),
        },
        occurred_at: status.at.map(Timestamp::from),
        received_at: tx.now(),
    };
    unrouted_entity::Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    metrics::counter!("bellbird_statuses_unrouted").increment(1);
    Ok(())
}

/// What a person chose in WhatsApp's own settings.
async fn prefer(
    tx: &Tx,
    door: Option<Door>,
    preference: &PreferenceChange,
    received_at: Timestamp,
) -> Result<()> {
    let Some(door) = door else { return Ok(()) };
    let who = customers::meet::Identity {
        phone: preference.wa_id.as_deref().and_then(Phone::from_wa_id),
        bsuid: preference.bsuid.clone(),
    };
    let Some(customer) = customers::meet::meet(tx, door.organization, &who, None).await? else {
        return Ok(());
    };
    let state = match preference.marketing {
        Marketing::Stop => ConsentState::OptedOut,
        Marketing::Resume => ConsentState::OptedIn,
    };
    let at = preference.at.map_or(received_at, Timestamp::from);
    let said = Said { customer, state, source: "whatsapp_preference".into(), evidence: None, at };
    consent::record(tx, door.organization, &[said]).await?;
    Ok(())
}

async fn mark_handled(tx: &Tx, parsed: &[(&Model, Parsed)]) -> Result<()> {
    let done = |ids: Vec<WebhookEventId>, note: Option<String>| {
        Entity::update_many()
            .col_expr(Column::Status, Expr::value(WebhookStatus::Handled))
            .col_expr(Column::HandledAt, Expr::value(tx.now()))
            .col_expr(Column::Note, Expr::value(note))
            .filter(Column::Id.is_in(ids))
            .filter(Column::Status.eq(WebhookStatus::Pending))
    };
    let quiet =
        parsed.iter().filter(|(_, parsed)| parsed.notes.is_empty()).map(|(event, _)| event.id).collect();
    done(quiet, None).exec(tx.conn()).await?;
    for (event, parsed) in parsed.iter().filter(|(_, parsed)| !parsed.notes.is_empty()) {
        done(vec![event.id], Some(parsed.notes.join("; "))).exec(tx.conn()).await?;
    }
    Ok(())
}

fn report(news: &[News], outcome: &Outcome) {
    metrics::counter!("bellbird_statuses").increment(news.len() as u64);
    if !outcome.unrouted.is_empty() {
        tracing::debug!(unrouted = outcome.unrouted.len(), "statuses of messages that are none of ours");
    }
}
