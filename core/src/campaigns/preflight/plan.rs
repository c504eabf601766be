//! When a campaign would be done: its people by the places they live in, its pace, the hours in which marketing goes out,
//! and how many new people a portfolio may write to in 24 hours.
//!
//! A simulation in steps of a quarter of an hour. It knows nothing of failures and retries, so it is an estimate and
//! called one.

use crate::clock::Timestamp;
use crate::policy::hours::{Hours, Places};
use chrono_tz::Tz;
use std::collections::VecDeque;
use std::time::Duration;

const STEP: Duration = Duration::from_secs(15 * 60);
const STEPS_A_DAY: usize = 96;
/// Further ahead nobody plans.
const DAYS: usize = 60;

/// People who may be written to at the same times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Crowd {
    pub(super) zones: Vec<Tz>,
    pub(super) people: u64,
    /// The moment before which nobody of them is sent to: a time of their own day.
    pub(super) from: Timestamp,
    /// Who do not count towards the portfolio's limit: they wrote lately.
    pub(super) free: bool,
}

/// What limits the pace.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Messages a minute, of the campaign's own rate and its senders'.
    pub(super) per_minute: u64,
    /// New people a portfolio may still write to today, and each day; `None`: as many as one likes.
    pub(super) people: Option<Room>,
}

/// How many new people may be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Within any 24 hours.
    pub(super) limit: u64,
    /// Written to in the last 24 hours.
    pub(super) used: u64,
}

/// What it comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// How many are sent to on each day, counted from the start; the last ones may be 0 where nobody's hours are open.
    pub days: Vec<u64>,
    /// When the last one is sent; `None`: beyond what is planned ahead.
    pub finishes_at: Option<Timestamp>,
}

/// Plans a campaign that starts at `now`.
pub(super) fn plan(
    mut crowds: Vec<Crowd>,
    pace: Pace,
    hours: Option<&Hours>,
    fallback: Tz,
    now: Timestamp,
) -> Plan {
    let per_step = pace.per_minute.saturating_mul(STEP.as_secs() / 60).max(1);
    let mut plan = Plan::default();
    // new people of the last 24 hours, step by step
    let mut lately: VecDeque<u64> = VecDeque::from(vec![0; STEPS_A_DAY]);
    let mut reached = pace.people.map_or(0, |room| room.used);
    for step in 0..DAYS * STEPS_A_DAY {
        if crowds.iter().all(|crowd| crowd.people == 0) {
            break;
        }
        let at = now.plus(STEP * u32::try_from(step).unwrap_or(u32::MAX));
        if step == STEPS_A_DAY {
            // when exactly those of before were written to is not known: a day later none of them counts
            reached = reached.saturating_sub(pace.people.map_or(0, |room| room.used));
        }
        reached = reached.saturating_sub(lately.pop_front().unwrap_or(0));
        let mut left = per_step;
        let mut room = pace.people.map_or(u64::MAX, |room| room.limit.saturating_sub(reached));
        let (mut sent, mut new) = (0, 0);
        for crowd in crowds.iter_mut().filter(|crowd| crowd.people > 0) {
            let places = Places { zones: &crowd.zones, fallback };
            if at < crowd.from || hours.is_some_and(|hours| !hours.open(places, at)) {
                continue;
            }
            let take = crowd.people.min(left).min(if crowd.free { u64::MAX } else { room });
            crowd.people -= take;
            (left, sent) = (left - take, sent + take);
            if !crowd.free {
                (room, new) = (room - take, new + take);
            }
        }
        reached += new;
        lately.push_back(new);
        let day = step / STEPS_A_DAY;
        if plan.days.len() <= day {
            plan.days.push(0);
        }
        plan.days[day] += sent;
        if sent > 0 {
            // of a step that was not filled, only the part that was needed
            let share = STEP.mul_f64(sent as f64 / per_step as f64);
            plan.finishes_at = Some(at.plus(share));
        }
    }
    if crowds.iter().any(|crowd| crowd.people > 0) {
        plan.finishes_at = None;
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc().into()
    }

    fn crowd(zone: Tz, people: u64) -> Crowd {
        Crowd { zones: vec![zone], people, from: Timestamp(0), free: false }
    }

    const FAST: Pace = Pace { per_minute: 4_800, people: None };

    #[test]
    fn by_day_it_takes_as_long_as_the_pace_says() {
        let now = at("2026-11-27T06:00:00Z");
        let plan = plan(vec![crowd(Tz::Asia__Kolkata, 48_000)], FAST, None, Tz::UTC, now);
        assert_eq!(plan.days, [48_000]);
        assert_eq!(plan.finishes_at, Some(now.plus(Duration::from_secs(600))));
    }

    #[test]
    fn by_night_it_waits_for_each_place_to_wake() {
        let hours = Hours::parse("09:00", "21:00", true).unwrap();
        let now = at("2026-11-27T18:00:00Z");
        let crowds = vec![crowd(Tz::Asia__Kolkata, 4_800), crowd(Tz::Europe__London, 4_800)];
        let plan = plan(crowds, FAST, Some(&hours), Tz::UTC, now);
        assert_eq!(
            plan.finishes_at,
            Some(at("2026-11-28T03:31:00Z")),
            "nine in India, half past three in Greenwich"
        );
    }

    #[test]
    fn more_people_than_a_portfolio_may_write_to_take_several_days() {
        let pace = Pace { per_minute: 4_800, people: Some(Room { limit: 2_000, used: 500 }) };
        let now = at("2026-11-27T06:00:00Z");
        let mut crowds = vec![crowd(Tz::Asia__Kolkata, 5_000)];
        crowds.push(Crowd { free: true, ..crowd(Tz::Asia__Kolkata, 100) });
        let plan = plan(crowds, pace, None, Tz::UTC, now);
        assert_eq!(plan.days, [1_600, 2_000, 1_500]);
        assert!(plan.finishes_at.is_some_and(|end| end > now.plus(Duration::from_secs(2 * 86_400))));
    }

    #[test]
    fn what_never_ends_has_no_end() {
        let pace = Pace { per_minute: 80, people: Some(Room { limit: 250, used: 0 }) };
        let plan = plan(vec![crowd(Tz::UTC, 1_000_000)], pace, None, Tz::UTC, at("2026-11-27T06:00:00Z"));
        assert_eq!((plan.days.len(), plan.finishes_at), (DAYS, None));
    }
}
