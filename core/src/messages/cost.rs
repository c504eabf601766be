//! What a message is expected to cost, and what it did.
//!
//! The estimate is made once, when the row becomes final, and stays as it was: it is what people agreed to. The cost is
//! what Meta charged. It charges for what was *delivered*, so a message that failed, or only left, costs nothing; nor does
//! one that was tried twice cost twice, unless both attempts arrived, of which we count one. The price is told with `sent`
//! already, and again with the first of `delivered` and `read`; it counts from that moment on, at the card of that day.

use super::claim::WINDOW;
use super::entity::Model;
use super::ledger::{Pricing, Row};
use super::state::Standing;
use crate::clock::Timestamp;
use crate::consent::Purpose;
use crate::customers::Customer;
use crate::money::Currency;
use crate::pricing::{self, Card, Estimate, Market, Told};

/// What a message to this customer is expected to cost if it is sent now.
pub fn expected(purpose: Purpose, customer: &Customer, now: Timestamp) -> Estimate {
    let in_window = customer.last_inbound_at.is_some_and(|at| at > now.minus(WINDOW));
    Estimate::of(purpose, (customer.phone.as_ref(), customer.bsuid.as_deref()), in_window, now)
}

impl Estimate {
    /// Writes it into a row.
    pub(super) fn note(self, row: &mut Model) {
        row.market = self.market.map(|market| market.as_str().into());
        row.estimated_cost = self.cost;
        row.cost_currency = self.currency.map(|currency| currency.as_str().into());
    }
}

/// What was charged for a message; empty before it was delivered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Charged {
    /// In which market; `None` leaves what is known.
    pub(super) market: Option<Market>,
    /// Millionths of the currency; `None`: not charged yet, or unknown.
    pub(super) cost: Option<i64>,
    /// What it is in; `None` leaves what is known.
    pub(super) currency: Option<Currency>,
}

impl Charged {
    /// Of a row, by what was told up to now.
    pub(super) fn of(row: &Row, standing: &Standing, pricing: &Pricing) -> Self {
        let delivered = standing.delivered_at.into_iter().chain(standing.read_at).min();
        let Some(at) = delivered else { return Self::default() };
        // the number tells which market it was on that day; without one, what was known when the row became final
        let phone = row.phone.as_deref().or(row.known_phone.as_deref());
        let by_phone = phone.and_then(|phone| Market::of_digits(phone.trim_start_matches('+'), at));
        let market = by_phone.or_else(|| row.market.as_deref().and_then(Market::named));
        let told = Told {
            category: pricing.category.as_deref(),
            kind: pricing.kind.as_deref(),
            billable: pricing.billable,
        };
        let cost = pricing::actual(told, market, at);
        Self { market, cost, currency: cost.and_then(|_| Card::nearest(at)).map(|card| card.currency) }
    }
}
