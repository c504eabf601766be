//! Where people are, as far as their number or country tells: the time zones they may be in.
//!
//! `zones.txt` says how its facts were found. A number's prefix often leaves several zones open; whoever asks then has
//! to respect all of them.

use chrono_tz::Tz;
use std::collections::HashMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("zones.txt");
/// No prefix in the data is longer.
const LONGEST: usize = 8;

/// The data, parsed: prefixes and countries share one table, for the former are digits and the latter letters.
struct Table {
    groups: Vec<Vec<Tz>>,
    keys: HashMap<&'static str, usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { groups: Vec::new(), keys: HashMap::new() };
    for line in DATA.lines() {
        if line.starts_with('#') {
            continue;
        } else if let Some(keys) = line.strip_prefix("  ") {
            let group = table.groups.len().saturating_sub(1);
            table.keys.extend(keys.split(' ').map(|key| (key, group)));
        } else {
            table.groups.push(line.split(' ').filter_map(parse).collect());
        }
    }
    table
});

impl Table {
    fn get(&self, key: &str) -> Option<&[Tz]> {
        self.keys.get(key).and_then(|group| self.groups.get(*group)).map(Vec::as_slice)
    }
}

/// A zone by its IANA name, like `Asia/Kolkata`, spelled exactly; `None` when there is none.
pub fn parse(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The zones a number may be in, by its longest known prefix; empty when there is none.
///
/// `digits`: E.164 without the plus, as [`crate::phone::Phone::digits`] gives them. Mexican ids of WhatsApp with the
/// `1` that numbers lost in 2019 are understood, too.
pub fn of_number(digits: &str) -> &'static [Tz] {
    if let Some(rest) = digits.strip_prefix("521")
        && let Some(area) = rest.get(..3)
    {
        return longest(&format!("52{area}"));
    }
    longest(digits)
}

fn longest(digits: &str) -> &'static [Tz] {
    let prefixes = (1..=LONGEST.min(digits.len())).rev().filter_map(|n| digits.get(..n));
    prefixes.filter_map(|prefix| TABLE.get(prefix)).next().unwrap_or_default()
}

/// The zones of a country (ISO 3166, like `IN`); empty when there is no such country.
pub fn of_country(iso: &str) -> &'static [Tz] {
    let letters = iso.len() == 2 && iso.bytes().all(|b| b.is_ascii_uppercase());
    if letters { TABLE.get(iso).unwrap_or_default() } else { &[] }
}

/// The zones a person may be in: the one somebody named for them, or else those of their number, or else those of the
/// country their BSUID (`IN.4b2f…`) begins with. Empty when nothing is known.
pub fn of_person<'a>(named: &'a Option<Tz>, digits: Option<&str>, bsuid: Option<&str>) -> &'a [Tz] {
    if named.is_some() {
        return named.as_slice();
    }
    match digits.map(of_number).unwrap_or_default() {
        [] => bsuid.and_then(|id| id.split_once('.')).map(|(iso, _)| of_country(iso)).unwrap_or_default(),
        zones => zones,
    }
}
