//! The generic cell rate algorithm, in this process. `redis.rs` has the same arithmetic in Lua.

use super::Rate;

/// Allowed to run ahead of the rate by this much: a slice.
pub(super) const TOLERANCE_US: i64 = 50_000;

/// What a request for a slice got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lease {
    /// How many permits.
    pub(super) granted: u32,
    /// When none: how long until the next one, in microseconds.
    pub(super) wait_us: i64,
}

/// One scope: the moment up to which its permits are spent.
#[derive(Debug, Default)]
pub(super) struct Gcra {
    spent_until_us: i64,
}

impl Gcra {
    /// Takes up to `want` permits.
    pub(super) fn take(&mut self, now_us: i64, rate: Rate, want: u32) -> Lease {
        let interval = rate.interval_us;
        let spent = self.spent_until_us.max(now_us - interval);
        let tolerance = TOLERANCE_US.max(interval);
        let fit = (now_us + tolerance - spent).max(0) / interval;
        let granted = fit.min(i64::from(want));
        if granted == 0 {
            return Lease { granted: 0, wait_us: spent + interval - tolerance - now_us };
        }
        self.spent_until_us = spent + granted * interval;
        Lease { granted: u32::try_from(granted).unwrap_or(0), wait_us: 0 }
    }

    /// The moment up to which its permits are spent.
    pub(super) fn spent_until_us(&self) -> i64 {
        self.spent_until_us
    }

    /// Spends one that takes so long to come back; the caller has seen that it fits.
    pub(super) fn spend_one(&mut self, now_us: i64, interval_us: i64) {
        self.spent_until_us = self.spent_until_us.max(now_us - interval_us) + interval_us;
    }

    /// Spends everything up to `rest_us` from now.
    pub(super) fn rest(&mut self, now_us: i64, rest_us: i64) {
        self.spent_until_us = self.spent_until_us.max(now_us + rest_us + TOLERANCE_US);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the pattern of asking, no window of time gets more than its rate and one tolerance.
        #[test]
        fn never_more_than_the_rate(mps in 1u32..2_000, asks in prop::collection::vec((0i64..20_000, 1u32..100), 1..300)) {
            let (mut gcra, rate, mut now, mut taken) = (Gcra::default(), Rate::per_second(mps), 1_000_000_000, 0i64);
            let start = now;
            for (gap, want) in asks {
                now += gap;
                let lease = gcra.take(now, rate, want);
                taken += i64::from(lease.granted);
                prop_assert!(lease.granted > 0 || lease.wait_us > 0);
                let allowed = (now - start + TOLERANCE_US.max(rate.interval_us)) / rate.interval_us + 1;
                prop_assert!(taken <= allowed, "{taken} > {allowed}");
            }
        }

        /// Who comes back when told gets a permit.
        #[test]
        fn the_wait_is_enough(mps in 1u32..2_000, want in 1u32..500) {
            let (mut gcra, rate, now) = (Gcra::default(), Rate::per_second(mps), 5_000_000_000);
            while gcra.take(now, rate, want).granted > 0 {}
            let wait = gcra.take(now, rate, 1).wait_us;
            prop_assert_eq!(gcra.take(now + wait, rate, 1).granted, 1);
        }
    }

    #[test]
    fn a_rest_closes_the_scope_for_its_time() {
        let (mut gcra, rate) = (Gcra::default(), Rate::per_second(100));
        gcra.rest(0, 1_000_000);
        assert_eq!(gcra.take(990_000, rate, 10).granted, 0);
        assert!(gcra.take(1_020_000, rate, 10).granted > 0);
    }
}
