//! When a delivery that failed is made again.

use crate::clock::Timestamp;
use crate::ids::EventId;
use chrono::DateTime;
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
/// Seconds between an attempt and the next: an outage of a weekend loses nothing, a hiccup costs seconds.
const WAITS: [u64; 9] =
    [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// A receiver may ask to be left alone for at most so long.
const LONGEST: Duration = Duration::from_secs(24 * HOUR);

/// When to try again after this many attempts; `None`: no more. What the receiver asks for (`Retry-After`) counts if it
/// is later than that, up to a day. A tenth on top, the same for the same event, keeps a crowd from coming back at once.
pub(super) fn next(
    attempts: i32,
    now: Timestamp,
    event: EventId,
    retry_after: Option<&str>,
) -> Option<Timestamp> {
    let wait = usize::try_from(attempts).ok()?.checked_sub(1).and_then(|at| WAITS.get(at))?;
    let wait = Duration::from_secs(*wait);
    let wait = wait.max(asked(retry_after, now).unwrap_or_default().min(LONGEST));
    let tenths = u32::try_from(event.spread() % 1_000).unwrap_or(0);
    Some(now.plus(wait + wait / 10 * tenths / 1_000))
}

/// `Retry-After`: seconds, or a date.
fn asked(retry_after: Option<&str>, now: Timestamp) -> Option<Duration> {
    let text = retry_after?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some(Timestamp(at.timestamp_millis()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn wait(attempts: i32, retry_after: Option<&str>) -> Option<f64> {
        let now = Timestamp(1_795_000_000_000);
        let event = EventId::new(&ManualClock::new(now));
        next(attempts, now, event, retry_after).map(|at| at.since(now).as_secs_f64())
    }

    #[test]
    fn waits_grow_over_three_days_and_then_end() {
        let waits: Vec<f64> = (1..=9).map(|attempts| wait(attempts, None).unwrap()).collect();
        for (wait, least) in waits.iter().zip(WAITS) {
            assert!((least as f64..=least as f64 * 1.1).contains(wait), "{wait} for {least}");
        }
        assert_eq!(wait(10, None), None);
        assert_eq!(wait(0, None), None);
    }

    #[test]
    fn a_receiver_may_ask_for_time_but_not_for_ever_and_not_for_less() {
        let within = |retry_after, least: f64| {
            let wait = wait(1, Some(retry_after)).unwrap();
            assert!((least..=least * 1.1).contains(&wait), "{wait} for {retry_after}");
        };
        within("120", 120.0);
        within(" 1 ", 5.0);
        within("999999999", 86_400.0);
        within("Wed, 18 Nov 2026 11:08:40 GMT", 120.0);
        within("Wed, 18 Nov 2020 11:08:40 GMT", 5.0);
        within("soon", 5.0);
        within("-5", 5.0);
    }
}
