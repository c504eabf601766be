//! What is known of a message's price before it is sent, as its row keeps it.

use super::{Card, Market, estimate};
use crate::bulk::Cell;
use crate::clock::Timestamp;
use crate::consent::Purpose;
use crate::money::Currency;
use crate::phone::Phone;

/// Where a message goes and what it is expected to cost; empty where that is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Which market.
    pub market: Option<Market>,
    /// Millionths of the currency.
    pub cost: Option<i64>,
    /// What it is in; there when the cost is.
    pub currency: Option<Currency>,
}

impl Estimate {
    /// Of a message to this number, or to this BSUID where there is no number.
    pub fn of(
        purpose: Purpose,
        (phone, bsuid): (Option<&Phone>, Option<&str>),
        in_window: bool,
        at: Timestamp,
    ) -> Self {
        let market = match phone {
            Some(phone) => Market::of_phone(phone, at),
            None => bsuid.and_then(|bsuid| Market::of_bsuid(bsuid, at)),
        };
        let cost = estimate(purpose, market, in_window, at);
        let currency = cost.and_then(|_| Card::nearest(at)).map(|card| card.currency);
        Self { market, cost, currency }
    }

    /// For the columns `market`, `estimated_cost` and `cost_currency`.
    pub fn cells(&self) -> [Cell; 3] {
        [
            self.market.map(Market::as_str).into(),
            self.cost.into(),
            self.currency.as_ref().map(Currency::as_str).into(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_tells_more_than_the_bsuid() {
        let at = Card::nearest(Timestamp(0)).unwrap().effective;
        let phone = Phone::from_wa_id("919820000001").unwrap();
        let of = |phone, bsuid| Estimate::of(Purpose::Marketing, (phone, bsuid), false, at);
        let india = of(Some(&phone), Some("DE.1"));
        assert_eq!((india.market, india.cost), (Market::named("IN"), Some(11_800)));
        assert_eq!(india.currency, Currency::parse("USD"));
        assert_eq!(of(None, Some("DE.1")).cost, Some(136_500));
        assert_eq!(of(None, Some("GG.1")), Estimate::default());
        assert_eq!(of(None, None), Estimate::default());
    }
}
