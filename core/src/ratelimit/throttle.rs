//! How often somebody may ask: requests by key, organization and address, tries to sign in by account.
//!
//! Unlike a permit to send, which a job comes back for, what is asked here is answered at once: yes, or when to come
//! again. Each [`Quota`] is a bucket of so many requests that refills evenly over its window, so a burst is welcome
//! and a flood is not. All that one request counts against is asked in one round trip, and is spent together or not
//! at all: whom one quota refuses does not use up another.
//!
//! The truth is shared through Redis, or in this process when embedded. While Redis is away or slow, each process
//! counts for itself: callers are served, and guessing passwords does not become free.

use super::gcra::Gcra;
use super::{Limiter, Shared};
use crate::secret::sha256_hex;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A request waits for Redis no longer than this.
const PATIENCE: Duration = Duration::from_millis(250);
/// After a failure Redis is left alone this long, so that not every request waits for it.
const LEFT_ALONE_US: i64 = 1_000_000;
/// So many buckets are kept in a process before those that are full again are dropped: strangers have many addresses.
const KEPT: usize = 10_000;

/// So many requests in so long, at once or spread. The name is shown to callers and parts the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// What callers know it by: lower-case words, like `key`.
    pub name: &'static str,
    /// How many fit into the window; at least one.
    pub requests: u32,
    /// How long an empty bucket takes to be full again.
    pub window: Duration,
}

impl Quota {
    /// This quota of one caller: a key, an address, an account. Whoever it is, only a hash is kept.
    pub fn of(self, who: impl Display) -> Counted {
        let who = sha256_hex(who.to_string().as_bytes());
        Counted { quota: self, key: format!("{}:{}", self.name, &who[..32]) }
    }

    /// The time one request takes to come back.
    pub(super) fn interval_us(self) -> i64 {
        (self.window_us() / i64::from(self.requests.max(1))).max(1)
    }

    /// The window, in the limiter's unit.
    pub(super) fn window_us(self) -> i64 {
        i64::try_from(self.window.as_micros()).unwrap_or(i64::MAX / 4).max(1)
    }
}

/// One quota of one caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub(super) quota: Quota,
    pub(super) key: String,
}

/// How one quota of a caller stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub quota: Quota,
    /// How many requests fit now.
    pub requests: u32,
    /// How long until all of them fit again.
    pub full_in: Duration,
    /// How long until one fits; nothing when one does.
    pub wait: Duration,
}

impl Left {
    /// From the moment up to which a bucket is spent.
    pub(super) fn at(quota: Quota, spent_until_us: i64, now_us: i64) -> Self {
        let (interval, window) = (quota.interval_us(), quota.window_us());
        let spent = spent_until_us.max(now_us - interval);
        let micros = |n: i64| Duration::from_micros(u64::try_from(n).unwrap_or(0));
        let requests = (now_us + window - interval - spent).max(0) / interval;
        Self {
            quota,
            requests: u32::try_from(requests).unwrap_or(u32::MAX),
            full_in: micros(spent + interval - now_us),
            wait: micros(spent + 2 * interval - window - now_us),
        }
    }
}

/// What a request got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// Whether it may go on; if so, it is counted.
    pub granted: bool,
    /// Every quota it was held against, in the order in which they were given.
    pub left: Vec<Left>,
}

impl Allowance {
    /// When a refused one is worth trying again; `None` if it was not refused.
    pub fn retry_after(&self) -> Option<Duration> {
        let longest = self.left.iter().map(|left| left.wait).max().unwrap_or_default();
        (!self.granted).then_some(longest)
    }

    /// An error if it was refused.
    ///
    /// # Errors
    /// `TooOften`.
    pub fn or_refuse(self) -> Result<Self, crate::Error> {
        if self.granted { Ok(self) } else { Err(crate::Error::TooOften(self)) }
    }

    /// The quotas that refused it, by name.
    pub fn violated(&self) -> impl Iterator<Item = &'static str> {
        let granted = self.granted;
        self.left.iter().filter(move |left| !granted && !left.wait.is_zero()).map(|left| left.quota.name)
    }
}

/// Counts one request against every quota given, or refuses it and counts nothing. Never an error: while Redis is
/// away, this process counts for itself, and the log says so.
pub async fn throttle(limiter: &Limiter, counted: &[Counted]) -> Allowance {
    let inner = &limiter.0;
    let redis = match &inner.shared {
        Shared::Redis(redis) if inner.here.may_ask(limiter.now_us()) => redis,
        _ => return inner.here.take(counted, limiter.now_us()),
    };
    let failure = match tokio::time::timeout(PATIENCE, redis.throttle(counted)).await {
        Ok(Ok(allowance)) => return allowance,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {PATIENCE:?}"),
    };
    tracing::warn!(error = failure, "Redis cannot be asked how often callers ask; this process counts alone");
    inner.here.leave_alone(limiter.now_us());
    inner.here.take(counted, limiter.now_us())
}

