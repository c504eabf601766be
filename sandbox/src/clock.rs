//! Wall time, as a value that tests can replace.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};

/// Where the sandbox reads wall time: windows, limits, reviews, timestamps and ledger times.
///
/// Delays (statuses, latency, retries) follow tokio's time instead, because they are waits and not dates.
#[derive(Clone)]
pub struct WallClock {
    source: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    ahead_ms: Arc<AtomicI64>,
}

impl WallClock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self::from_fn(system_now)
    }

    /// A clock of the caller's, for instance the one its tests move by hand.
    pub fn from_fn(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self { source: Arc::new(now), ahead_ms: Arc::default() }
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        (self.source)() + TimeDelta::milliseconds(self.ahead_ms.load(Ordering::Acquire))
    }

    /// Lets so much time pass at once.
    pub fn advance(&self, by: std::time::Duration) {
        // A century is as good as more, and adding it up never leaves what a date can hold.
        const MOST_MS: i64 = 100 * 365 * 24 * 60 * 60 * 1_000;
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(MOST_MS);
        let step = |ahead: i64| Some(ahead.saturating_add(by_ms).min(MOST_MS));
        // The step is never refused.
        let _ = self.ahead_ms.fetch_update(Ordering::AcqRel, Ordering::Acquire, step);
    }
}

impl Default for WallClock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WallClock")
    }
}

#[expect(clippy::disallowed_methods, reason = "the sandbox stands for Meta, which has a clock of its own")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}
