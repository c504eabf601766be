//! Which statuses an accepted message will get, and when.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::roll::Roll;

/// A wait drawn evenly between two bounds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delay {
    /// At least.
    pub min_ms: u64,
    /// At most.
    pub max_ms: u64,
}

impl Delay {
    /// No wait.
    pub const ZERO: Self = Self { min_ms: 0, max_ms: 0 };

    /// Between the two.
    pub fn ms(min_ms: u64, max_ms: u64) -> Self {
        Self { min_ms, max_ms }
    }
}

/// How the statuses of messages come. Ratios go from 0 (never) to 1 (always).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatusProfile {
    /// From acceptance to `sent`.
    pub sent_after: Delay,
    /// From `sent` to `delivered`.
    pub delivered_after: Delay,
    /// From `delivered` to `read`.
    pub read_after: Delay,
    /// How many reach the handset at all; the rest stay `sent`.
    pub delivered_ratio: f64,
    /// How many of the delivered are read.
    pub read_ratio: f64,
    /// How many voice notes that were read are played.
    pub played_ratio: f64,
    /// How many of the read are never reported as delivered.
    pub skip_delivered_ratio: f64,
    /// How many statuses are reported twice.
    pub duplicate_ratio: f64,
    /// How much later the second report comes.
    pub duplicate_after: Delay,
    /// How many messages get their statuses in the wrong order.
    pub disorder_ratio: f64,
    /// How many messages get `sent` before the answer to the request.
    pub early_ratio: f64,
    /// How many of the delivered are then reported as failed (131026), as happens with several devices.
    pub delivered_then_failed_ratio: f64,
}

impl Default for StatusProfile {
    fn default() -> Self {
        Self::instant()
    }
}

impl StatusProfile {
    /// `sent` and `delivered` at once, nothing read, nothing odd.
    pub fn instant() -> Self {
        Self {
            sent_after: Delay::ZERO,
            delivered_after: Delay::ZERO,
            read_after: Delay::ZERO,
            delivered_ratio: 1.0,
            read_ratio: 0.0,
            played_ratio: 0.0,
            skip_delivered_ratio: 0.0,
            duplicate_ratio: 0.0,
            duplicate_after: Delay::ZERO,
            disorder_ratio: 0.0,
            early_ratio: 0.0,
            delivered_then_failed_ratio: 0.0,
        }
    }

    /// What an ordinary campaign sees, at a pace fit for watching.
    pub fn realistic() -> Self {
        Self {
            sent_after: Delay::ms(50, 400),
            delivered_after: Delay::ms(200, 3_000),
            read_after: Delay::ms(1_000, 20_000),
            delivered_ratio: 0.97,
            read_ratio: 0.6,
            skip_delivered_ratio: 0.02,
            duplicate_ratio: 0.01,
            duplicate_after: Delay::ms(100, 2_000),
            disorder_ratio: 0.01,
            ..Self::instant()
        }
    }

    /// Everything the documentation warns of, often.
    pub fn chaotic() -> Self {
        Self {
            sent_after: Delay::ms(0, 20),
            delivered_after: Delay::ms(0, 20),
            read_after: Delay::ms(0, 20),
            delivered_ratio: 0.95,
            read_ratio: 0.7,
            played_ratio: 0.5,
            skip_delivered_ratio: 0.3,
            duplicate_ratio: 0.3,
            duplicate_after: Delay::ms(0, 50),
            disorder_ratio: 0.4,
            early_ratio: 0.2,
            delivered_then_failed_ratio: 0.05,
        }
    }
}

/// A status by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sent,
    Delivered,
    Read,
    Played,
    Failed(u32),
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed(_) => "failed",
        }
    }
}

/// A status that will be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) kind: Kind,
    /// When it happens, after acceptance: what its timestamp tells.
    pub(crate) happens: Duration,
    /// When it is posted, after acceptance: later or earlier if reports are disordered.
    pub(crate) posted: Duration,
    /// Whether it must be posted before the answer to the request.
    pub(crate) early: bool,
    /// Whether it carries the price: `sent` does, and the first of `delivered` and `read`.
    pub(crate) priced: bool,
}

impl Planned {
    fn new(kind: Kind, after: Duration, priced: bool) -> Self {
        Self { kind, happens: after, posted: after, early: false, priced }
    }
}

