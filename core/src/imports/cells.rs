//! What spreadsheets do to the text of a cell, undone.

use crate::phone::{BadPhone, Phone, plain};

/// Why a row does not go in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Stable machine code.
    pub code: &'static str,
    /// One sentence for a person.
    pub message: String,
}

impl Rejection {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<BadPhone> for Rejection {
    fn from(bad: BadPhone) -> Self {
        Self::new(bad.code(), bad.to_string())
    }
}

/// The longest number there is, without its plus.
const MOST_DIGITS: usize = 15;
/// A number with a decimal point behind it has at least so many digits before it; `98765.43210` is how people write.
const LEAST_BEFORE_POINT: usize = 8;

/// Reads the cell of a phone number. Spreadsheets take numbers for quantities: what they only show differently
/// (`919876543210.0`, `9.19876543210E+11`) is put right before a parser sees it; what they rounded (`9.19877E+11`) is
/// lost and never guessed.
pub(super) fn phone(cell: &str, country: Option<&str>) -> Result<Phone, Rejection> {
    let text = plain(cell);
    let text = text.trim().trim_start_matches(['\'', '\u{2019}']).trim();
    if text.is_empty() {
        return Err(Rejection::new("missing_phone", "there is no phone number in this row"));
    }
    let digits = match (exponent(text), point(text)) {
        (Some(all), _) => all?,
        (_, Some(whole)) => whole?,
        _ => text.to_string(),
    };
    Ok(Phone::parse(&digits, country)?)
}

/// A text with an exponent: its digits if all of them are written down. `None`: it has none.
fn exponent(text: &str) -> Option<Result<String, Rejection>> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: usize = exponent.trim_start_matches('+').parse().ok()?;
    let (sign, mantissa) = match mantissa.strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", mantissa),
    };
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let (shown, meant) = (whole.len() + fraction.len(), whole.len().saturating_add(exponent));
    Some(if shown == meant && meant <= MOST_DIGITS {
        Ok(format!("{sign}{whole}{fraction}"))
    } else {
        let message = format!(
            "the spreadsheet has shortened this number to {text} and its last digits are lost; \
             format the column as text and enter it again"
        );
        Err(Rejection::new("digits_lost", message))
    })
}

/// A quantity with a decimal point: what stands before it if nothing comes behind. `None`: it is not one.
fn point(text: &str) -> Option<Result<String, Rejection>> {
    let (whole, fraction) = text.rsplit_once(['.', ','])?;
    let digits = whole.strip_prefix('+').unwrap_or(whole);
    let quantity = (LEAST_BEFORE_POINT..=MOST_DIGITS).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (1..=2).contains(&fraction.len())
        && fraction.bytes().all(|b| b.is_ascii_digit());
    quantity.then(|| {
        if fraction.bytes().all(|b| b == b'0') {
            Ok(whole.to_string())
        } else {
            Err(Rejection::new("invalid_phone", "this is not a whole number, so it is no phone number"))
        }
    })
}

/// What makes a spreadsheet take a cell for a formula, in the widths of all keyboards.
const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether a spreadsheet would compute this cell, or would have with fewer apostrophes before it: those are counted,
/// so that taking one away always undoes putting one there.
pub fn begins_like_a_formula(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(SIGNS)
}

/// Any other cell. An apostrophe before a sign is how a spreadsheet (or our own export) says that it is no formula.
pub fn text(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if begins_like_a_formula(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(cell: &str) -> Result<String, &'static str> {
        phone(cell, Some("IN")).map(|phone| phone.to_string()).map_err(|rejection| rejection.code)
    }

    #[test]
    fn what_a_spreadsheet_only_shows_differently_is_put_right() {
        for cell in [
            "919876543210.0",
            "919876543210,00",
            "+919876543210.0",
            "9.19876543210E+11",
            "9.19876543210e11",
            "9,19876543210E+11",
            "+9.19876543210E11",
            "'09876543210",
            "\u{2019}9876543210",
            "98765.43210",
            "98765\u{a0}43210",
            "98765\u{2013}43210",
            "\u{202a}+91 98765 43210\u{202c}",
            "९८७६५४३२१०",
            "９１９８７６５４３２１０.０",
        ] {
            assert_eq!(read(cell), Ok("+919876543210".into()), "{cell}");
        }
    }

    #[test]
    fn what_it_has_rounded_is_refused_and_never_expanded() {
        for (cell, code) in [
            ("9.19877E+11", "digits_lost"),
            ("9,19877E+11", "digits_lost"),
            ("9E11", "digits_lost"),
            ("9.1987654321E+11", "digits_lost"),
            ("9.198765432101235E18", "digits_lost"),
            ("1E99999999999999999999", "invalid_phone"),
            ("919876543210.5", "invalid_phone"),
            ("", "missing_phone"),
            ("'", "missing_phone"),
            ("98765 43210 / 98765 43211", "several_phones"),
            ("000919876543210", "invalid_phone"),
            ("12345", "invalid_phone"),
            ("#N/A", "invalid_phone"),
        ] {
            assert_eq!(read(cell), Err(code), "{cell}");
        }
    }

    #[test]
    fn an_apostrophe_before_a_sign_goes_and_another_stays() {
        for (cell, becomes) in [("'=1+1", "=1+1"), ("'-5", "-5"), ("'t Hooft", "'t Hooft"), ("=1", "=1")] {
            assert_eq!(text(cell), becomes);
        }
    }

    proptest! {
        #[test]
        fn no_cell_makes_it_panic(cell in "\\PC*") {
            let _ = (read(&cell), text(&cell));
        }

        #[test]
        fn an_exponent_never_adds_a_digit(whole in 1u8..10, fraction in "[0-9]{0,14}", exponent in 0usize..20) {
            let cell = format!("{whole}.{fraction}E+{exponent}");
            if let Some(Ok(digits)) = exponent_of(&cell) {
                prop_assert_eq!(digits, format!("{whole}{fraction}"));
            }
        }
    }

    fn exponent_of(cell: &str) -> Option<Result<String, Rejection>> {
        exponent(cell)
    }
}
