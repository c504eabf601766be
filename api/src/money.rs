//! What amounts of money look like from outside.

use bellbird_core::money::{self, Currency};
use poem_openapi::Object;

/// An amount of money, exact.
#[derive(Debug, Object)]
pub struct Money {
    /// Millionths of the currency: 11,800 are 0.0118.
    pub micros: i64,
    /// The same as a decimal number, with two to six digits behind the point: `0.0118`.
    pub amount: String,
    /// The currency by ISO 4217: `USD`.
    pub currency: String,
}

impl From<money::Money> for Money {
    fn from(money: money::Money) -> Self {
        let (micros, amount) = (money.micros, money.decimal());
        Self { micros, amount, currency: money.currency.as_str().into() }
    }
}

impl Money {
    /// Reads it off a row: an amount and the code of its currency.
    pub(crate) fn read(micros: Option<i64>, currency: Option<&str>) -> Option<Self> {
        let currency = currency.and_then(Currency::parse)?;
        Some(money::Money { micros: micros?, currency }.into())
    }
}
