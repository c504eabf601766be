//! A person's word on being messaged, as it stands in the cells of a row: yes or no, about what, when, and how.

use super::cells::Rejection;
use super::mapping::{RowReader, Use};
use crate::clock::Timestamp;
use crate::consent::{ConsentMethod, ConsentPurpose, ConsentState};
use crate::customers::edit::GivenConsent;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use std::time::Duration;

/// Where a word came from when the file says no more.
const SOURCE: &str = "import";
/// Longest text about it.
const LONGEST_SOURCE: usize = 200;
/// Clocks differ by this much.
const CLOCKS_DIFFER: Duration = Duration::from_secs(300);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What the cells said so far.
#[derive(Debug, Default)]
pub(super) struct Word {
    state: Option<ConsentState>,
    purposes: Vec<ConsentPurpose>,
    at: Option<When>,
    source: Option<String>,
}

/// A moment, or a whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Moment(Timestamp),
    Day(Timestamp),
}

impl Word {
    /// Takes what a cell says about it; false for a cell about something else.
    pub(super) fn read(&mut self, use_: &Use, cell: &str) -> Result<bool, Rejection> {
        let shown = || cell.chars().take(40).collect::<String>();
        match use_ {
            Use::OptIn => {
                let message = || format!("`{}` is neither yes nor no", shown());
                let state = state(cell).ok_or_else(|| Rejection::new("invalid_opt_in", message()))?;
                self.state = Some(state);
            }
            Use::OptInPurpose => {
                let message = || format!("`{}` is none of: marketing, utility, both", shown());
                let purposes = purposes(cell);
                self.purposes =
                    purposes.ok_or_else(|| Rejection::new("invalid_opt_in_purpose", message()))?;
            }
            Use::OptInAt => {
                let message =
                    || format!("`{}` is no date; write it like 2026-11-30 or 2026-11-30 18:30", shown());
                self.at = Some(when(cell).ok_or_else(|| Rejection::new("invalid_opt_in_at", message()))?);
            }
            Use::OptInSource => self.source = Some(cell.trim().chars().take(LONGEST_SOURCE).collect()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The words of the row: what it says itself, else what was said of the whole file.
    pub(super) fn given(self, reader: &RowReader) -> Result<Vec<GivenConsent>, Rejection> {
        let of_the_file = reader.consent_source.as_ref().map(|_| ConsentState::OptedIn);
        let Some(state) = self.state.or(of_the_file) else { return Ok(Vec::new()) };
        let at = match self.at {
            None => None,
            Some(When::Moment(at)) => Some(at),
            // a "no" counts until the end of its day, a "yes" from its beginning
            Some(When::Day(day)) if state == ConsentState::OptedOut => {
                Some(day.plus(DAY).min(reader.said_at).max(day))
            }
            Some(When::Day(day)) => Some(day),
        };
        if at.is_some_and(|at| at > reader.said_at.plus(CLOCKS_DIFFER)) {
            return Err(Rejection::new("time_in_future", "nobody can have given their word yet"));
        }
        let purposes = if self.purposes.is_empty() { vec![ConsentPurpose::Marketing] } else { self.purposes };
        let source = self.source.filter(|text| !text.is_empty()).or_else(|| reader.consent_source.clone());
        let word = |purpose| GivenConsent {
            purpose,
            state,
            method: ConsentMethod::Import,
            source: source.clone().unwrap_or_else(|| SOURCE.to_string()),
            evidence: reader.evidence.clone(),
            actor: reader.actor.clone(),
            at: Some(at.unwrap_or(reader.said_at)),
            dated: at.is_some(),
        };
        Ok(purposes.into_iter().map(word).collect())
    }
}

fn state(cell: &str) -> Option<ConsentState> {
    match cell.trim().to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" | "opted_in" | "ja" | "si" | "sí" | "oui" | "sim" => {
            Some(ConsentState::OptedIn)
        }
        "no" | "n" | "false" | "0" | "opted_out" | "nein" | "non" | "não" => Some(ConsentState::OptedOut),
        _ => None,
    }
}

fn purposes(cell: &str) -> Option<Vec<ConsentPurpose>> {
    use ConsentPurpose::{Marketing, Utility};
    let mut found = Vec::new();
    for word in cell.split([',', ';', '|', '+', '&']) {
        let these: &[ConsentPurpose] = match word.trim().to_lowercase().as_str() {
            "" => &[],
            "marketing" | "offers" | "promotions" | "promotional" => &[Marketing],
            "utility" | "transactional" | "orders" | "updates" => &[Utility],
            "both" | "all" => &[Marketing, Utility],
            _ => return None,
        };
        found.extend(these.iter().copied().filter(|purpose| !found.contains(purpose)).collect::<Vec<_>>());
    }
    (!found.is_empty()).then_some(found)
}

/// A date that means one day everywhere: `30/11/2026` does, `03/04/2026` does not.
fn when(cell: &str) -> Option<When> {
    let text = cell.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(When::Moment(Timestamp(at.timestamp_millis())));
    }
    let moments = [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%d.%m.%Y %H:%M",
    ];
    if let Some(at) = moments.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()) {
        return Some(When::Moment(Timestamp(at.and_utc().timestamp_millis())));
    }
    let day = |form: &str| NaiveDate::parse_from_str(text, form).ok();
    let (first, second) = (day("%d/%m/%Y"), day("%m/%d/%Y"));
    let slashed = match (first, second) {
        (Some(one), Some(other)) => (one == other).then_some(one),
        (one, other) => one.or(other),
    };
    let day = ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y"].iter().find_map(|form| day(form)).or(slashed)?;
    Some(When::Day(Timestamp(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_only_where_it_means_one_day() {
        let day = Some(When::Day(Timestamp(1_795_996_800_000)));
        for text in ["2026-11-30", "30.11.2026", "2026/11/30", "30/11/2026", "11/30/2026"] {
            assert_eq!(when(text), day, "{text}");
        }
        assert_eq!(when("2026-11-30T18:30:00+05:30"), when("2026-11-30 13:00"));
        for text in ["03/04/2026", "yesterday", "2026-13-01", ""] {
            assert_eq!(when(text), None, "{text}");
        }
        assert!(when("04/04/2026").is_some(), "the same day either way");
    }

    #[test]
    fn purposes_are_known_by_several_names() {
        use ConsentPurpose::{Marketing, Utility};
        assert_eq!(purposes("Both"), Some(vec![Marketing, Utility]));
        assert_eq!(purposes("utility; marketing"), Some(vec![Utility, Marketing]));
        assert_eq!(purposes("calls"), None);
    }
}
