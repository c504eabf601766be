//! Wall time, as a value that tests can replace.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};

/// Where the sandbox reads wall time: windows, timestamps and ledger times.
///
/// Delays (statuses, latency, retries) follow tokio's time instead, because they are waits and not dates.
#[derive(Clone)]
pub struct WallClock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl WallClock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self(Arc::new(system_now))
    }

    /// A clock of the caller's, for instance the one its tests move by hand.
    pub fn from_fn(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
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
