use super::*;
use crate::campaigns::schedule::wall::{parse, shown, write};
use std::time::Instant;

fn occurrences(zone: &str, start: &str, rule: &str) -> Occurrences {
    Occurrences::new(zone.parse().unwrap(), parse("at", start).unwrap(), Some(rule)).unwrap()
}

/// The first `n` in UTC.
fn unroll(zone: &str, start: &str, rule: &str, n: usize) -> Vec<String> {
    let all = occurrences(zone, start, rule);
    let moments = std::iter::successors(all.first(), |last| all.after(*last)).take(n);
    moments.map(|at| at.to_utc().format("%Y-%m-%dT%H:%MZ").to_string()).collect()
}

fn refused(rule: &str) -> Problem {
    let start = parse("at", "2026-12-01T10:00").unwrap();
    Occurrences::new("Europe/Berlin".parse().unwrap(), start, Some(rule)).unwrap_err()
}

#[test]
fn days_of_the_week_are_those_of_the_place() {
    // a Tuesday: the first Monday after it is the first run; in Kolkata it is Monday when in UTC it is Sunday still
    let mondays = unroll("Asia/Kolkata", "2026-12-01T05:00", "FREQ=WEEKLY;BYDAY=MO", 3);
    assert_eq!(mondays, ["2026-12-06T23:30Z", "2026-12-13T23:30Z", "2026-12-20T23:30Z"]);
    let both = unroll("Europe/Berlin", "2026-12-01T10:00", "RRULE:freq=weekly;byday=tu,fr;", 3);
    assert_eq!(both, ["2026-12-01T09:00Z", "2026-12-04T09:00Z", "2026-12-08T09:00Z"]);
}

#[test]
fn a_daily_run_keeps_its_wall_time_when_the_clocks_are_turned() {
    let spring = unroll("America/New_York", "2026-03-07T02:30", "FREQ=DAILY", 3);
    assert_eq!(spring, ["2026-03-07T07:30Z", "2026-03-08T07:00Z", "2026-03-09T06:30Z"]);
    let autumn = unroll("America/New_York", "2026-10-31T01:30", "FREQ=DAILY", 3);
    assert_eq!(autumn, ["2026-10-31T05:30Z", "2026-11-01T05:30Z", "2026-11-02T06:30Z"]);
    let berlin = unroll("Europe/Berlin", "2026-03-28T10:00", "FREQ=DAILY", 2);
    assert_eq!(berlin, ["2026-03-28T09:00Z", "2026-03-29T08:00Z"]);
}

#[test]
fn an_hourly_run_meets_no_moment_twice() {
    // 2:00 is left out and would be the moment of 3:00
    let spring = unroll("Europe/Berlin", "2026-03-29T00:00", "FREQ=HOURLY", 4);
    assert_eq!(spring, ["2026-03-28T23:00Z", "2026-03-29T00:00Z", "2026-03-29T01:00Z", "2026-03-29T02:00Z"]);
    let all = occurrences("Europe/Berlin", "2026-10-24T22:00", "FREQ=HOURLY");
    let moments: Vec<_> = std::iter::successors(all.first(), |last| all.after(*last)).take(12).collect();
    assert!(moments.windows(2).all(|pair| pair[0] < pair[1]), "{moments:?}");
}

#[test]
fn a_day_that_is_left_out_at_the_date_line_runs_when_it_is_over() {
    let apia = unroll("Pacific/Apia", "2011-12-29T10:00", "FREQ=DAILY", 4);
    // the 30th did not happen there; its run is the first moment of the 31st
    assert_eq!(apia, ["2011-12-29T20:00Z", "2011-12-30T10:00Z", "2011-12-30T20:00Z", "2011-12-31T20:00Z"]);
}

