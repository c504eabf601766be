//! News about numbers and accounts: written to the senders concerned, told to people, and obeyed where sending has to
//! stop.

use super::super::change::{AccountChange, AccountEffect};
use super::super::entity::Model;
use super::when;
use crate::alerts::{NewAlert, raise};
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::ids::OrganizationId;
use crate::messages::over_limit;
use crate::messages::receive::Door;
use crate::senders::{Sender, news, portfolios};
use std::collections::BTreeMap;

/// Applies it to every organization it concerns; gives what is to be noted.
pub(super) async fn apply(
    tx: &Tx,
    services: &Services,
    event: &Model,
    change: &AccountChange,
    door: Option<Door>,
) -> Result<Option<String>> {
    let senders = match &change.waba_id {
        Some(account) => news::concerned(tx, event.app_id, account).await?,
        None => Vec::new(),
    };
    let mut by_organization: BTreeMap<OrganizationId, Vec<Sender>> = BTreeMap::new();
    for sender in senders {
        by_organization.entry(sender.organization_id).or_default().push(sender);
    }
    if let Some(door) = door {
        // it names the number it is about by its id: nobody else's business
        by_organization.retain(|organization, _| *organization == door.organization);
        let senders = by_organization.entry(door.organization).or_default();
        senders.retain(|sender| sender.id == door.sender);
    }
    if by_organization.is_empty() {
        metrics::counter!("bellbird_webhook_changes_unattributed").increment(1);
        return Ok(Some(format!("{}: about an account that is none of ours", change.field)));
    }
    for (organization, senders) in by_organization {
        apply_to(tx, services, event, change, organization, senders, door).await?;
    }
    Ok(None)
}

async fn apply_to(
    tx: &Tx,
    services: &Services,
    event: &Model,
    change: &AccountChange,
    organization: OrganizationId,
    senders: Vec<Sender>,
    door: Option<Door>,
) -> Result<()> {
    let portfolios: Vec<String> = senders.iter().map(|sender| portfolios::of(sender).to_string()).collect();
    let named = match &change.number {
        Some(number) => senders.into_iter().filter(|sender| digits(&sender.phone) == *number).collect(),
        None => senders,
    };
    if let Some(notice) = &change.notice {
        let only = match (change.number.is_some(), named.as_slice()) {
            (true, [only]) => Some(only.id),
            _ => door.map(|door| door.sender),
        };
        let alert = NewAlert {
            organization,
            sender: only,
            waba_id: change.waba_id.clone(),
            kind: format!("{}.{}", change.field, change.kind),
            severity: notice.severity,
            message: notice.message.clone(),
            raw: change.value.to_string(),
            at: change.at.map(Timestamp::from),
        };
        // what is only told once more was obeyed before, and somebody may have resumed the senders since
        if !raise(tx, alert).await? {
            return Ok(());
        }
    }
    let at = when(change.at, event.received_at);
    for effect in &change.effects {
        if let AccountEffect::DailyPeople(people) = effect {
            let mut told: Vec<&String> = portfolios.iter().collect();
            told.sort();
            told.dedup();
            for portfolio in told {
                portfolios::learn(tx, organization, portfolio, *people, &change.field, at).await?;
                over_limit::recall(tx, organization, portfolio).await?;
            }
        }
        for sender in &named {
            apply_to_sender(tx, services, sender, effect, at, change.number.is_some()).await?;
        }
    }
    Ok(())
}

/// `is_named`: the change names this very number; what is a number's own is never guessed of all the account's.
async fn apply_to_sender(
    tx: &Tx,
    services: &Services,
    sender: &Sender,
    effect: &AccountEffect,
    at: Timestamp,
    is_named: bool,
) -> Result<()> {
    match effect {
        AccountEffect::Pause(reason) => {
            if news::pause(tx, sender.id, reason).await? {
                tracing::warn!(sender = %sender.id, reason, "sender paused; its messages wait");
            }
            Ok(())
        }
        AccountEffect::Quality(quality) if is_named => news::quality(tx, sender.id, *quality, at).await,
        AccountEffect::Name { status, shown } if is_named => {
            news::name(tx, sender.id, status, shown.as_deref(), at).await
        }
        AccountEffect::Username { status, username } if is_named => {
            news::username(tx, sender.id, status, username.as_deref(), at).await
        }
        AccountEffect::Throughput(granted) if is_named => {
            news::throughput(tx, sender.id, *granted, services.config.sending.max_mps, at).await
        }
        _ => Ok(()),
    }
}

fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}
