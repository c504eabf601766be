//! Campaigns that go out by themselves: once, or again and again.
//!
//! What is kept is what people said: a wall time, its zone, perhaps a rule. From these follows `next_run_at`, the one
//! thing workers look for ([`due`]); it moves on by compare-and-set in the transaction that lets the campaign go out, so
//! of several workers one does it. A campaign with a rule never goes out itself: each run is a copy of it ([`copy`]) with
//! numbers of its own.

mod copy;
pub mod due;
pub mod plan;
mod rule;
mod wall;

use super::entity::Model;
use crate::clock::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::words::words;
use rule::Occurrences;
use std::time::Duration;

words! {
    /// What becomes of a time that passed while nobody was there to keep it.
    pub enum MissedPolicy {
        /// It goes out as soon as somebody is; once, however many times were missed.
        RunLate = "run_late",
        /// It does not; the next time counts.
        Skip = "skip",
    }
}

/// Later than this is missed. Up to here a worker was only restarted.
pub const GRACE: Duration = Duration::from_secs(5 * 60);
/// Nobody plans further ahead.
const FURTHEST: Duration = Duration::from_secs(5 * 366 * 24 * 3_600);
/// A rule may have begun so long ago; its earlier times are left out.
const OLDEST: Duration = Duration::from_secs(366 * 24 * 3_600);

/// When a campaign is to go out, as people say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The wall time: `2026-12-01T10:00:00`, without an offset.
    pub at: String,
    /// Where that wall hangs: an IANA zone.
    pub time_zone: String,
    /// How it repeats from then on: a recurrence rule of RFC 5545 without its beginning. `None`: once.
    pub repeat: Option<String>,
    /// What becomes of a time nobody was there for.
    pub missed: MissedPolicy,
}

impl Schedule {
    /// What was kept of it.
    pub fn of(campaign: &Model) -> Option<Self> {
        Some(Self {
            at: campaign.schedule_at.clone()?,
            time_zone: campaign.schedule_zone.clone()?,
            repeat: campaign.schedule_rule.clone(),
            missed: campaign.schedule_missed.unwrap_or(MissedPolicy::RunLate),
        })
    }

    /// Everything wrong with it at once, or when it happens.
    fn read(&self) -> Result<Occurrences, Vec<Problem>> {
        match (wall::zone("time_zone", &self.time_zone), wall::parse("at", &self.at)) {
            (Ok(zone), Ok(start)) => {
                Occurrences::new(zone, start, self.repeat.as_deref()).map_err(|problem| vec![problem])
            }
            (zone, start) => Err(zone.err().into_iter().chain(start.err()).collect()),
        }
    }

    /// Judges it; gives the first moment it happens from now on.
    ///
    /// # Errors
    /// `Invalid` with fields and fixes.
    fn check(&self, now: Timestamp) -> Result<(Occurrences, Timestamp)> {
        let occurrences = self.read().map_err(Error::Invalid)?;
        let begin = occurrences.start();
        let once = self.repeat.is_none();
        if begin > now.plus(FURTHEST) {
            return Err(Error::invalid("at", "too_far_ahead", "at most five years ahead"));
        }
        if (once && begin <= now) || begin < now.minus(OLDEST) {
            let message = match once {
                true => format!(
                    "this moment is over ({begin} in UTC); give a later one, or launch the campaign now"
                ),
                false => "a rule begins at most a year ago; give a later beginning".to_string(),
            };
            return Err(Error::invalid("at", "time_in_past", message));
        }
        match occurrences.after(now) {
            Some(first) => Ok((occurrences, first)),
            None => {
                let message = "the rule names no time that is still to come; change it, or what ends it";
                Err(Error::invalid("repeat", "no_occurrence", message))
            }
        }
    }
}
