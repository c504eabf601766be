//! The hours in which people may be written to, by the clock where they are.
//!
//! Everything goes by the clock on the wall: a window is open at a moment when the person's clock stands between `from`
//! and `until`, whatever summer time does that day. Moments are found by stepping from one opening to the next, so that
//! a day costs the same however long its windows are.

mod wall;

use crate::clock::Timestamp;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use wall::{BadTime, WallTime};
use wall::DAY;

/// Windows that do not meet within so many days never do (a difference of zones repeats every day, weekends every week).
const HORIZON: i64 = 14 * DAY;

/// From when until when people may be written to, in their own time.
///
/// As JSON `{ "from": "09:00", "until": "21:00", "weekends": true }`; `weekends` may be left out and is then true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Spelled", into = "Spelled")]
pub struct Hours {
    from: WallTime,
    until: WallTime,
    weekends: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelled {
    from: String,
    until: String,
    #[serde(default = "yes")]
    weekends: bool,
}

fn yes() -> bool {
    true
}

/// Why something is no window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHours {
    /// `from` is no time.
    #[error("from: {0}")]
    From(BadTime),
    /// `until` is no time.
    #[error("until: {0}")]
    Until(BadTime),
    /// They are the same.
    #[error("a window from {0} until {0} is a window that never opens; for the whole day write 00:00 and 24:00")]
    NeverOpens(WallTime),
}

/// Where a person may be.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// Every zone that is possible; empty when nothing is known.
    pub zones: &'a [Tz],
    /// Judged by when nothing is known: the organization's.
    pub fallback: Tz,
}

impl Places<'_> {
    /// The zones that have to allow it: at least one.
    pub fn all(&self) -> &[Tz] {
        if self.zones.is_empty() { std::slice::from_ref(&self.fallback) } else { self.zones }
    }
}

impl Default for Hours {
    /// 09:00 to 21:00 on every day.
    fn default() -> Self {
        Self { from: WallTime::new(9, 0), until: WallTime::new(21, 0), weekends: true }
    }
}

impl Hours {
    /// Reads a window. `until` may be `24:00`; when it is before `from`, the window lasts over midnight and belongs to
    /// the day it opens.
    ///
    /// # Errors
    /// What is no time, and two equal times.
    pub fn parse(from: &str, until: &str, weekends: bool) -> Result<Self, BadHours> {
        let from = WallTime::parse(from).map_err(BadHours::From)?;
        let until = WallTime::parse_end(until).map_err(BadHours::Until)?;
        if from == until {
            return Err(BadHours::NeverOpens(from));
        }
        Ok(Self { from, until, weekends })
    }

    /// When it opens.
    pub fn from(&self) -> WallTime {
        self.from
    }

    /// When it closes: that minute is outside.
    pub fn until(&self) -> WallTime {
        self.until
    }

    /// Whether it opens on Saturdays and Sundays.
    pub fn weekends(&self) -> bool {
        self.weekends
    }

    /// Whether it is open everywhere the person may be.
    pub fn open(&self, places: Places<'_>, at: Timestamp) -> bool {
        places.all().iter().all(|zone| self.open_by(wall::clock(*zone, at.0)))
    }

    /// `at` when it is open, or else the first moment after it at which it is open everywhere the person may be.
    ///
    /// `None` when there is none within 14 days: the zones are so far apart that their windows never meet.
    pub fn next_open(&self, places: Places<'_>, at: Timestamp) -> Option<Timestamp> {
        let end = at.0.saturating_add(HORIZON);
        let mut moment = at.0;
        loop {
            // each zone moves the moment to its own next opening, until none has to
            let before = moment;
            for zone in places.all() {
                moment = self.next_in(*zone, moment);
            }
            if moment == before {
                return Some(Timestamp(moment));
            }
            if moment > end {
                return None;
            }
        }
    }

    /// The first moment at or after `at` at which it is open in `zone`.
    fn next_in(&self, zone: Tz, mut at: i64) -> i64 {
        loop {
            let clock = wall::clock(zone, at);
            if self.open_by(clock) {
                return at;
            }
            let opening = at.saturating_add(self.wait(clock));
            match wall::shift_between(zone, at, opening) {
                None => return opening,
                // the clocks are changed on the way: go on from there
                Some(shift) => at = shift,
            }
        }
    }

    /// Whether it is open when the clock on the wall stands at `clock`.
    fn open_by(&self, clock: i64) -> bool {
        let (day, time) = (clock.div_euclid(DAY), clock.rem_euclid(DAY));
        let (from, until) = (self.from.ms(), self.until.ms());
        if from < until {
            (from..until).contains(&time) && self.opens_on(day)
        } else {
            (time >= from && self.opens_on(day)) || (time < until && self.opens_on(day - 1))
        }
    }

    /// How long a clock that stands at `clock`, when it is closed, runs until it opens.
    fn wait(&self, clock: i64) -> i64 {
        let (today, time) = (clock.div_euclid(DAY), clock.rem_euclid(DAY));
        let passed = time >= self.from.ms();
        let mut day = today + i64::from(passed);
        while !self.opens_on(day) {
            day += 1;
        }
        day * DAY + self.from.ms() - clock
    }

    /// Whether it opens on this day (counted from 1970-01-01, a Thursday).
    fn opens_on(&self, day: i64) -> bool {
        self.weekends || (day + 3).rem_euclid(7) < 5
    }
}

impl TryFrom<Spelled> for Hours {
    type Error = BadHours;

    fn try_from(spelled: Spelled) -> Result<Self, BadHours> {
        Self::parse(&spelled.from, &spelled.until, spelled.weekends)
    }
}

impl From<Hours> for Spelled {
    fn from(hours: Hours) -> Self {
        Self { from: hours.from.to_string(), until: hours.until.to_string(), weekends: hours.weekends }
    }
}

/// The first moment at or after `at` by which it has become `time` of one and the same day everywhere the person may be.
///
/// Where clocks are put forward over `time`, the first moment after; where it comes twice, the earlier one.
pub fn next_local(time: WallTime, places: Places<'_>, at: Timestamp) -> Timestamp {
    // no zone's calendar is more than a day off
    let mut day = at.0.div_euclid(DAY) - 2;
    loop {
        let everywhere = places.all().iter().map(|zone| wall::moment(*zone, day, time)).max().unwrap_or(at.0);
        if everywhere >= at.0 {
            return Timestamp(everywhere);
        }
        day += 1;
    }
}

#[cfg(test)]
mod tests;
