//! Which cells show a date: in a workbook a date is a number of days, and only its format tells.

use super::package::{Package, attribute};
use crate::error::Result;
use chrono::{Duration, NaiveDate, NaiveDateTime};
use quick_xml::events::Event;
use std::collections::HashSet;
use std::io::{Read, Seek};

/// Excel itself allows 65,490 formats of cells.
const MOST: usize = 70_000;

/// For each format of cells: does it show a date?
#[derive(Debug, Default)]
pub(super) struct Formats {
    dates: Vec<bool>,
}

impl Formats {
    pub(super) fn is_date(&self, format: usize) -> bool {
        self.dates.get(format).copied().unwrap_or(false)
    }
}

pub(super) fn read<F: Read + Seek>(package: &mut Package<F>, path: &str) -> Result<Formats> {
    let (mut custom, mut formats, mut in_cells) = (HashSet::new(), Formats::default(), false);
    let Some(mut xml) = package.part(path)? else { return Ok(formats) };
    loop {
        match xml.next()? {
            Event::Start(e) => match e.local_name().as_ref() {
                "numFmt" if custom.len() < MOST => {
                    let id = attribute(&e, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                    if let Some(id) =
                        id.filter(|_| shows_date(&attribute(&e, "formatCode").unwrap_or_default()))
                    {
                        custom.insert(id);
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells && formats.dates.len() < MOST => {
                    let id = attribute(&e, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                    formats.dates.push(id.is_some_and(|id| is_built_in_date(id) || custom.contains(&id)));
                }
                _ => {}
            },
            Event::End(e) if e.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(formats),
            _ => {}
        }
    }
}

/// ECMA-376 part 1, 18.8.30: the numbers of formats that need no code; 27 to 36 and 50 to 58 in East Asia.
fn is_built_in_date(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// A format's code shows a date when it has a letter for one outside quotes, brackets and escapes.
fn shows_date(code: &str) -> bool {
    let (mut quoted, mut bracket, mut escaped) = (false, false, false);
    for c in code.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' | '_' | '*' => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => bracket = true,
            ']' => bracket = false,
            'd' | 'm' | 'y' | 'h' | 's' | 'D' | 'M' | 'Y' | 'H' | 'S' if !quoted && !bracket => return true,
            _ => {}
        }
    }
    false
}

/// A day's number as ISO 8601, without the time when it is midnight; `None` when no calendar has it.
pub(super) fn date(days: f64, since_1904: bool) -> Option<String> {
    const MILLIS: f64 = 86_400_000.0;
    let days = if since_1904 { days + 1_462.0 } else { days };
    // the first sixty days of 1900 are one off: Excel believes that 1900 was a leap year
    let days = if days < 60.0 { days + 1.0 } else { days };
    if !(0.0..3_000_000.0).contains(&days) {
        return None;
    }
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_hms_opt(0, 0, 0)?;
    let at: NaiveDateTime =
        epoch.checked_add_signed(Duration::milliseconds((days * MILLIS).round() as i64))?;
    let midnight = at.time() == chrono::NaiveTime::MIN;
    Some(at.format(if midnight { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%S" }).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_told_from_a_number_and_written_as_people_sort_it() {
        for (code, shows) in [
            ("dd/mm/yyyy", true),
            ("[h]:mm", true),
            ("0.00", false),
            ("#,##0 \"days\"", false),
            ("[Red]0", false),
            ("0\\d", false),
            ("General", false),
        ] {
            assert_eq!(shows_date(code), shows, "{code}");
        }
        for (days, since_1904, written) in [
            (46_347.0, false, Some("2026-11-21")),
            (46_347.5, false, Some("2026-11-21T12:00:00")),
            (44_885.0, true, Some("2026-11-21")),
            (1.0, false, Some("1900-01-01")),
            (-5.0, false, None),
            (1e12, false, None),
            (f64::NAN, false, None),
        ] {
            assert_eq!(date(days, since_1904).as_deref(), written, "{days}");
        }
    }
}
