//! When in the day a campaign sends, and when it stops by itself.

use super::entity::Model;
use crate::clock::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::policy::hours::WallTime;

/// What a draft says about that; everything may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Each recipient at this time of their own day: `10:00`.
    pub send_at_local: Option<String>,
    /// What was not sent by then is not sent any more.
    pub stop_at: Option<Timestamp>,
    /// Pause when so many of a hundred messages failed; 1 to 100.
    pub pause_at_failed_percent: Option<u32>,
    /// Pause when so many of a hundred people stopped such messages; 1 to 100.
    pub pause_at_opted_out_percent: Option<u32>,
}

impl Bounds {
    /// Those of a campaign.
    pub fn of(campaign: &Model) -> Self {
        Self {
            send_at_local: campaign.send_at_local.clone(),
            stop_at: campaign.stop_at,
            pause_at_failed_percent: campaign.pause_at_failed_percent.map(i32::unsigned_abs),
            pause_at_opted_out_percent: campaign.pause_at_opted_out_percent.map(i32::unsigned_abs),
        }
    }

    /// Everything wrong with them.
    pub(super) fn problems(&self, now: Timestamp) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.send_at_local.as_deref().is_some_and(|text| WallTime::parse(text).is_err()) {
            let message = "write a time of the day with two digits each: `09:30`";
            problems.push(Problem::new("send_at_local", "invalid_time", message));
        }
        problems.extend(in_past(self.stop_at, now));
        let percents = [
            ("pause_at_failed_percent", self.pause_at_failed_percent),
            ("pause_at_opted_out_percent", self.pause_at_opted_out_percent),
        ];
        for (field, percent) in percents {
            if percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
                problems.push(Problem::new(field, "invalid_percent", "between 1 and 100"));
            }
        }
        problems
    }

    /// Puts them into a campaign.
    pub(super) fn put(self, campaign: Model) -> Model {
        let whole = |percent: u32| i32::try_from(percent).unwrap_or(100);
        Model {
            send_at_local: self.send_at_local,
            stop_at: self.stop_at,
            pause_at_failed_percent: self.pause_at_failed_percent.map(whole),
            pause_at_opted_out_percent: self.pause_at_opted_out_percent.map(whole),
            ..campaign
        }
    }
}

fn in_past(stop_at: Option<Timestamp>, now: Timestamp) -> Option<Problem> {
    let message = "this moment is over; give a later one, or leave it out";
    stop_at.filter(|stop| *stop <= now).map(|_| Problem::new("stop_at", "time_in_past", message))
}

/// A draft may have waited longer than it may send.
pub(super) fn check_launch(campaign: &Model, now: Timestamp) -> Result<()> {
    in_past(campaign.stop_at, now).map_or(Ok(()), |problem| Err(Error::Invalid(vec![problem])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_day_has_two_digits_each_and_is_one() {
        for good in ["00:00", "09:30", "23:59"] {
            assert!(WallTime::parse(good).is_ok(), "{good}");
        }
        for bad in ["9:30", "24:00", "12:60", "12", "12:00:00", "+1:00", "ab:cd", "", "१२:००"] {
            assert!(WallTime::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let bounds = Bounds {
            send_at_local: Some("25:00".into()),
            stop_at: Some(Timestamp(5)),
            pause_at_failed_percent: Some(0),
            pause_at_opted_out_percent: Some(101),
        };
        let problems = bounds.problems(Timestamp(5));
        let fields: Vec<_> = problems.iter().map(|problem| (problem.field.as_str(), problem.code)).collect();
        assert_eq!(
            fields,
            [
                ("send_at_local", "invalid_time"),
                ("stop_at", "time_in_past"),
                ("pause_at_failed_percent", "invalid_percent"),
                ("pause_at_opted_out_percent", "invalid_percent"),
            ]
        );
        assert_eq!(Bounds::default().problems(Timestamp(5)), []);
    }
}