#[test]
fn a_month_without_a_31st_is_left_out_and_its_last_day_can_be_named() {
    let thirty_first = unroll("UTC", "2026-01-31T10:00", "FREQ=MONTHLY", 3);
    assert_eq!(thirty_first, ["2026-01-31T10:00Z", "2026-03-31T10:00Z", "2026-05-31T10:00Z"]);
    let last = unroll("UTC", "2026-01-31T10:00", "FREQ=MONTHLY;BYMONTHDAY=-1", 3);
    assert_eq!(last, ["2026-01-31T10:00Z", "2026-02-28T10:00Z", "2026-03-31T10:00Z"]);
    let first_monday = unroll("UTC", "2026-01-31T10:00", "FREQ=MONTHLY;BYDAY=1MO,-1FR", 3);
    assert_eq!(first_monday, ["2026-02-02T10:00Z", "2026-02-27T10:00Z", "2026-03-02T10:00Z"]);
    let leap = unroll("UTC", "2024-02-29T10:00", "FREQ=YEARLY", 2);
    assert_eq!(leap, ["2024-02-29T10:00Z", "2028-02-29T10:00Z"]);
}

#[test]
fn a_rule_ends_after_its_count_or_at_its_last_day() {
    assert_eq!(unroll("UTC", "2026-12-01T10:00", "FREQ=DAILY;COUNT=2", 9).len(), 2);
    assert_eq!(unroll("UTC", "2026-12-01T10:00", "FREQ=DAILY;UNTIL=20261203", 9).len(), 3);
    // 10:00 in Berlin is 9:00 in UTC
    assert_eq!(unroll("Europe/Berlin", "2026-12-01T10:00", "FREQ=DAILY;UNTIL=20261203T090000Z", 9).len(), 3);
    assert_eq!(unroll("Europe/Berlin", "2026-12-01T10:00", "FREQ=DAILY;UNTIL=20261203T085959Z", 9).len(), 2);
    assert_eq!(unroll("Europe/Berlin", "2026-12-01T10:00", "FREQ=DAILY;UNTIL=20261203T095959", 9).len(), 2);
}

#[test]
fn what_is_no_rule_or_runs_too_often_is_refused_with_its_reason() {
    for (rule, code) in [
        ("", "invalid_rule"),
        ("every monday", "invalid_rule"),
        ("BYDAY=MO", "invalid_rule"),
        ("FREQ=WEEKLY;BYDAY=XX", "invalid_rule"),
        ("FREQ=WEEKLY;FREQ=DAILY", "invalid_rule"),
        ("FREQ=WEEKLY;BYDAY=1MO", "invalid_rule"),
        ("FREQ=DAILY;INTERVAL=0", "invalid_rule"),
        ("FREQ=DAILY;COUNT=0", "invalid_rule"),
        ("FREQ=DAILY;UNTIL=soon", "invalid_rule"),
        ("FREQ=DAILY;BYSECOND=1,2", "invalid_rule"),
        ("FREQ=DAILY\nDTSTART:20200101T000000Z", "invalid_rule"),
        ("FREQ=MINUTELY", "rule_too_frequent"),
        ("FREQ=SECONDLY;COUNT=3", "rule_too_frequent"),
        ("FREQ=DAILY;BYMINUTE=0,30", "rule_too_frequent"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20270101", "contradictory_rule"),
        ("FREQ=DAILY;UNTIL=20200101", "no_occurrence"),
    ] {
        assert_eq!(refused(rule).code, code, "{rule}: {}", refused(rule).message);
    }
}

#[test]
fn a_rule_that_never_happens_is_found_out_quickly() {
    let begun = Instant::now();
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
        "FREQ=WEEKLY;INTERVAL=65535;BYMONTH=2;BYDAY=MO;BYSETPOS=7",
    ] {
        let never = occurrences("UTC", "2026-12-01T10:00", rule);
        assert_eq!(never.first(), None, "{rule}");
    }
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn years_of_hours_are_gone_through_quickly() {
    let zone: chrono_tz::Tz = "Asia/Kolkata".parse().unwrap();
    let hourly = occurrences("Asia/Kolkata", "2026-12-01T10:00", "FREQ=HOURLY");
    let begun = Instant::now();
    let years_later = wall::moment(zone, parse("at", "2036-12-01T10:15").unwrap());
    let next = hourly.after(years_later).unwrap();
    assert_eq!(write(shown(zone, next)), "2036-12-01T11:00:00");
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}
