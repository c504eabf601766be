use super::*;
use crate::policy::zones;
use chrono::DateTime;
use chrono_tz::{America, Asia, Australia, Europe, Pacific};

mod properties;

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc().into()
}

fn time(text: &str) -> WallTime {
    WallTime::parse(text).unwrap()
}

fn hours(from: &str, until: &str) -> Hours {
    Hours::parse(from, until, true).unwrap()
}

fn working_days(from: &str, until: &str) -> Hours {
    Hours::parse(from, until, false).unwrap()
}

fn places(zones: &[Tz]) -> Places<'_> {
    Places { zones, fallback: Tz::UTC }
}

/// The first moment from `from` on at which `hours` are open in `zone`.
fn next(hours: Hours, zone: Tz, from: &str) -> Timestamp {
    hours.next_open(places(&[zone]), at(from)).unwrap()
}

/// The first moment from `from` on at which it is `text` in `zone`.
fn local(text: &str, zone: Tz, from: &str) -> Timestamp {
    next_local(time(text), places(&[zone]), at(from))
}

#[test]
fn hours_are_read_and_written_as_people_do() {
    let read = |json: &str| serde_json::from_str::<Hours>(json).map_err(|e| e.to_string());
    let default = read(r#"{"from":"09:00","until":"21:00"}"#).unwrap();
    assert_eq!(default, Hours::default());
    assert_eq!(
        serde_json::to_string(&default).unwrap(),
        r#"{"from":"09:00","until":"21:00","weekends":true}"#
    );
    let night = read(r#"{"from":"20:00","until":"24:00","weekends":false}"#).unwrap();
    assert_eq!((night.from().minutes(), night.until().minutes(), night.weekends()), (1_200, 1_440, false));
    for (from, until, words) in [
        ("09:00", "09:00", "never opens"),
        ("24:00", "09:00", "\"24:00\" is not a time of day"),
        ("09:00", "24:01", "\"24:01\" is not a time of day"),
        ("9:00", "21:00", "write hours and minutes, like 09:00"),
        ("09:60", "21:00", "not a time"),
        ("09:00", "21:00:00", "not a time"),
        ("+9:00", "21:00", "not a time"),
        ("", "21:00", "not a time"),
    ] {
        let wrong = Hours::parse(from, until, true).unwrap_err();
        assert!(wrong.to_string().contains(words), "{wrong}");
        assert!(read(&format!(r#"{{"from":"{from}","until":"{until}"}}"#)).is_err());
    }
    assert_eq!(Hours::parse("09:00", "x", true).unwrap_err().field(), "until");
    assert_eq!(Hours::parse("x", "09:00", true).unwrap_err().field(), "from");
    assert!(read(r#"{"from":"09:00","until":"21:00","weekend":false}"#).is_err());
}

#[test]
fn hours_follow_the_clock_through_summer_time() {
    for (zone, from, opens) in [
        // clocks forward, clocks back; the day before and the day itself
        (America::New_York, "2026-03-07T06:00:00Z", "2026-03-07T14:00:00Z"),
        (America::New_York, "2026-03-08T06:00:00Z", "2026-03-08T13:00:00Z"),
        (America::New_York, "2026-10-31T05:00:00Z", "2026-10-31T13:00:00Z"),
        (America::New_York, "2026-11-01T05:00:00Z", "2026-11-01T14:00:00Z"),
        (Europe::Berlin, "2026-03-28T00:00:00Z", "2026-03-28T08:00:00Z"),
        (Europe::Berlin, "2026-03-29T00:00:00Z", "2026-03-29T07:00:00Z"),
        (Europe::Berlin, "2026-10-24T00:00:00Z", "2026-10-24T07:00:00Z"),
        (Europe::Berlin, "2026-10-25T00:00:00Z", "2026-10-25T08:00:00Z"),
        (Australia::Sydney, "2026-04-03T15:00:00Z", "2026-04-03T22:00:00Z"),
        (Australia::Sydney, "2026-04-04T15:00:00Z", "2026-04-04T23:00:00Z"),
        (Australia::Sydney, "2026-10-02T15:00:00Z", "2026-10-02T23:00:00Z"),
        (Australia::Sydney, "2026-10-03T15:00:00Z", "2026-10-03T22:00:00Z"),
        (Australia::Lord_Howe, "2026-04-03T14:00:00Z", "2026-04-03T22:00:00Z"),
        (Australia::Lord_Howe, "2026-04-04T14:00:00Z", "2026-04-04T22:30:00Z"),
        (Australia::Lord_Howe, "2026-10-02T14:00:00Z", "2026-10-02T22:30:00Z"),
        (Australia::Lord_Howe, "2026-10-03T14:00:00Z", "2026-10-03T22:00:00Z"),
    ] {
        assert_eq!(next(Hours::default(), zone, from), at(opens), "{zone} from {from}");
    }
}

#[test]
fn hours_that_open_while_clocks_are_changed_go_by_what_these_show() {
    // 02:30 does not come: 03:00 follows 02:00
    assert_eq!(
        next(hours("02:30", "21:00"), America::New_York, "2026-03-08T05:00:00Z"),
        at("2026-03-08T07:00:00Z")
    );
    // 01:30 comes twice, with 01:00 to 01:30 in between
    let early = hours("01:30", "21:00");
    assert_eq!(next(early, America::New_York, "2026-11-01T04:00:00Z"), at("2026-11-01T05:30:00Z"));
    assert_eq!(next(early, America::New_York, "2026-11-01T06:00:00Z"), at("2026-11-01T06:30:00Z"));
    // 01:45 is closed, and 01:00 comes again before the day is over
    assert_eq!(
        next(hours("20:00", "01:30"), America::New_York, "2026-11-01T05:45:00Z"),
        at("2026-11-01T06:00:00Z")
    );
    // what lies within the hour that is left out opens the next day
    assert_eq!(
        next(hours("02:10", "02:50"), America::New_York, "2026-03-08T06:00:00Z"),
        at("2026-03-09T06:10:00Z")
    );
}

#[test]
fn weekends_are_those_of_the_person() {
    let week = working_days("09:00", "21:00");
    // Friday evening in New York is Saturday morning in Kolkata
    let friday = at("2026-11-28T01:00:00Z");
    assert!(week.open(places(&[America::New_York]), friday));
    assert!(Hours::default().open(places(&[America::New_York]), friday));
    assert!(!week.open(places(&[Asia::Kolkata]), at("2026-11-28T04:00:00Z")));
    assert!(Hours::default().open(places(&[Asia::Kolkata]), at("2026-11-28T04:00:00Z")));
    assert_eq!(next(week, Asia::Kolkata, "2026-11-27T15:30:00Z"), at("2026-11-30T03:30:00Z"));
    let all_day = working_days("00:00", "24:00");
    assert_eq!(next(all_day, Asia::Kolkata, "2026-11-27T18:29:59Z"), at("2026-11-27T18:29:59Z"));
    assert_eq!(next(all_day, Asia::Kolkata, "2026-11-27T18:30:00Z"), at("2026-11-29T18:30:00Z"));
}

#[test]
fn hours_over_midnight_belong_to_the_day_they_open() {
    let night = working_days("20:00", "02:00");
    let utc = |text: &str| night.open(places(&[]), at(text));
    assert!(utc("2026-11-27T20:00:00Z") && utc("2026-11-28T01:59:59Z"), "Friday's lasts into Saturday");
    assert!(!utc("2026-11-28T02:00:00Z") && !utc("2026-11-28T20:00:00Z"));
    assert!(!utc("2026-11-30T01:00:00Z"), "Sunday's would last into Monday");
    assert_eq!(next(night, Tz::UTC, "2026-11-28T02:00:00Z"), at("2026-11-30T20:00:00Z"));
    assert!(hours("20:00", "00:00").open(places(&[]), at("2026-11-28T23:59:59Z")));
    assert!(!hours("20:00", "00:00").open(places(&[]), at("2026-11-28T00:00:00Z")));
}

#[test]
fn over_the_date_line_clocks_agree_and_days_do_not() {
    let samoas = [Pacific::Apia, Pacific::Pago_Pago];
    let week = working_days("09:00", "21:00");
    assert!(week.open(places(&samoas), at("2026-11-26T21:00:00Z")), "Friday and Thursday");
    let friday = at("2026-11-27T21:00:00Z");
    assert!(!week.open(places(&samoas[..1]), friday) && week.open(places(&samoas[1..]), friday));
    assert_eq!(
        week.next_open(places(&samoas), friday),
        Some(at("2026-11-30T20:00:00Z")),
        "Tuesday and Monday"
    );
    assert_eq!(Hours::default().next_open(places(&samoas), friday), Some(friday));
    assert_eq!(
        next(Hours::default(), Pacific::Kiritimati, "2026-11-27T12:00:00Z"),
        at("2026-11-27T19:00:00Z")
    );
}

#[test]
fn every_zone_of_a_number_has_to_allow_it() {
    let russia = places(zones::of_number("79991234567"));
    let noon = at("2026-11-27T09:00:00Z");
    assert!(!Hours::default().open(russia, noon), "it is 21:00 in Kamchatka");
    assert_eq!(Hours::default().next_open(russia, noon), Some(at("2026-11-28T07:00:00Z")));
    assert_eq!(hours("09:00", "10:00").next_open(russia, noon), None);
    assert!(Hours::default().next_open(places(zones::of_number("18005550100")), noon).is_some());
    let unknown = Places { zones: zones::of_number("000"), fallback: Asia::Kolkata };
    assert_eq!(
        Hours::default().next_open(unknown, at("2026-11-27T16:00:00Z")),
        Some(at("2026-11-28T03:30:00Z"))
    );
}

#[test]
fn a_time_of_day_comes_once_a_day_for_each_person() {
    assert_eq!(local("10:00", Asia::Kolkata, "2026-11-27T04:30:00Z"), at("2026-11-27T04:30:00Z"));
    assert_eq!(local("10:00", Asia::Kolkata, "2026-11-27T04:30:01Z"), at("2026-11-28T04:30:00Z"));
    assert_eq!(local("10:00", Pacific::Kiritimati, "2026-11-27T19:00:00Z"), at("2026-11-27T20:00:00Z"));
    assert_eq!(local("23:30", Pacific::Pago_Pago, "2026-11-27T01:00:00Z"), at("2026-11-27T10:30:00Z"));
    // left out: the first moment after; twice: the earlier one
    assert_eq!(local("02:30", America::New_York, "2026-03-08T05:00:00Z"), at("2026-03-08T07:00:00Z"));
    assert_eq!(local("02:15", Australia::Lord_Howe, "2026-10-03T10:00:00Z"), at("2026-10-03T15:30:00Z"));
    assert_eq!(local("01:30", America::New_York, "2026-11-01T04:00:00Z"), at("2026-11-01T05:30:00Z"));
    assert_eq!(local("01:45", Australia::Lord_Howe, "2026-04-04T10:00:00Z"), at("2026-04-04T14:45:00Z"));
    // several zones: the latest, of one day; at 10:30 in New York that is still to come in Los Angeles
    let coasts = [America::New_York, America::Los_Angeles];
    for (from, then) in [
        ("2026-11-27T12:00:00Z", "2026-11-27T18:00:00Z"),
        ("2026-11-27T15:30:00Z", "2026-11-27T18:00:00Z"),
        ("2026-11-27T18:30:00Z", "2026-11-28T18:00:00Z"),
    ] {
        assert_eq!(next_local(time("10:00"), places(&coasts), at(from)), at(then), "{from}");
    }
    // a day that was left out altogether: Apia went from the 29th to the 31st
    assert_eq!(local("10:00", Pacific::Apia, "2011-12-30T08:00:00Z"), at("2011-12-30T10:00:00Z"));
}
