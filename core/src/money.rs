//! Amounts of money: whole millionths of a currency, never floating point.
//!
//! Millionths and not cents, because a message costs fractions of a cent and a million of them are added up: a rate of
//! 0.0118 USD is 11,800 of them, exactly.

/// Millionths in one unit of a currency.
const MICROS: u64 = 1_000_000;
/// Digits behind the point that are always written.
const CENTS: usize = 2;

/// A currency by its code in ISO 4217, like `USD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code; `None` for what is not three capital letters.
    pub fn parse(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    /// Its code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// An amount in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// Millionths of the currency.
    pub micros: i64,
    /// Which.
    pub currency: Currency,
}

impl Money {
    /// The amount as people write it, exact, with two to six digits behind the point: `0.0118`, `12.50`.
    pub fn decimal(&self) -> String {
        let sign = if self.micros < 0 { "-" } else { "" };
        let (whole, part) = (self.micros.unsigned_abs() / MICROS, self.micros.unsigned_abs() % MICROS);
        let mut digits = format!("{part:06}");
        while digits.len() > CENTS && digits.ends_with('0') {
            digits.pop();
        }
        format!("{sign}{whole}.{digits}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_exactly() {
        let currency = Currency::parse("USD").unwrap();
        for (micros, text) in [
            (0, "0.00"),
            (11_800, "0.0118"),
            (1, "0.000001"),
            (500_000, "0.50"),
            (12_500_000, "12.50"),
            (1_234_567_890, "1234.56789"),
            (-11_800, "-0.0118"),
            (i64::MIN, "-9223372036854.775808"),
        ] {
            assert_eq!(Money { micros, currency }.decimal(), text);
        }
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        assert_eq!(Currency::parse("EUR").unwrap().as_str(), "EUR");
        for bad in ["", "usd", "US", "USDT", "US1", "€"] {
            assert_eq!(Currency::parse(bad), None, "{bad}");
        }
    }
}