/// The life of a message that nothing prevents; only voice notes are played.
pub(crate) fn plan(profile: &StatusProfile, is_voice: bool, mut roll: Roll) -> Vec<Planned> {
    let wait =
        |roll: &mut Roll, delay: Delay| Duration::from_millis(roll.between(delay.min_ms, delay.max_ms));
    let sent = wait(&mut roll, profile.sent_after);
    let delivered = sent + wait(&mut roll, profile.delivered_after);
    let read = delivered + wait(&mut roll, profile.read_after);
    let mut planned = vec![Planned::new(Kind::Sent, sent, true)];
    if roll.chance(profile.delivered_ratio) {
        let is_read = roll.chance(profile.read_ratio);
        let skipped = is_read && roll.chance(profile.skip_delivered_ratio);
        if !skipped {
            planned.push(Planned::new(Kind::Delivered, delivered, true));
        }
        if is_read {
            planned.push(Planned::new(Kind::Read, read, skipped));
            if is_voice && roll.chance(profile.played_ratio) {
                planned.push(Planned::new(Kind::Played, read, false));
            }
        } else if roll.chance(profile.delivered_then_failed_ratio) {
            planned.push(Planned::new(Kind::Failed(131_026), delivered, false));
        }
    }
    if roll.chance(profile.disorder_ratio) {
        // The times of posting change places, the times told do not.
        let count = planned.len();
        for at in 0..count / 2 {
            let (one, other) = (planned[at].posted, planned[count - 1 - at].posted);
            planned[at].posted = other;
            planned[count - 1 - at].posted = one;
        }
        planned.reverse();
    } else if roll.chance(profile.early_ratio) {
        planned[0].early = true;
    }
    for at in 0..planned.len() {
        if roll.chance(profile.duplicate_ratio) {
            let mut again = planned[at];
            again.early = false;
            again.posted += wait(&mut roll, profile.duplicate_after);
            planned.push(again);
        }
    }
    planned
}

/// The same life, so much later.
pub(crate) fn delayed(mut planned: Vec<Planned>, by: Duration) -> Vec<Planned> {
    for one in &mut planned {
        one.happens += by;
        one.posted += by;
        one.early = false;
    }
    planned
}

/// The life of a message that fails.
pub(crate) fn plan_failure(code: u32, after: Duration, sent_first: bool) -> Vec<Planned> {
    let mut planned = Vec::with_capacity(2);
    if sent_first {
        planned.push(Planned::new(Kind::Sent, Duration::ZERO, true));
    }
    planned.push(Planned::new(Kind::Failed(code), after, false));
    planned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(profile: &StatusProfile, n: u64) -> Vec<&'static str> {
        plan(profile, false, Roll::new(5, &[&n.to_string()])).iter().map(|p| p.kind.name()).collect()
    }

    #[test]
    fn profiles_do_what_their_ratios_say() {
        assert_eq!(names(&StatusProfile::instant(), 1), ["sent", "delivered"]);
        let read = StatusProfile { read_ratio: 1.0, ..StatusProfile::instant() };
        assert_eq!(names(&read, 1), ["sent", "delivered", "read"]);
        assert_eq!(names(&StatusProfile { skip_delivered_ratio: 1.0, ..read.clone() }, 1), ["sent", "read"]);
        assert_eq!(
            names(&StatusProfile { disorder_ratio: 1.0, ..read.clone() }, 1),
            ["read", "delivered", "sent"]
        );
        let twice = StatusProfile { duplicate_ratio: 1.0, ..StatusProfile::instant() };
        assert_eq!(names(&twice, 1), ["sent", "delivered", "sent", "delivered"]);
        let failing = StatusProfile { delivered_then_failed_ratio: 1.0, ..StatusProfile::instant() };
        assert_eq!(names(&failing, 1), ["sent", "delivered", "failed"]);
        assert_eq!(names(&StatusProfile { delivered_ratio: 0.0, ..read }, 1), ["sent"]);
        let early = StatusProfile { early_ratio: 1.0, ..StatusProfile::instant() };
        assert!(plan(&early, false, Roll::new(1, &[]))[0].early);
    }

    #[test]
    fn disorder_keeps_the_times_told() {
        let profile = StatusProfile {
            delivered_after: Delay::ms(10, 10),
            read_after: Delay::ms(10, 10),
            read_ratio: 1.0,
            disorder_ratio: 1.0,
            ..StatusProfile::instant()
        };
        let planned = plan(&profile, false, Roll::new(1, &[]));
        let sent = planned.iter().find(|p| p.kind == Kind::Sent).unwrap();
        assert_eq!((sent.happens.as_millis(), sent.posted.as_millis()), (0, 20));
    }

    #[test]
    fn one_status_beside_sent_is_priced() {
        for n in 0..500 {
            let profile = StatusProfile { duplicate_ratio: 0.0, ..StatusProfile::chaotic() };
            let planned = plan(&profile, false, Roll::new(9, &[&n.to_string()]));
            assert!(planned.iter().filter(|p| p.priced && p.kind != Kind::Sent).count() <= 1);
        }
    }
}
