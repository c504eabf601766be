//! Recurrence: RFC 5545 rules, counted in wall time.
//!
//! The rule is unrolled without a zone, and each wall time becomes a moment by [`super::wall`]: "every day at 2:30" is
//! one run a day also on the days the clocks are turned. What a rule may say is narrowed first, so that unrolling it is
//! always quick: campaigns are hours apart, never minutes.

use super::wall;
use crate::clock::Timestamp;
use crate::error::Problem;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};
use std::collections::BTreeMap;

/// No sensible rule is longer.
const LONGEST: usize = 200;
/// At most so many occurrences are gone through to find the next one: eleven years of every hour.
const MOST: usize = 100_000;
/// What of a rule is understood. `BYSECOND` is left out: runs are an hour apart at least.
const KNOWN: [&str; 13] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "BYHOUR",
    "BYMINUTE",
    "WKST",
];

/// When something happens: once, or again and again.
#[derive(Debug, Clone)]
pub(super) struct Occurrences {
    zone: Tz,
    start: NaiveDateTime,
    rule: Option<RRuleSet>,
}

impl Occurrences {
    /// Reads a rule that begins at a wall time. A time the rule does not name is no occurrence, also the first: from a
    /// Tuesday on, `FREQ=WEEKLY;BYDAY=MO` begins on the next Monday.
    ///
    /// # Errors
    /// A problem with `repeat`.
    pub(super) fn new(zone: Tz, start: NaiveDateTime, rule: Option<&str>) -> Result<Self, Problem> {
        let rule = rule.map(|text| unrolled(zone, start, text)).transpose()?;
        Ok(Self { zone, start, rule })
    }

    /// The first one later than `at`, if any.
    pub(super) fn after(&self, at: Timestamp) -> Option<Timestamp> {
        let later = |wall| Some(wall::moment(self.zone, wall)).filter(|moment| *moment > at);
        match &self.rule {
            None => later(self.start),
            Some(rule) => rule.into_iter().take(MOST).find_map(|wall| later(wall.naive_utc())),
        }
    }

    /// The moment it begins; with a rule not necessarily an occurrence.
    pub(super) fn start(&self) -> Timestamp {
        wall::moment(self.zone, self.start)
    }

    /// The day on which this moment falls there, `2026-12-07`.
    pub(super) fn day(&self, at: Timestamp) -> String {
        wall::shown(self.zone, at).format("%Y-%m-%d").to_string()
    }

    /// The first of all.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.after(Timestamp(i64::MIN))
    }
}

fn problem(code: &'static str, message: impl Into<String>) -> Problem {
    Problem::new("repeat", code, message)
}

/// The rule in the crate's words, with every wall time written as if its zone were UTC.
fn unrolled(zone: Tz, start: NaiveDateTime, text: &str) -> Result<RRuleSet, Problem> {
    let mut parts = parts(text)?;
    check(&parts)?;
    if let Some(until) = parts.get_mut("UNTIL") {
        *until = last(zone, until)?.format("%Y%m%dT%H%M%SZ").to_string();
    }
    let text: Vec<String> = parts.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let begin = rrule::Tz::UTC.from_utc_datetime(&start);
    let rule: RRule<Unvalidated> = text.join(";").parse().map_err(not_understood)?;
    match rule.validate(begin) {
        Ok(rule) => Ok(RRuleSet::new(begin).rrule(rule).limit()),
        Err(rrule::RRuleError::ValidationError(rrule::ValidationError::UntilBeforeStart { .. })) => {
            Err(problem("no_occurrence", "the rule ends before it begins; let `UNTIL` be later than `at`"))
        }
        Err(error) => Err(not_understood(error)),
    }
}

fn not_understood(error: rrule::RRuleError) -> Problem {
    problem("invalid_rule", format!("this is no rule of RFC 5545: {error}"))
}

/// `FREQ=WEEKLY;BYDAY=MO` by its parts.
fn parts(text: &str) -> Result<BTreeMap<String, String>, Problem> {
    let text = text.trim().to_ascii_uppercase();
    let rule = text.strip_prefix("RRULE:").unwrap_or(&text).trim_end_matches(';');
    if rule.len() > LONGEST || rule.is_empty() {
        let message = format!("write a rule like `FREQ=WEEKLY;BYDAY=MO`, of at most {LONGEST} characters");
        return Err(problem("invalid_rule", message));
    }
    let mut parts = BTreeMap::new();
    for part in rule.split(';') {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, value) = (key.trim(), value.trim());
        let plain = |c: char| c.is_ascii_alphanumeric() || ",+-".contains(c);
        if value.is_empty() || !value.chars().all(plain) || !KNOWN.contains(&key) {
            let message = format!("`{part}` is no part of a rule; known are {}", KNOWN.join(", "));
            return Err(problem("invalid_rule", message));
        }
        if parts.insert(key.to_string(), value.to_string()).is_some() {
            return Err(problem("invalid_rule", format!("`{key}` is said twice")));
        }
    }
    Ok(parts)
}

/// Refuses what would run too often, or says two things at once.
fn check(parts: &BTreeMap<String, String>) -> Result<(), Problem> {
    match parts.get("FREQ").map(String::as_str) {
        Some("HOURLY" | "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY") => {}
        Some("SECONDLY" | "MINUTELY") => {
            return Err(problem("rule_too_frequent", "a campaign repeats every hour at most"));
        }
        _ => return Err(problem("invalid_rule", "say how often: `FREQ=DAILY`, `WEEKLY`, `MONTHLY`, …")),
    }
    let in_months = matches!(parts.get("FREQ").map(String::as_str), Some("MONTHLY" | "YEARLY"));
    if !in_months && parts.get("BYDAY").is_some_and(|days| days.contains(|c: char| c.is_ascii_digit())) {
        return Err(problem("invalid_rule", "a numbered day like `1MO` is one of a month or a year"));
    }
    if parts.get("BYMINUTE").is_some_and(|minutes| minutes.contains(',')) {
        return Err(problem("rule_too_frequent", "a campaign repeats every hour at most: name one minute"));
    }
    if parts.get("INTERVAL").is_some_and(|n| n.parse::<u16>().unwrap_or(0) == 0) {
        return Err(problem("invalid_rule", "`INTERVAL` is a number from 1 to 65535"));
    }
    if parts.get("COUNT").is_some_and(|n| n.parse::<u32>().unwrap_or(0) == 0) {
        return Err(problem("invalid_rule", "`COUNT` is a number from 1"));
    }
    if parts.contains_key("COUNT") && parts.contains_key("UNTIL") {
        return Err(problem("contradictory_rule", "give `COUNT` or `UNTIL`, not both"));
    }
    Ok(())
}

/// The last wall time of a rule. RFC 5545 wants a moment in UTC; people write a day, and mean all of it.
fn last(zone: Tz, until: &str) -> Result<NaiveDateTime, Problem> {
    let day = NaiveDate::parse_from_str(until, "%Y%m%d").ok();
    let end_of_day = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    let local = || NaiveDateTime::parse_from_str(until, "%Y%m%dT%H%M%S").ok();
    let moment = || {
        let utc = NaiveDateTime::parse_from_str(until, "%Y%m%dT%H%M%SZ").ok()?;
        Some(wall::shown(zone, utc.and_utc().into()))
    };
    day.map(|day| day.and_time(end_of_day)).or_else(local).or_else(moment).ok_or_else(|| {
        problem("invalid_rule", "write `UNTIL` as `20261231`, `20261231T170000` or `20261231T170000Z`")
    })
}

#[cfg(test)]
mod tests;
