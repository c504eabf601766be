//! The shape of the files in `data/`: comments, a head of `key: value`, an empty line, and lines of words.

use crate::clock::Timestamp;
use chrono::{NaiveDate, NaiveTime};
use std::collections::BTreeMap;

/// A file of prices, read.
pub(super) struct Sheet {
    head: BTreeMap<&'static str, &'static str>,
    /// What stands below the head, without empty lines.
    pub(super) lines: Vec<&'static str>,
}

impl Sheet {
    /// Reads a file; says what is wrong with it.
    pub(super) fn read(text: &'static str) -> Result<Self, String> {
        let (head, body) = text.split_once("\n\n").ok_or("there is no empty line below the head")?;
        let told = head.lines().filter(|line| !line.starts_with('#'));
        let pair =
            |line: &'static str| line.split_once(": ").ok_or_else(|| format!("no `key: value`: {line}"));
        let head = told.map(pair).collect::<Result<_, _>>()?;
        Ok(Self { head, lines: body.lines().filter(|line| !line.is_empty()).collect() })
    }

    /// What the head says under this key.
    pub(super) fn get(&self, key: &str) -> Result<&'static str, String> {
        self.head.get(key).copied().ok_or_else(|| format!("the head says no `{key}`"))
    }
}

/// The beginning of a day like `2026-10-01`, in UTC. Prices change at midnight in the zone of the account at Meta, which
/// we do not know; so for some hours at the turn of a quarter ours are those of the other side.
pub(super) fn day(text: &str) -> Result<Timestamp, String> {
    let day = text.parse::<NaiveDate>().map_err(|error| format!("{text}: {error}"))?;
    Ok(day.and_time(NaiveTime::MIN).and_utc().into())
}
