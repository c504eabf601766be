//! Where people are, as far as their number or country tells: the time zones they may be in.
//!
//! `zones.txt` says how its facts were found. A number's prefix often leaves several zones open; whoever asks then has
//! to respect all of them.

use chrono_tz::Tz;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("zones.txt");

/// The data, parsed.
struct Table {
    groups: Vec<Vec<Tz>>,
    /// A group's index.
    countries: HashMap<&'static str, usize>,
    /// Prefixes as a tree of digits: the first node is the empty prefix.
    nodes: Vec<Node>,
}

#[derive(Default, Clone, Copy)]
struct Node {
    /// The node one digit further; 0 for none.
    next: [usize; 10],
    /// The group of this prefix, if it has one of its own.
    group: Option<usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { groups: Vec::new(), countries: HashMap::new(), nodes: vec![Node::default()] };
    for line in DATA.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("  ") {
            None => table.groups.push(line.split(' ').filter_map(parse).collect()),
            Some(keys) => keys.split(' ').for_each(|key| table.add(key)),
        }
    }
    table
});

impl Table {
    /// Adds a prefix or a country to the last group.
    fn add(&mut self, key: &'static str) {
        let group = self.groups.len().saturating_sub(1);
        let mut node = 0;
        for byte in key.bytes() {
            let Some(digit) = digit(byte) else {
                self.countries.insert(key, group);
                return;
            };
            if self.nodes[node].next[digit] == 0 {
                self.nodes[node].next[digit] = self.nodes.len();
                self.nodes.push(Node::default());
            }
            node = self.nodes[node].next[digit];
        }
        self.nodes[node].group = Some(group);
    }

    fn zones(&self, group: Option<usize>) -> &[Tz] {
        group.and_then(|group| self.groups.get(group)).map(Vec::as_slice).unwrap_or_default()
    }
}

fn digit(byte: u8) -> Option<usize> {
    byte.is_ascii_digit().then(|| usize::from(byte - b'0'))
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
    let old_mexican = digits.starts_with("521");
    let (mut node, mut group) = (0, None);
    for (position, byte) in digits.bytes().enumerate() {
        if old_mexican && position == 2 {
            continue;
        }
        node = digit(byte).map_or(0, |digit| TABLE.nodes[node].next[digit]);
        if node == 0 {
            break;
        }
        group = TABLE.nodes[node].group.or(group);
    }
    TABLE.zones(group)
}

/// The zones of a country (ISO 3166, like `IN`); empty when there is no such country.
pub fn of_country(iso: &str) -> &'static [Tz] {
    TABLE.zones(TABLE.countries.get(iso).copied())
}

