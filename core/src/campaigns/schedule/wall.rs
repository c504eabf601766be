//! Wall times: what a clock on the wall of some place shows, and which moment that is.
//!
//! Twice a year most places turn their clocks, and now and then one moves over the date line. A wall time that is left
//! out then stands for the first moment after the gap; one that is shown twice for its first showing. So a schedule is
//! never skipped and never runs twice.

use crate::clock::Timestamp;
use crate::error::Problem;
use crate::policy::hours::moment_of;
use chrono::NaiveDateTime;
use chrono_tz::Tz;

/// How a wall time is written.
const FORMAT: &str = "%Y-%m-%dT%H:%M:%S";

/// Reads a zone of the IANA database.
pub(super) fn zone(field: &str, name: &str) -> Result<Tz, Problem> {
    name.trim().parse().map_err(|_| {
        let message =
            "there is no such time zone; write its IANA name, like `Asia/Kolkata` or `Europe/Berlin`";
        Problem::new(field, "unknown_time_zone", message)
    })
}

/// Reads a wall time, with seconds or without.
pub(super) fn parse(field: &str, text: &str) -> Result<NaiveDateTime, Problem> {
    let text = text.trim();
    let read = NaiveDateTime::parse_from_str(text, FORMAT)
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M"));
    read.map_err(|_| {
        let message =
            "write what the clock on the wall will show, without `Z` or an offset: `2026-12-01T10:00:00`";
        Problem::new(field, "invalid_time", message)
    })
}

/// Writes a wall time.
pub(super) fn write(wall: NaiveDateTime) -> String {
    wall.format(FORMAT).to_string()
}

/// The moment at which the clock shows this.
pub(super) fn moment(zone: Tz, wall: NaiveDateTime) -> Timestamp {
    Timestamp(moment_of(zone, wall.and_utc().timestamp_millis()))
}

/// What the clock shows at this moment.
pub(super) fn shown(zone: Tz, at: Timestamp) -> NaiveDateTime {
    at.to_utc().with_timezone(&zone).naive_local()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn at(zone: &str, wall: &str) -> String {
        let moment = moment(zone.parse().unwrap(), parse("at", wall).unwrap());
        moment.to_utc().format("%Y-%m-%dT%H:%MZ").to_string()
    }

    #[test]
    fn a_wall_time_is_the_moment_its_zone_says() {
        assert_eq!(at("Asia/Kolkata", "2026-12-01T10:00:00"), "2026-12-01T04:30Z");
        assert_eq!(at("Europe/Berlin", "2026-12-01T10:00"), "2026-12-01T09:00Z");
        assert_eq!(at("Europe/Berlin", "2026-07-01T10:00"), "2026-07-01T08:00Z");
        assert_eq!(at("America/New_York", "2026-07-01T10:00"), "2026-07-01T14:00Z");
    }

    #[test]
    fn what_is_left_out_stands_for_the_first_moment_after_it() {
        // the clocks go from 2:00 to 3:00
        assert_eq!(at("America/New_York", "2026-03-08T01:59"), "2026-03-08T06:59Z");
        assert_eq!(at("America/New_York", "2026-03-08T02:00"), "2026-03-08T07:00Z");
        assert_eq!(at("America/New_York", "2026-03-08T02:45:10"), "2026-03-08T07:00Z");
        assert_eq!(at("America/New_York", "2026-03-08T03:00"), "2026-03-08T07:00Z");
        assert_eq!(at("Europe/Berlin", "2026-03-29T02:30"), "2026-03-29T01:00Z");
        // Samoa left out a whole day when it moved over the date line
        assert_eq!(at("Pacific/Apia", "2011-12-29T23:00"), "2011-12-30T09:00Z");
        assert_eq!(at("Pacific/Apia", "2011-12-30T10:00"), "2011-12-30T10:00Z");
        assert_eq!(at("Pacific/Apia", "2011-12-31T00:00"), "2011-12-30T10:00Z");
    }

    #[test]
    fn what_is_shown_twice_stands_for_the_first_time() {
        assert_eq!(at("America/New_York", "2026-11-01T01:30"), "2026-11-01T05:30Z");
        assert_eq!(at("America/New_York", "2026-11-01T02:00"), "2026-11-01T07:00Z");
        assert_eq!(at("Europe/Berlin", "2026-10-25T02:30"), "2026-10-25T00:30Z");
    }

    #[test]
    fn the_clock_shows_what_was_asked_for() {
        let zone: Tz = "Pacific/Apia".parse().unwrap();
        let moment: DateTime<chrono::Utc> = "2026-11-30T21:00:00Z".parse().unwrap();
        assert_eq!(write(shown(zone, moment.into())), "2026-12-01T10:00:00");
    }

    #[test]
    fn a_place_nobody_knows_and_a_time_with_an_offset_are_refused() {
        for name in ["Asia/Calcuta", "IST+5", "", "Mars/Phobos", "+05:30"] {
            assert_eq!(zone("time_zone", name).unwrap_err().code, "unknown_time_zone", "{name}");
        }
        for text in
            ["2026-12-01T10:00:00Z", "2026-12-01T10:00+05:30", "tomorrow", "2026-02-30T10:00", "2026-12-01"]
        {
            assert_eq!(parse("at", text).unwrap_err().code, "invalid_time", "{text}");
        }
    }
}
