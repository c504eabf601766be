//! Waiting for something to become true, within bounds.

use crate::Outcome;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Asks `what` again and again until it gives something.
///
/// # Errors
/// What `what` fails with, and a sentence when `limit` is over.
pub(crate) async fn until<T>(
    limit: Duration,
    every: Duration,
    awaited: &str,
    mut what: impl AsyncFnMut() -> Outcome<Option<T>>,
) -> Outcome<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = what().await? {
            return Ok(found);
        }
        if Instant::now() > deadline {
            return Err(format!("after {} s still waiting for {awaited}", limit.as_secs()).into());
        }
        sleep(every).await;
    }
}
