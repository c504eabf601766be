//! The hours in which people may be written to, by the clock where they are.
//!
//! Elsewhere called a send window, or quiet hours the other way round. Everything goes by the clock on the wall: hours are
//! open when the person's clock stands between `from` and `until`, whatever summer time does that day. Moments are found
//! by stepping from one opening to the next, never minute by minute.

mod wall;

use crate::clock::Timestamp;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use wall::DAY;
pub(crate) use wall::moment_of;
pub use wall::{BadTime, WallTime};

/// Hours that do not meet within so many days never do: differences of zones repeat daily, weekends weekly.
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

/// Why these are no hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHours {
    /// `from` is no time.
    #[error("{0}")]
    From(BadTime),
    /// `until` is no time.
    #[error("{0}")]
    Until(BadTime),
    /// They are the same.
    #[error("from {0} until {0} is a window that never opens; for the whole day write 00:00 and 24:00")]
    NeverOpens(WallTime),
}

impl BadHours {
    /// The field that has to change.
    pub fn field(&self) -> &'static str {
        match self {
            Self::From(_) => "from",
            Self::Until(_) | Self::NeverOpens(_) => "until",
        }
    }
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
    /// Reads both times. `until` may be `24:00`; when it is before `from`, the hours last over midnight and belong to
    /// the day they open.
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

    /// When they open.
    pub fn from(&self) -> WallTime {
        self.from
    }

    /// When they close: that minute is outside.
    pub fn until(&self) -> WallTime {
        self.until
    }

    /// Whether they open on Saturdays and Sundays.
    pub fn weekends(&self) -> bool {
        self.weekends
    }

    /// Whether they are open everywhere the person may be.
    pub fn open(&self, places: Places<'_>, at: Timestamp) -> bool {
        places.all().iter().all(|zone| self.open_by(wall::clock(*zone, at.0)))
    }

    /// `at` when they are open, or else the first moment after it at which they are open everywhere the person may be.
    ///
    /// `None` when there is none within 14 days: the zones are so far apart that their hours never meet.
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

    /// The first moment at or after `at` at which they are open in `zone`.
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

    /// Whether they are open when the clock on the wall stands at `clock`.
    fn open_by(&self, clock: i64) -> bool {
        let (day, time) = (clock.div_euclid(DAY), clock.rem_euclid(DAY));
        let (from, until) = (self.from.ms(), self.until.ms());
        if from < until {
            (from..until).contains(&time) && self.opens_on(day)
        } else {
            (time >= from && self.opens_on(day)) || (time < until && self.opens_on(day - 1))
        }
    }

    /// How long a clock that stands at `clock`, where they are closed, runs until they open.
    fn wait(&self, clock: i64) -> i64 {
        let (today, time) = (clock.div_euclid(DAY), clock.rem_euclid(DAY));
        let passed = time >= self.from.ms();
        let mut day = today + i64::from(passed);
        while !self.opens_on(day) {
            day += 1;
        }
        day * DAY + self.from.ms() - clock
    }

    /// Whether they open on this day (counted from 1970-01-01, a Thursday).
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

/// The first moment at or after `at` by which it has become `time`, of the same day, everywhere the person may be.
///
/// Where clocks are put forward over `time`, the first moment after; where it comes twice, the earlier one.
pub fn next_local(time: WallTime, places: Places<'_>, at: Timestamp) -> Timestamp {
    // nowhere is the calendar more than a day behind
    let mut day = at.0.div_euclid(DAY) - 1;
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
