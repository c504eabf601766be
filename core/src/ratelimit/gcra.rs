//! The generic cell rate algorithm, in this process. `redis.rs` has the same arithmetic in Lua.
//!
//! Bulk and interactive messages share one scope and differ only in how far ahead of the rate they may run. Who is let
//! run further always finds room where the others have used up theirs, and since all spend from one number, the others
//! wait until it is paid back: no permit is ever kept for somebody who does not come (ADR 0015).

use super::Rate;

/// Allowed to run ahead of the rate by this much: a slice.
pub(super) const TOLERANCE_US: i64 = 50_000;
/// An interactive message may run ahead by this much more: a tenth of a second's worth.
pub(super) const HEAD_START_US: i64 = 100_000;

/// How far ahead of its rate a scope may run, for one who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Bulk: a slice, at least one permit.
    Slice,
    /// Interactive: that, and a head start of at least one permit.
    Ahead,
}

impl Reach {
    /// In microseconds, at this rate.
    pub(super) fn tolerance_us(self, rate: Rate) -> i64 {
        let slice = TOLERANCE_US.max(rate.interval_us);
        match self {
            Self::Slice => slice,
            Self::Ahead => slice + HEAD_START_US.max(rate.interval_us),
        }
    }
}

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
    /// Takes up to `want` permits, running ahead of the rate by no more than `tolerance`.
    pub(super) fn take(&mut self, now_us: i64, rate: Rate, want: u32, tolerance: i64) -> Lease {
        let interval = rate.interval_us;
        let spent = self.spent_until_us.max(now_us - interval);
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

    /// Spends everything up to `rest_us` from now, also for one who may run ahead by `tolerance`.
    pub(super) fn rest(&mut self, now_us: i64, rest_us: i64, tolerance: i64) {
        self.spent_until_us = self.spent_until_us.max(now_us + rest_us + tolerance);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: i64 = 1_000_000_000;

    fn take(gcra: &mut Gcra, now: i64, rate: Rate, want: u32, reach: Reach) -> i64 {
        i64::from(gcra.take(now, rate, want, reach.tolerance_us(rate)).granted)
    }

    /// No window between two moments at which something was granted has more than `allowed` of its length.
    fn most_in_any_window(granted: &[(i64, i64)], allowed: impl Fn(i64) -> i64) -> Result<(), TestCaseError> {
        for (first, (from, _)) in granted.iter().enumerate() {
            let mut taken = 0;
            for (until, n) in &granted[first..] {
                taken += n;
                prop_assert!(taken <= allowed(until - from), "{taken} within {} us", until - from);
            }
        }
        Ok(())
    }

    proptest! {
        /// Whatever the pattern of asking, no window of time gets more than its rate and one tolerance.
        #[test]
        fn never_more_than_the_rate(mps in 1u32..2_000, asks in prop::collection::vec((0i64..20_000, 1u32..100), 1..300)) {
            let (mut gcra, rate, mut now) = (Gcra::default(), Rate::per_second(mps), START);
            let tolerance = Reach::Slice.tolerance_us(rate);
            let mut granted = Vec::new();
            for (gap, want) in asks {
                now += gap;
                let lease = gcra.take(now, rate, want, tolerance);
                granted.push((now, i64::from(lease.granted)));
                prop_assert!(lease.granted > 0 || lease.wait_us > 0);
            }
            most_in_any_window(&granted, |window| (window + tolerance) / rate.interval_us + 1)?;
        }

        /// Bulk and interactive together get, in any window, a tenth of a second's worth more than bulk alone: in a
        /// second the rate, a tenth of it, and one slice.
        #[test]
        fn a_head_start_is_all_there_is_above_the_rate(
            mps in 1u32..2_000,
            asks in prop::collection::vec((0i64..20_000, 1u32..100, any::<bool>()), 1..300),
        ) {
            let (mut gcra, rate, mut now) = (Gcra::default(), Rate::per_second(mps), START);
            let mut granted = Vec::new();
            for (gap, want, interactive) in asks {
                now += gap;
                let (want, reach) = if interactive { (1, Reach::Ahead) } else { (want, Reach::Slice) };
                granted.push((now, take(&mut gcra, now, rate, want, reach)));
            }
            let slice = Reach::Slice.tolerance_us(rate);
            let head_start = HEAD_START_US.max(rate.interval_us);
            most_in_any_window(&granted, |window| (window + slice + head_start) / rate.interval_us + 1)?;
        }

        /// However greedy bulk is, an interactive message gets its permit at once, as long as interactive messages
        /// alone stay under a tenth of the rate.
        #[test]
        fn an_interactive_message_never_waits_for_bulk(
            mps in 1u32..2_000,
            gaps in prop::collection::vec((0i64..50_000, 0i64..20), 1..100),
        ) {
            let (mut gcra, rate, mut now) = (Gcra::default(), Rate::per_second(mps), START);
            for (more, bites) in gaps {
                let gap = rate.interval_us * 10 + more;
                for bite in 0..=bites {
                    take(&mut gcra, now + gap * bite / (bites + 1), rate, 10_000, Reach::Slice);
                }
                now += gap;
                take(&mut gcra, now, rate, 10_000, Reach::Slice);
                prop_assert_eq!(take(&mut gcra, now, rate, 10_000, Reach::Slice), 0, "bulk has spent everything");
                prop_assert_eq!(take(&mut gcra, now, rate, 1, Reach::Ahead), 1);
            }
        }

        /// Nothing is kept for interactive messages that do not come: bulk alone uses the whole rate.
        #[test]
        fn bulk_alone_uses_the_whole_rate(mps in 1u32..2_000, step in 1_000i64..40_000) {
            let (mut gcra, rate) = (Gcra::default(), Rate::per_second(mps));
            let (mut now, mut taken) = (START, 0);
            while now < START + 10_000_000 {
                taken += take(&mut gcra, now, rate, 10_000, Reach::Slice);
                now += step;
            }
            prop_assert!(taken >= (now - step - START) / rate.interval_us, "{taken} in ten seconds at {mps}");
        }

        /// What interactive messages take, bulk pays back: over ten seconds both together get what bulk alone would.
        #[test]
        fn what_is_taken_ahead_is_paid_back(mps in 20u32..2_000, every in 10i64..40) {
            let (mut gcra, rate) = (Gcra::default(), Rate::per_second(mps));
            let mut taken = 0;
            for tick in 0..1_000 {
                let now = START + tick * 10_000;
                taken += take(&mut gcra, now, rate, 10_000, Reach::Slice);
                if tick % every == 0 {
                    taken += take(&mut gcra, now, rate, 1, Reach::Ahead);
                }
            }
            let most = (9_990_000 + Reach::Ahead.tolerance_us(rate)) / rate.interval_us + 1;
            prop_assert!(taken <= most, "{taken} in ten seconds at {mps}");
        }

        /// Who comes back when told gets a permit.
        #[test]
        fn the_wait_is_enough(mps in 1u32..2_000, want in 1u32..500, ahead in any::<bool>()) {
            let (mut gcra, rate, now) = (Gcra::default(), Rate::per_second(mps), 5_000_000_000);
            let tolerance = if ahead { Reach::Ahead } else { Reach::Slice }.tolerance_us(rate);
            while gcra.take(now, rate, want, tolerance).granted > 0 {}
            let wait = gcra.take(now, rate, 1, tolerance).wait_us;
            prop_assert_eq!(gcra.take(now + wait, rate, 1, tolerance).granted, 1);
        }
    }

    #[test]
    fn a_rest_closes_the_scope_for_its_time_for_everybody() {
        let (mut gcra, rate) = (Gcra::default(), Rate::per_second(100));
        gcra.rest(0, 1_000_000, Reach::Ahead.tolerance_us(rate));
        assert_eq!(take(&mut gcra, 990_000, rate, 10, Reach::Slice), 0);
        assert_eq!(take(&mut gcra, 990_000, rate, 1, Reach::Ahead), 0);
        assert_eq!(take(&mut gcra, 1_020_000, rate, 1, Reach::Ahead), 1);
        assert!(take(&mut gcra, 1_150_000, rate, 10, Reach::Slice) > 0);
    }
}
