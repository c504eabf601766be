//! Markets: a country, or the rest of a region, in which messages cost the same.
//!
//! "Market = recipient calling code" (Meta, pricing page): not where somebody is, but what their number begins with. +1
//! in the Caribbean is not North America, and Kazakhstan and Russia share +7. Which prefix belongs where changes with the
//! quarters, so it is looked up for a moment.

use super::sheet::{Sheet, day};
use crate::clock::Timestamp;
use crate::phone::Phone;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

const FILE: &str = include_str!("data/markets.txt");

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let broken =
        |error: &String| tracing::error!(%error, "the markets cannot be read; every market is unknown");
    Table::read(FILE).inspect_err(broken).unwrap_or_default()
});

/// A market, by its code: a country of ISO 3166 (`IN`), a region (`NORTH_AMERICA`), or `OTHER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Market(&'static str);

impl Market {
    /// So many digits of a number, its country code included, are enough to tell its market.
    pub const PREFIX: usize = 4;

    /// The market of a number at this moment: that of the longest prefix, and `OTHER` without one ("no match => OTHER").
    /// `None` before the first table.
    pub fn of_phone(phone: &Phone, at: Timestamp) -> Option<Self> {
        Self::of_digits(phone.digits(), at)
    }

    /// The same for a number's digits, or the first [`PREFIX`](Self::PREFIX) of them; `None` for what is no digits.
    pub fn of_digits(digits: &str, at: Timestamp) -> Option<Self> {
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let version = TABLE.at(at)?;
        let mut longest = (1..=Self::PREFIX.min(digits.len())).rev();
        let found = longest.find_map(|length| version.prefixes.get(&digits[..length]));
        Some(Self(found.map_or(TABLE.otherwise, |(_, market)| market)))
    }

    /// The market of somebody known by their BSUID only, which begins with their country (`DE.…`).
    ///
    /// `None` for a country the table does not name: it may share the calling code of one that it does (Guernsey is +44),
    /// so `OTHER` would be a guess.
    pub fn of_bsuid(bsuid: &str, at: Timestamp) -> Option<Self> {
        let (country, _) = bsuid.split_once('.')?;
        TABLE.at(at)?.countries.get(country.to_ascii_uppercase().as_str()).copied().flatten().map(Self)
    }

    /// The market with this code, as a row keeps it.
    pub fn named(code: &str) -> Option<Self> {
        TABLE.codes.get(code).copied().map(Self)
    }

    /// Its code.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// All there are or were.
    #[cfg(test)]
    pub(super) fn all() -> impl Iterator<Item = Self> {
        TABLE.codes.iter().copied().map(Self)
    }
}

/// All versions of the table, the oldest first.
#[derive(Default)]
struct Table {
    /// Where a number without a prefix belongs.
    otherwise: &'static str,
    versions: Vec<(Timestamp, Version)>,
    codes: BTreeSet<&'static str>,
}

/// What holds from a day on.
#[derive(Default, Clone)]
struct Version {
    /// Prefix → country and market.
    prefixes: HashMap<&'static str, (&'static str, &'static str)>,
    /// Country → market; `None` for a country in two of them.
    countries: HashMap<&'static str, Option<&'static str>>,
}

impl Table {
    fn at(&self, at: Timestamp) -> Option<&Version> {
        self.versions.iter().rev().find(|(from, _)| *from <= at).map(|(_, version)| version)
    }

    fn read(text: &'static str) -> Result<Self, String> {
        let sheet = Sheet::read(text)?;
        let mut table = Self { otherwise: sheet.get("otherwise")?, ..Self::default() };
        table.codes.insert(table.otherwise);
        for line in sheet.lines {
            let words: Vec<_> = line.split_whitespace().collect();
            match *words {
                ["from", date] => {
                    let before = table.versions.last().map(|(_, version)| version.clone());
                    table.versions.push((day(date)?, before.unwrap_or_default()));
                }
                [prefix, country, market]
                    if prefix.len() <= Market::PREFIX && prefix.parse::<u16>().is_ok() =>
                {
                    let (_, version) = table.versions.last_mut().ok_or("a line above the first heading")?;
                    version.prefixes.insert(prefix, (country, market));
                    table.codes.insert(market);
                }
                _ => return Err(format!("no line of the markets: {line}")),
            }
        }
        table.versions.iter_mut().for_each(|(_, version)| version.list_countries());
        Ok(table)
    }
}

