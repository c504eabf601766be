//! Files on their way: copies made at the provider before a message that names them is claimed, and what customers sent
//! fetched from there.
//!
//! Both may take longer than a handler is given, so both run as tasks a stopping worker waits for (`Deps::requests`).

use crate::cache::CachedSender;
use crate::deps::Deps;
use crate::messages::{Unprepared, before_claim};
use bellbird_core::error::Result;
use bellbird_core::ids::{MediaId, SenderId};
use bellbird_core::media::inbound;
use bellbird_core::media::provide::{self, NoCopy};
use bellbird_core::messages::jobs::SendMessage;
use bellbird_core::messages::queries;
use bellbird_core::queue::JobError;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// A handler waits so long for a copy to be made; the copy is made all the same.
const PATIENCE: Duration = Duration::from_secs(4);
/// A message whose file is not ready comes back after this.
const SOON: Duration = Duration::from_millis(300);
/// With the provider away it comes back after this.
const AWAY: Duration = Duration::from_secs(2);
/// How often files to be fetched are looked for.
const EVERY: Duration = Duration::from_millis(500);
/// Files fetched at once, per worker process.
const FETCHES: usize = 4;

/// Makes sure that the provider has a copy of every file of a message, before its row is touched: if it takes too long
/// or fails, the row still stands where it stood. Gives the reason when there will be none.
pub(crate) async fn provide(
    deps: &Deps,
    sender: &Arc<CachedSender>,
    job: &SendMessage,
) -> Result<Option<Unprepared>, JobError> {
    let services = &deps.services;
    let named = queries::named_media(services, job.message).await.map_err(before_claim)?;
    let copies = provide::copies(services, job.sender, &named).await.map_err(before_claim)?;
    for id in named.into_iter().filter(|id| copies.iter().all(|copy| copy.media_id != *id)) {
        match make(deps, sender, job.sender, id).await? {
            Ok(()) => {}
            Err(NoCopy::Gone(why)) => return Ok(Some(Unprepared::Lost(why))),
            Err(NoCopy::Refused(failure)) => return Ok(Some(Unprepared::Refused(failure))),
            Err(NoCopy::BeingMade) => return Err(JobError::release(SOON, "its file is being copied")),
            Err(NoCopy::NotNow(why)) => return Err(JobError::release(AWAY, why)),
        }
    }
    Ok(None)
}

async fn make(
    deps: &Deps,
    sender: &Arc<CachedSender>,
    id: SenderId,
    media: MediaId,
) -> Result<Result<(), NoCopy>, JobError> {
    let room = deps.uploads.clone().try_acquire_owned();
    let room = room.map_err(|_| JobError::release(SOON, "too many files are being copied"))?;
    let made = deps.requests.spawn({
        let (deps, sender) = (deps.clone(), sender.clone());
        async move {
            let made = provide::make(&deps.services, id, &sender.access, media).await;
            drop(room);
            made
        }
    });
    match tokio::time::timeout(PATIENCE, made).await {
        Ok(made) => made.map_err(JobError::failed),
        Err(_) => Err(JobError::release(SOON, "its file is still being copied")),
    }
}

/// Fetches what customers sent, until shutdown.
pub(crate) async fn run(deps: &Deps, shutdown: &CancellationToken) {
    let hands = Arc::new(Semaphore::new(FETCHES));
    let mut failed = false;
    while !shutdown.is_cancelled() {
        match start(deps, &hands).await {
            Ok(()) => failed = false,
            Err(error) if !failed => {
                failed = true;
                tracing::warn!(%error, "files of customers cannot be looked for; it will be tried again");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Begins to fetch as many as there are hands.
async fn start(deps: &Deps, hands: &Arc<Semaphore>) -> Result<()> {
    let free = hands.available_permits();
    if free == 0 || !inbound::any_due(&deps.services).await? {
        return Ok(());
    }
    for medium in inbound::take(&deps.services, free).await? {
        let (deps, hand) = (deps.clone(), hands.clone().acquire_owned().await);
        deps.requests.clone().spawn(async move {
            if let Err(error) = inbound::fetch(&deps.services, &medium).await {
                // its lease ends, and it is fetched again
                tracing::warn!(media = %medium.id, %error, "what came of a file cannot be written down");
            }
            drop(hand);
        });
    }
    Ok(())
}
