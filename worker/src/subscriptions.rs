//! What integrators are told, posted. A loop and not a lane: the deliveries' rows say what is to be done, and which of
//! them may go now (turns, room at the receiver, rest) is a question to the database, not to a queue.

use crate::deps::Deps;
use bellbird_core::error::Result;
use bellbird_core::subscriptions::{deliver, take};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

/// How often due deliveries are looked for when nothing else says so.
const EVERY: Duration = Duration::from_millis(250);
/// Deliveries that end at about the same moment are one look.
const PAUSE: Duration = Duration::from_millis(20);
/// Requests under way at once, per process. They wait for strangers, most of the time: they cost little.
const HANDS: usize = 64;

/// Posts deliveries, until shutdown. Requests under way then are waited for.
pub(crate) async fn run(deps: &Deps, shutdown: &CancellationToken) {
    let (hands, free) = (Arc::new(Semaphore::new(HANDS)), Arc::new(Notify::new()));
    let mut failed = false;
    while !shutdown.is_cancelled() {
        match start(deps, &hands, &free).await {
            Ok(()) => failed = false,
            Err(error) if !failed => {
                failed = true;
                tracing::warn!(%error, "deliveries cannot be looked for; it will be tried again");
            }
            Err(_) => {}
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
            () = async { free.notified().await; tokio::time::sleep(PAUSE).await } => {}
        }
    }
}

/// Begins as many deliveries as there are hands.
async fn start(deps: &Deps, hands: &Arc<Semaphore>, free: &Arc<Notify>) -> Result<()> {
    take::bring_back(&deps.services).await?;
    let most = hands.available_permits();
    if most == 0 {
        return Ok(());
    }
    for taken in take::take(&deps.services, most).await? {
        let (services, free, hand) =
            (deps.services.clone(), free.clone(), hands.clone().acquire_owned().await);
        deps.requests.spawn(async move {
            if let Err(error) = deliver::deliver(&services, &taken).await {
                // its lease ends, and it is made again
                tracing::warn!(event = %taken.event, %error, "what came of a delivery cannot be written down");
            }
            drop(hand);
            free.notify_one();
        });
    }
    Ok(())
}
