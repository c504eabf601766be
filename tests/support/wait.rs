//! Waiting for something to become true, with a deadline.

use std::time::{Duration, Instant};

/// Nothing in a test takes this long unless it never happens.
pub(crate) const DEADLINE: Duration = Duration::from_secs(150);
/// How often we look.
pub(crate) const GLANCE: Duration = Duration::from_millis(15);

/// Asks again and again until there is an answer; panics with `what` after [`DEADLINE`].
pub(crate) async fn wait_for<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = probe().await {
            return answer;
        }
        assert!(begun.elapsed() < DEADLINE, "waited {DEADLINE:?} in vain for {what}");
        tokio::time::sleep(GLANCE).await;
    }
}

/// Waits until `predicate` holds; panics with `what` after [`DEADLINE`].
pub(crate) async fn wait_until(what: &str, mut predicate: impl AsyncFnMut() -> bool) {
    wait_for(what, async || predicate().await.then_some(())).await;
}