/// The zones a person may be in: the one somebody named for them, or else those of their number, or else those of the
/// country their BSUID (`IN.4b2f…`) begins with. Empty when nothing is known.
pub fn of_person(named: Option<Tz>, digits: Option<&str>, bsuid: Option<&str>) -> Cow<'static, [Tz]> {
    if let Some(zone) = named {
        return Cow::Owned(vec![zone]);
    }
    Cow::Borrowed(match digits.map(of_number).unwrap_or_default() {
        [] => bsuid.and_then(|id| id.split_once('.')).map(|(iso, _)| of_country(iso)).unwrap_or_default(),
        zones => zones,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(zones: &[Tz]) -> Vec<&'static str> {
        zones.iter().map(|zone| zone.name()).collect()
    }

    #[test]
    fn every_line_of_the_data_is_understood() {
        let (mut keys, mut zones) = (Vec::new(), Vec::new());
        for line in DATA.lines().filter(|line| !line.starts_with('#')) {
            let Some(line_keys) = line.strip_prefix("  ") else {
                zones = line.split(' ').collect();
                continue;
            };
            for key in line_keys.split(' ') {
                // a name that is no zone would be missing
                let of = if key.parse::<u64>().is_ok() { of_number(key) } else { of_country(key) };
                assert_eq!(names(of), zones, "{key}");
                assert!(key.len() == 2 || key.parse::<u64>().is_ok(), "neither prefix nor country: {key:?}");
                keys.push(key);
            }
        }
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert!(keys.len() == all && all > 1_000, "{all} prefixes and countries, {} different", keys.len());
    }

    #[test]
    fn numbers_tell_where_people_may_be() {
        for (digits, zones) in [
            ("919876543210", "Asia/Kolkata"),
            ("12125550100", "America/New_York"),
            ("19075550100", "America/Adak America/Anchorage"),
            ("18085550100", "Pacific/Honolulu"),
            ("18095550100", "America/Santo_Domingo"),
            ("14165550100", "America/Toronto"),
            ("18505550100", "America/Chicago America/New_York"),
            ("447400123456", "Europe/London"),
            ("447700900123", "Europe/London"),
            ("4915112345678", "Europe/Berlin"),
            ("212612345678", "Africa/Casablanca"),
            ("353851234567", "Europe/Dublin"),
            ("34612345678", "Atlantic/Canary Europe/Madrid"),
            ("5511987654321", "America/Sao_Paulo"),
            ("551187654321", "America/Sao_Paulo"),
            ("5592987654321", "America/Manaus"),
            ("5581987654321", "America/Noronha America/Recife"),
            ("525512345678", "America/Mexico_City"),
            ("5215512345678", "America/Mexico_City"),
            ("526641234567", "America/Tijuana"),
            ("5216641234567", "America/Tijuana"),
            (
                "521",
                "America/Cancun America/Ciudad_Juarez America/Matamoros America/Mazatlan America/Mexico_City \
                     America/Tijuana",
            ),
            ("6281234567890", "Asia/Jakarta Asia/Jayapura Asia/Makassar"),
            ("6857212345", "Pacific/Apia"),
            ("68612345", "Pacific/Kanton Pacific/Kiritimati Pacific/Tarawa"),
            ("77012345678", "Asia/Almaty"),
            ("74011234567", "Europe/Kaliningrad"),
            ("8613912345678", "Asia/Shanghai"),
            ("88012345678", "Asia/Dhaka"),
            ("000", ""),
            ("", ""),
            ("IN", ""),
            ("９１９", ""),
        ] {
            assert_eq!(names(of_number(digits)).join(" "), zones, "{digits}");
        }
    }

    #[test]
    fn a_number_that_may_be_anywhere_leaves_everything_open() {
        for (digits, some, count) in [
            ("18005550100", ["America/New_York", "Pacific/Honolulu", "America/St_Johns"], 13),
            ("79161234567", ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka"], 11),
            ("61412345678", ["Australia/Perth", "Australia/Sydney", "Australia/Lord_Howe"], 7),
        ] {
            let all = names(of_number(digits));
            assert!(some.iter().all(|zone| all.contains(zone)) && all.len() == count, "{digits}: {all:?}");
        }
    }

    #[test]
    fn countries_tell_where_people_may_be() {
        let count = |iso: &str| of_country(iso).len();
        assert_eq!((count("US"), count("CA"), count("RU"), count("BR"), count("AU")), (8, 10, 11, 4, 7));
        for (iso, zones) in [
            ("IN", "Asia/Kolkata"),
            ("GB", "Europe/London"),
            ("KZ", "Asia/Almaty"),
            ("CN", "Asia/Shanghai"),
            ("UA", "Europe/Kyiv"),
            ("PR", "America/Puerto_Rico"),
            ("ID", "Asia/Jakarta Asia/Jayapura Asia/Makassar"),
            ("ES", "Atlantic/Canary Europe/Madrid"),
            ("in", ""),
            ("91", ""),
            ("ZZ", ""),
            ("", ""),
        ] {
            assert_eq!(names(of_country(iso)).join(" "), zones, "{iso}");
        }
    }

    #[test]
    fn what_somebody_said_of_a_person_comes_first() {
        let (named, nobody) = (parse("Asia/Tokyo"), None);
        assert_eq!(parse("Asia/Atlantis"), None);
        assert_eq!(names(&of_person(named, Some("919876543210"), None)), ["Asia/Tokyo"]);
        assert_eq!(
            names(&of_person(nobody, Some("919876543210"), Some("GB.13491208655302741918"))),
            ["Asia/Kolkata"]
        );
        assert_eq!(names(&of_person(nobody, None, Some("GB.13491208655302741918"))), ["Europe/London"]);
        assert_eq!(names(&of_person(nobody, Some("000"), Some("GB.1"))), ["Europe/London"]);
        assert!(of_person(nobody, None, Some("GB")).is_empty() && of_person(nobody, None, None).is_empty());
    }
}
