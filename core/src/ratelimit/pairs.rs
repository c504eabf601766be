//! How often one person may be written to from one number. Meta takes a message every six seconds, and up to 45 at once
//! that are borrowed from the time after them; more are refused with 131056.
//!
//! There are as many pairs as people, so nothing is leased for one: a permit is asked for when a message is about to
//! leave, for all handlers that ask at about the same moment together. Whoever was not written to lately has no entry: in
//! Redis it expires by itself once it says nothing any more, in a process such entries are dropped when there are many.

use super::gcra::Gcra;
use super::{Limiter, Permit, Scope, Shared};
use crate::config::SendingConfig;
use crate::ids::{CustomerId, SenderId};
use crate::queue::QueueError;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The provider counts a message when it takes it, a request's time after we have let it go, and not every request takes
/// the same time. So each costs this much more than by the rule.
const LEEWAY_US: i64 = 1_000_000;
/// So many pairs are kept in a process before those that say nothing any more are dropped.
const KEPT: usize = 20_000;

/// One number and one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pair(pub SenderId, pub CustomerId);

impl Pair {
    /// What its rate belongs to.
    pub fn scope(self) -> Scope {
        Scope::Pair(self.0, self.1)
    }
}

/// How often a pair may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairRate {
    every_us: i64,
    burst: i64,
}

impl PairRate {
    /// As the settings say; `None`: the provider is left to judge.
    pub fn of(settings: &SendingConfig) -> Option<Self> {
        let every_us = i64::try_from(settings.pair_every_ms).unwrap_or(i64::MAX / 1_000_000) * 1_000;
        (every_us > 0).then(|| Self { every_us, burst: i64::from(settings.pair_burst.max(1)) })
    }

    /// The time one message takes to come back.
    pub(super) fn interval_us(self) -> i64 {
        self.every_us + LEEWAY_US
    }

    /// How far ahead a pair may run: `burst` messages at once.
    pub(super) fn tolerance_us(self) -> i64 {
        self.interval_us() * (self.burst - 1)
    }
}

/// The pairs of one process.
pub(super) type Here = Mutex<HashMap<Pair, Gcra>>;

impl Limiter {
    /// Asks for a permit for each of the pairs, in order; one may be named several times.
    ///
    /// # Errors
    /// When Redis cannot be asked; nothing is sent then.
    pub async fn pairs(&self, asked: &[Pair], rate: PairRate) -> Result<Vec<Permit>, QueueError> {
        match &self.0.shared {
            Shared::Redis(redis) => redis.pairs(asked, rate).await,
            Shared::Process(_) => Ok(take(&self.0.pairs, asked, rate, self.now_us())),
        }
    }
}

fn take(pairs: &Here, asked: &[Pair], rate: PairRate, now_us: i64) -> Vec<Permit> {
    let mut pairs = pairs.lock().unwrap_or_else(PoisonError::into_inner);
    let (interval, tolerance) = (rate.interval_us(), rate.tolerance_us());
    if pairs.len() >= KEPT {
        pairs.retain(|_, pair| pair.spent_until_us() > now_us - interval);
    }
    let permit = |pair: &Pair| {
        let gcra = pairs.entry(*pair).or_default();
        let wait = gcra.spent_until_us().max(now_us - interval) + interval - tolerance - now_us;
        if wait <= 0 {
            gcra.spend_one(now_us, interval);
        }
        Permit::after_us(wait)
    };
    asked.iter().map(permit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, Timestamp};
    use proptest::prelude::*;
    use std::time::Duration;

    const SECOND: i64 = 1_000_000;
    const RULE: PairRate = PairRate { every_us: 6 * SECOND, burst: 45 };

    fn people(n: usize) -> Vec<Pair> {
        let clock = ManualClock::new(Timestamp(1));
        let sender = SenderId::new(&clock);
        (0..n).map(|_| Pair(sender, CustomerId::new(&clock))).collect()
    }

    fn granted(permits: &[Permit]) -> usize {
        permits.iter().filter(|permit| **permit == Permit::Granted).count()
    }

    #[test]
    fn forty_five_at_once_and_then_one_every_six_seconds_or_later() {
        let (here, pair) = (Here::default(), people(1));
        let now = 1_000 * SECOND;
        let permits = take(&here, &pair.repeat(60), RULE, now);
        assert_eq!(granted(&permits), 45);
        assert_eq!(permits[45], Permit::Wait(Duration::from_secs(7)));
        assert_eq!(granted(&take(&here, &pair, RULE, now + 6 * SECOND)), 0);
        assert_eq!(granted(&take(&here, &pair.repeat(2), RULE, now + 7 * SECOND)), 1);
    }

    #[test]
    fn one_person_costs_another_nothing() {
        let (here, pairs) = (Here::default(), people(2));
        take(&here, &pairs[..1].repeat(45), RULE, SECOND);
        let both = take(&here, &pairs, RULE, SECOND);
        assert!(matches!(both[..], [Permit::Wait(_), Permit::Granted]), "{both:?}");
    }

    #[test]
    fn who_was_not_written_to_lately_is_forgotten_once_there_are_many() {
        let (here, now) = (Here::default(), 1_000 * SECOND);
        take(&here, &people(KEPT), RULE, now);
        take(&here, &people(1), RULE, now + 20 * SECOND);
        assert_eq!(here.lock().unwrap().len(), 1);
    }

    proptest! {
        /// Whatever the pattern, and though every request takes up to a second to arrive, the provider's own bucket
        /// (45 at once, one back every six seconds, counted from when a message arrives) never overflows.
        #[test]
        fn the_providers_bucket_never_overflows(
            asks in prop::collection::vec((0i64..12_000_000, 0i64..1_000_000, 1usize..50), 1..200)
        ) {
            let (here, pair) = (Here::default(), people(1));
            let mut now = 1_000 * SECOND;
            let mut arrivals = Vec::new();
            for (gap, travel, n) in asks {
                now += gap;
                let sent = granted(&take(&here, &pair.repeat(n), RULE, now));
                arrivals.extend(std::iter::repeat_n(now + travel, sent));
            }
            arrivals.sort_unstable();
            let mut full_at = 0;
            for at in arrivals {
                full_at = at.max(full_at) + 6 * SECOND;
                prop_assert!(full_at - at <= 45 * 6 * SECOND);
            }
        }
    }
}
