//! Messages of theirs marked as read. Such a request is safe to make twice, so it needs neither claim nor breaker; it
//! takes a hand and a permit like any other, because the provider counts it like any other.

use crate::deps::Deps;
use crate::messages::{before_claim, classify, take_hand};
use bellbird_core::messages::jobs::MarkRead;
use bellbird_core::messages::read::{self, Due};
use bellbird_core::outbox::Envelope;
use bellbird_core::queue::JobError;
use bellbird_core::ratelimit::{Permit, Rate, Scope};
use bellbird_core::senders::port::MarkReadError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// A provider that is away is asked again after this.
const AWAY_WAIT: Duration = Duration::from_secs(2);
/// A paused sender is looked at again after this.
const PAUSED_WAIT: Duration = Duration::from_secs(30);

/// Handles one job.
pub(crate) async fn mark_read(
    deps: Deps,
    hands: Arc<Semaphore>,
    envelope: Envelope<MarkRead>,
) -> Result<(), JobError> {
    let services = &deps.services;
    let _hand = take_hand(hands)?;
    let Some(Due { message, typing }) =
        read::due(services, envelope.id, &envelope.job).await.map_err(classify)?
    else {
        return Ok(()); // done before, or too late
    };
    let sender = deps.cache.sender(message.sender_id).await.map_err(before_claim)?;
    if !sender.active {
        return Err(JobError::release(PAUSED_WAIT, "the sender is paused"));
    }
    let rate = Rate::per_second(sender.mps);
    let permit = services.limiter.permit_ahead(Scope::Sender(message.sender_id), rate).await;
    if let Permit::Wait(wait) = permit.map_err(|error| JobError::release(AWAY_WAIT, error))? {
        return Err(JobError::release(wait, "the sender's rate is used up"));
    }
    let wamid = message.wamid.as_deref().unwrap_or_default();
    let read_at = match services.provider.mark_read(&sender.access, wamid, typing).await {
        Ok(()) => Some(services.now()),
        Err(error @ MarkReadError::Refused(_)) => {
            tracing::warn!(message = %message.id, %error, "a message was not marked as read");
            None
        }
        Err(error @ MarkReadError::NotNow(_)) => return Err(JobError::release(AWAY_WAIT, error)),
    };
    read::settle(services, envelope.id, &message, read_at).await.map_err(classify)
}
