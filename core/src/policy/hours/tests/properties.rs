//! What holds for any hours, any zones and any moment.

use super::*;
use chrono::{Datelike, NaiveTime, Weekday};
use proptest::prelude::*;

/// Whether hours are open by a calendar, without any of our arithmetic.
fn open_by_calendar(hours: Hours, zone: Tz, at: Timestamp) -> bool {
    let here = at.to_utc().with_timezone(&zone);
    let clock = |time: WallTime| {
        NaiveTime::from_hms_opt(u32::from(time.minutes() / 60), u32::from(time.minutes() % 60), 0)
    };
    let opens = |day: Weekday| hours.weekends() || !matches!(day, Weekday::Sat | Weekday::Sun);
    let after = Some(here.time()) >= clock(hours.from());
    let before = clock(hours.until()).is_none_or(|until| here.time() < until);
    if hours.from() < hours.until() {
        after && before && opens(here.weekday())
    } else {
        (after && opens(here.weekday())) || (before && opens(here.weekday().pred()))
    }
}

fn any_hours() -> impl Strategy<Value = Hours> {
    let text = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let window = (0u16..1_440, 0u16..=1_440, any::<bool>());
    window.prop_filter_map("never opens", move |(from, until, weekends)| {
        Hours::parse(&text(from), &text(until), weekends).ok()
    })
}

fn any_zones() -> impl Strategy<Value = Vec<Tz>> {
    let restless = [
        "America/New_York",
        "Europe/Berlin",
        "Australia/Sydney",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Africa/Cairo",
        "Asia/Beirut",
        "America/Havana",
        "America/St_Johns",
        "Antarctica/Troll",
    ];
    let quiet = ["Asia/Kolkata", "Pacific/Apia", "Pacific/Pago_Pago", "Pacific/Kiritimati", "Asia/Kathmandu"];
    let zone = prop::sample::select([restless.as_slice(), &quiet].concat());
    prop::collection::vec(zone.prop_map(|name| zones::parse(name).unwrap()), 1..4)
}

/// From 2026 to 2029.
fn any_moment() -> impl Strategy<Value = Timestamp> {
    (1_767_225_600_000i64..1_861_920_000_000).prop_map(Timestamp)
}

proptest! {
    #[test]
    fn hours_are_open_when_every_calendar_says_so(hours in any_hours(), zones in any_zones(), at in any_moment()) {
        let told = zones.iter().all(|zone| open_by_calendar(hours, *zone, at));
        prop_assert_eq!(hours.open(places(&zones), at), told);
    }

    #[test]
    fn the_next_opening_is_the_first(hours in any_hours(), zones in any_zones(), at in any_moment()) {
        let places = places(&zones);
        let next = hours.next_open(places, at);
        if let Some(next) = next {
            prop_assert!(next >= at && hours.open(places, next));
            prop_assert_eq!(hours.next_open(places, next), Some(next));
            prop_assert!(next == at || !hours.open(places, Timestamp(next.0 - 1)));
        }
        let until = next.map_or(at.0 + HORIZON, |next| next.0);
        for moment in (at.0..until).step_by(7 * 60_000) {
            prop_assert!(!hours.open(places, Timestamp(moment)), "open at {}", Timestamp(moment));
        }
    }

    #[test]
    fn the_next_time_of_day_has_come_everywhere(minutes in 0u16..1_440, zones in any_zones(), at in any_moment()) {
        let time = WallTime::new(0, minutes);
        let next = next_local(time, places(&zones), at);
        prop_assert!(next >= at && next.0 - at.0 <= 26 * 3_600_000, "{}", next);
        // the last zone to get there has just got there
        let short_of = |zone: &Tz| {
            let (before, after) = (wall::clock(*zone, next.0 - 1), wall::clock(*zone, next.0));
            let reading = after.div_euclid(DAY) * DAY + time.ms();
            before < reading && reading <= after
        };
        prop_assert!(zones.iter().any(short_of));
        // and what asks a moment later waits for the next day
        let later = next_local(time, places(&zones), Timestamp(next.0 + 1));
        prop_assert!((22 * 3_600_000..=26 * 3_600_000).contains(&(later.0 - next.0)));
    }
}
