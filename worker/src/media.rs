//! Fetches what customers sent, and what the shop sent from its phone, while the provider keeps it. It may take longer
//! than a handler is given, so files are fetched by tasks a stopping worker waits for (`Deps::requests`).

use crate::deps::Deps;
use bellbird_core::error::Result;
use bellbird_core::media::inbound;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// How often files to be fetched are looked for.
const EVERY: Duration = Duration::from_millis(500);
/// Files fetched at once, per worker process.
const FETCHES: usize = 4;

/// Fetches, until shutdown.
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