/// The buckets of one process.
#[derive(Debug, Default)]
pub(super) struct Here {
    buckets: Mutex<HashMap<String, Gcra>>,
    alone_until_us: AtomicI64,
}

impl Here {
    fn may_ask(&self, now_us: i64) -> bool {
        self.alone_until_us.load(Ordering::Relaxed) <= now_us
    }

    fn leave_alone(&self, now_us: i64) {
        self.alone_until_us.store(now_us + LEFT_ALONE_US, Ordering::Relaxed);
    }

    fn take(&self, counted: &[Counted], now_us: i64) -> Allowance {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEPT {
            buckets.retain(|_, bucket| bucket.spent_until_us() > now_us);
        }
        let spent = |bucket: Option<&Gcra>| bucket.map_or(0, Gcra::spent_until_us);
        let left = |buckets: &HashMap<String, Gcra>| {
            counted.iter().map(|c| Left::at(c.quota, spent(buckets.get(&c.key)), now_us)).collect::<Vec<_>>()
        };
        let before = left(&buckets);
        if before.iter().any(|left| left.requests == 0) {
            return Allowance { granted: false, left: before };
        }
        for one in counted {
            buckets.entry(one.key.clone()).or_default().spend_one(now_us, one.quota.interval_us());
        }
        Allowance { granted: true, left: left(&buckets) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: i64 = 1_000_000;
    const TEN: Quota = Quota { name: "ten", requests: 10, window: Duration::from_secs(10) };
    const TWO: Quota = Quota { name: "two", requests: 2, window: Duration::from_secs(60) };

    #[test]
    fn a_bucket_takes_a_burst_and_refills_evenly() {
        let (here, asked, now) = (Here::default(), [TEN.of("k")], 1_000 * SECOND);
        for left in (0..10).rev() {
            let allowance = here.take(&asked, now);
            assert!(allowance.granted);
            assert_eq!(allowance.left[0].requests, left);
        }
        let refused = here.take(&asked, now);
        assert_eq!(refused.retry_after(), Some(Duration::from_secs(1)));
        assert_eq!(refused.left[0].full_in, Duration::from_secs(10));
        assert!(here.take(&asked, now + SECOND).granted);
        assert!(!here.take(&asked, now + SECOND).granted);
    }

    #[test]
    fn who_is_refused_by_one_quota_uses_up_no_other() {
        let (here, now) = (Here::default(), 1_000 * SECOND);
        let asked = [TEN.of("a"), TWO.of("b")];
        assert!(here.take(&asked, now).granted && here.take(&asked, now).granted);
        for _ in 0..5 {
            let refused = here.take(&asked, now);
            assert!(!refused.granted);
            assert_eq!(refused.violated().collect::<Vec<_>>(), ["two"]);
            assert_eq!(refused.left[0].requests, 8);
        }
        assert_eq!(here.take(&[TEN.of("b")], now).left[0].requests, 9);
    }

    #[test]
    fn full_buckets_are_dropped_once_there_are_many() {
        let (here, now) = (Here::default(), 1_000 * SECOND);
        for n in 0..KEPT {
            here.take(&[TEN.of(n)], now);
        }
        here.take(&[TEN.of("later")], now + 60 * SECOND);
        assert_eq!(here.buckets.lock().unwrap().len(), 1);
    }

    #[test]
    fn nobodys_name_stands_in_a_key() {
        assert!(!TEN.of("asha@example.com").key.contains("asha"));
    }

    proptest! {
        /// Whatever the pattern, no window gets more than a full bucket and what refills in it; who comes back when
        /// told is served.
        #[test]
        fn never_more_than_the_quota(
            requests in 1u32..200, seconds in 1u64..120, gaps in prop::collection::vec(0i64..2_000_000, 1..300)
        ) {
            let quota = Quota { name: "any", requests, window: Duration::from_secs(seconds) };
            let (here, asked, start) = (Here::default(), [quota.of("x")], 1_000 * SECOND);
            let (mut now, mut granted) = (start, 0i64);
            for gap in gaps {
                now += gap;
                let allowance = here.take(&asked, now);
                granted += i64::from(allowance.granted);
                prop_assert!(granted <= i64::from(requests) + (now - start) / quota.interval_us() + 1);
                if let Some(wait) = allowance.retry_after() {
                    now += i64::try_from(wait.as_micros()).unwrap();
                    let again = here.take(&asked, now);
                    prop_assert!(again.granted);
                    granted += 1;
                }
            }
        }
    }
}
