//! Clocks on walls: times of day, and what a zone's clock shows at a moment.
//!
//! A clock's reading is kept as milliseconds, too: those since 1970-01-01 00:00 as that clock counts.

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub(super) const MINUTE: i64 = 60_000;
pub(super) const DAY: i64 = 24 * 60 * MINUTE;

/// A time of day to the minute, `00:00` to `23:59`; as the end of something also `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WallTime(u16);

/// A text is no time of day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a time of day; write hours and minutes, like 09:00 or 21:30")]
pub struct BadTime(String);

impl WallTime {
    /// A time that is written in the code.
    pub(super) const fn new(hour: u16, minute: u16) -> Self {
        Self(hour * 60 + minute)
    }

    /// Reads `HH:MM`, `00:00` to `23:59`.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self, BadTime> {
        let time = Self::parse_end(text)?;
        if time.0 < 24 * 60 { Ok(time) } else { Err(BadTime(text.to_owned())) }
    }

    /// Reads `HH:MM`, `00:00` to `24:00`.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse_end(text: &str) -> Result<Self, BadTime> {
        let bad = || BadTime(text.to_owned());
        let number = |part: &str| match part.len() {
            2 if part.bytes().all(|b| b.is_ascii_digit()) => part.parse::<u16>().ok(),
            _ => None,
        };
        let (hour, minute) = text.split_once(':').ok_or_else(bad)?;
        let (hour, minute) = number(hour).zip(number(minute)).ok_or_else(bad)?;
        let time = Self::new(hour, minute);
        if minute < 60 && time.0 <= 24 * 60 { Ok(time) } else { Err(bad()) }
    }

    /// Minutes since midnight.
    pub fn minutes(self) -> u16 {
        self.0
    }

    /// Milliseconds since midnight.
    pub(super) fn ms(self) -> i64 {
        i64::from(self.0) * MINUTE
    }
}

impl std::fmt::Display for WallTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl TryFrom<String> for WallTime {
    type Error = BadTime;

    fn try_from(text: String) -> Result<Self, BadTime> {
        Self::parse(&text)
    }
}

impl From<WallTime> for String {
    fn from(time: WallTime) -> Self {
        time.to_string()
    }
}

/// What the clock of `zone` shows at a moment.
pub(super) fn clock(zone: Tz, at: i64) -> i64 {
    at.saturating_add(offset(zone, at))
}

/// How far the clock of `zone` is ahead of UTC at a moment.
fn offset(zone: Tz, at: i64) -> i64 {
    i64::from(zone.offset_from_utc_datetime(&naive(at)).fix().local_minus_utc()) * 1_000
}

fn naive(ms: i64) -> NaiveDateTime {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().naive_utc()
}

/// The moment after `from`, up to `to`, at which the clock of `zone` is changed; `None` when it runs on.
///
/// The two are days apart at most, and no zone changes its clock twice within days.
pub(super) fn shift_between(zone: Tz, from: i64, to: i64) -> Option<i64> {
    let before = offset(zone, from);
    if offset(zone, to) == before {
        return None;
    }
    let (mut same, mut changed) = (from, to);
    while changed - same > 1 {
        let middle = same + (changed - same) / 2;
        if offset(zone, middle) == before { same = middle } else { changed = middle }
    }
    Some(changed)
}

/// When it becomes `time` in `zone` on a day (counted from 1970-01-01): the earlier moment when it does twice, the
/// first moment after it when the clock is put forward over it.
pub(super) fn moment(zone: Tz, day: i64, time: WallTime) -> i64 {
    moment_of(zone, day * DAY + time.ms())
}

/// When the clock of `zone` shows a reading, by the same rules.
pub(crate) fn moment_of(zone: Tz, reading: i64) -> i64 {
    match zone.offset_from_local_datetime(&naive(reading)) {
        LocalResult::Single(ahead) | LocalResult::Ambiguous(ahead, _) => {
            reading - i64::from(ahead.fix().local_minus_utc()) * 1_000
        }
        // clocks are between 15 hours ahead of UTC and 15 behind
        LocalResult::None => {
            let (from, to) = (reading - 15 * 60 * MINUTE, reading + 15 * 60 * MINUTE);
            shift_between(zone, from, to).unwrap_or(reading)
        }
    }
}