impl Version {
    /// Turns the table round; `US/CA` are two countries of one prefix.
    fn list_countries(&mut self) {
        for &(countries, market) in self.prefixes.values() {
            for country in countries.split('/') {
                let known = self.countries.entry(country).or_insert(Some(market));
                if *known != Some(market) {
                    *known = None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn on(date: &str) -> Timestamp {
        day(date).unwrap()
    }

    fn market(digits: &str, date: &str) -> Option<&'static str> {
        Market::of_phone(&Phone::from_wa_id(digits).unwrap(), on(date)).map(Market::as_str)
    }

    #[test]
    fn every_line_is_read() {
        let table = Table::read(FILE).unwrap();
        let sheet = Sheet::read(FILE).unwrap();
        assert!(["date", "source", "confidence"].iter().all(|key| sheet.get(key).is_ok()));
        assert_eq!(table.versions.len(), 3);
        assert!(table.versions.is_sorted_by_key(|(from, _)| *from));
        let lines: BTreeSet<_> = sheet.lines.iter().filter(|line| !line.starts_with("from")).collect();
        assert!(lines.len() >= 161 && lines.len() == sheet.lines.len() - table.versions.len(), "none twice");
        for bad in ["12345 XX OTHER", "4x GB GB", "44 GB", "from yesterday"] {
            let text = format!("otherwise: OTHER\n\nfrom 2026-01-01\n{bad}\n").leak();
            assert!(Table::read(text).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_longest_prefix_tells_the_market() {
        let now = "2026-11-27";
        for (digits, wanted) in [
            ("919820000001", "IN"),
            ("16505551234", "NORTH_AMERICA"),
            ("18765551234", "REST_OF_LATIN_AMERICA"),
            ("12425551234", "OTHER"),
            ("79161234567", "RU"),
            ("77710009998", "KZ"),
            ("35312345678", "REST_OF_WESTERN_EUROPE"),
            ("35696961234", "OTHER"),
        ] {
            assert_eq!(market(digits, now), Some(wanted), "{digits}");
            assert_eq!(
                Market::of_digits(&digits[..Market::PREFIX], on(now)).map(Market::as_str),
                Some(wanted)
            );
        }
        for nothing in ["", "+91", "x"] {
            assert_eq!(Market::of_digits(nothing, on(now)), None);
        }
    }

    #[test]
    fn the_moment_decides_which_table_holds() {
        for (digits, date, wanted) in [
            ("48512345678", "2025-06-30", None),
            ("48512345678", "2025-07-01", Some("REST_OF_CENTRAL_EASTERN_EUROPE")),
            ("48512345678", "2026-06-30", Some("REST_OF_CENTRAL_EASTERN_EUROPE")),
            ("48512345678", "2026-07-01", Some("PL")),
            ("77710009998", "2026-09-30", Some("RU")),
            ("77710009998", "2026-10-01", Some("KZ")),
        ] {
            assert_eq!(market(digits, date), wanted, "{digits} on {date}");
        }
    }

    #[test]
    fn a_bsuid_tells_its_country_and_a_country_the_table_does_not_name_is_unknown() {
        let of = |bsuid: &str, date: &str| Market::of_bsuid(bsuid, on(date)).map(Market::as_str);
        let now = "2026-11-27";
        for (bsuid, wanted) in [
            ("DE.13491208655302741918", Some("DE")),
            ("US.13491208655302741918", Some("NORTH_AMERICA")),
            ("CA.ENT.13491208655302741918", Some("NORTH_AMERICA")),
            ("jm.1", Some("REST_OF_LATIN_AMERICA")),
            ("GG.1", None), // +44, which the table calls GB
            ("13491208655302741918", None),
        ] {
            assert_eq!(of(bsuid, now), wanted, "{bsuid}");
        }
        assert_eq!((of("KZ.1", "2026-09-30"), of("KZ.1", "2026-10-01")), (None, Some("KZ")));
    }

    #[test]
    fn the_table_is_the_one_it_was_typed_from() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/market_mapping.json");
        let Ok(bytes) = std::fs::read(path) else {
            eprintln!("skipped: the shared fixtures are not on this machine");
            return;
        };
        let theirs: Value = serde_json::from_slice(&bytes).unwrap();
        let table = Table::read(FILE).unwrap();
        let versions = theirs["versions"].as_array().unwrap();
        assert_eq!(versions.len(), table.versions.len());
        for (theirs, (from, version)) in versions.iter().zip(&table.versions) {
            assert_eq!(on(theirs["effective_from"].as_str().unwrap()), *from);
            let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_string();
            let entries = theirs["entries"].as_array().unwrap().iter();
            let theirs: HashMap<_, _> =
                entries.map(|e| (text(e, "prefix"), (text(e, "iso"), text(e, "market")))).collect();
            let ours = version.prefixes.iter();
            let ours: HashMap<_, _> =
                ours.map(|(p, (iso, market))| ((*p).into(), ((*iso).into(), (*market).into()))).collect();
            assert_eq!(theirs, ours);
        }
    }
}
