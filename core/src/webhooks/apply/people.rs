//! What people say about themselves past their messages, and what the shop's phone says about them.

use super::super::change::{ContactChange, IdentityChange, Marketing, PreferenceChange};
use super::when;
use crate::clock::Timestamp;
use crate::consent::{self, ConsentMethod, ConsentPurpose, ConsentState, Said};
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::messages::merge;
use crate::messages::receive::Door;

/// What a person chose in WhatsApp's own settings.
pub(super) async fn prefer(
    tx: &Tx,
    services: &Services,
    door: Door,
    change: &PreferenceChange,
    received_at: Timestamp,
) -> Result<()> {
    let who = change.person.identity();
    let Some(customer) = merge::meet(tx, services, door.organization, &who, None).await? else {
        return Ok(());
    };
    let state = match change.marketing {
        Marketing::Stop => ConsentState::OptedOut,
        Marketing::Resume => ConsentState::OptedIn,
    };
    let at = when(change.at, received_at);
    let (purpose, method) = (ConsentPurpose::Marketing, ConsentMethod::WhatsappPreference);
    let said = Said::by_person(customer, purpose, state, method, at);
    consent::record(tx, door.organization, &[said]).await?;
    Ok(())
}

/// A person has another number or id.
pub(super) async fn rekey(
    tx: &Tx,
    services: &Services,
    door: Door,
    change: &IdentityChange,
    received_at: Timestamp,
) -> Result<()> {
    let (before, now) = (change.moved.before.identity(), change.moved.now.identity());
    let at = when(change.at, received_at);
    merge::rekey(tx, services, door.organization, (&before, &now), at).await?;
    Ok(())
}

/// Somebody in the address book of the shop's phone is a customer, by the name the shop gave them; taken out of the book
/// they stay one: what was said to them is still there.
pub(super) async fn note(tx: &Tx, services: &Services, door: Door, change: &ContactChange) -> Result<()> {
    if !change.removed {
        let (who, name) = (change.person.identity(), change.person.name.as_deref());
        merge::meet(tx, services, door.organization, &who, name).await?;
    }
    Ok(())
}
