//! What messages cost: expected before they are sent, and as WhatsApp charged them.
//!
//! Meta charges per *delivered* message, by the market of the person's number and the category of what was sent, in the
//! currency of the account. Its rules, which changed once:
//!
//! | | until 2026-09-30 | from 2026-10-01 |
//! |---|---|---|
//! | marketing, authentication | charged | charged |
//! | utility, outside the person's 24-hour window | charged | charged |
//! | utility, inside it | free | charged |
//! | service (no template) | free | charged at the utility rate, but the first 1,000 of a number and month |
//! | after an advertisement, for 72 hours | free | free |
//!
//! (Meta, pricing page and its page on non-template messages, as quoted in July and August 2026; the top of the pricing
//! page still told the old rule then.) Rates and markets are data of ours with a date ([`Card`], [`Market`]); what they do
//! not say is *unknown*, which is never 0. Nothing here reads a clock or a database. `docs/costs.md` is for operators.

mod card;
mod estimate;
mod market;
mod sheet;

pub use card::Card;
pub use estimate::Estimate;
pub use market::Market;

use crate::clock::Timestamp;
use crate::consent::Purpose;

/// From here on messages inside the window are charged: 2026-10-01, in UTC.
const INSIDE_CHARGED_FROM: Timestamp = Timestamp(1_790_812_800_000);

/// So many service messages of a business number are free in each calendar month. They do not roll over.
pub const FREE_SERVICE_MESSAGES: u32 = 1_000;

/// What a message is expected to cost, in millionths of the card's currency; `None`: unknown.
///
/// `in_window`: whether the person wrote within the last 24 hours. A service message counts as charged, as if the month's
/// free ones were used up, so that what it really costs is at most this: how many there were, a single message does not
/// know ([`estimate_service`] does).
pub fn estimate(purpose: Purpose, market: Option<Market>, in_window: bool, at: Timestamp) -> Option<i64> {
    let free_inside = match purpose {
        Purpose::Marketing | Purpose::Authentication => false,
        Purpose::Utility => in_window,
        Purpose::Service => true,
    };
    if free_inside && at < INSIDE_CHARGED_FROM {
        return Some(0);
    }
    Card::at(at)?.rate(market?, purpose)
}

/// What a service message is expected to cost after `sent` others of the same number in the same month.
pub fn estimate_service(market: Option<Market>, sent: u32, at: Timestamp) -> Option<i64> {
    if sent < FREE_SERVICE_MESSAGES { Some(0) } else { estimate(Purpose::Service, market, true, at) }
}

/// What `n` messages to one market are expected to cost, all outside of people's windows: at most, where it matters at
/// all. `None`: unknown.
pub fn estimate_group(purpose: Purpose, market: Option<Market>, n: u64, at: Timestamp) -> Option<i64> {
    estimate(purpose, market, false, at)?.checked_mul(i64::try_from(n).ok()?)
}

/// What a status tells of a message's price, in the provider's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told<'t> {
    /// `marketing`, `utility`, `service`, ….
    pub category: Option<&'t str>,
    /// `regular`, `free_customer_service` or `free_entry_point`.
    pub kind: Option<&'t str>,
    /// Whether it is charged.
    pub billable: Option<bool>,
}

/// What a delivered message cost, in millionths of the card's currency; `None`: unknown.
///
/// Whether it was charged is the provider's word; at which rate is our card's, because no status tells an amount. Two
/// categories have no rate of their own: `marketing_lite` is marketing through another door, and `referral_conversion`
/// is what is free after an advertisement. `authentication-international` has one that is on no card we have.
pub fn actual(told: Told<'_>, market: Option<Market>, at: Timestamp) -> Option<i64> {
    let free = matches!(told.kind, Some("free_customer_service" | "free_entry_point"));
    if free || told.billable == Some(false) || told.category == Some("referral_conversion") {
        return Some(0);
    }
    let purpose = match told.category? {
        "marketing" | "marketing_lite" => Purpose::Marketing,
        "utility" => Purpose::Utility,
        "authentication" => Purpose::Authentication,
        "service" => Purpose::Service,
        _ => return None,
    };
    Card::at(at)?.rate(market?, purpose)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Purpose::{Authentication, Marketing, Service, Utility};

    const BEFORE: Timestamp = Timestamp(INSIDE_CHARGED_FROM.0 - 1);
    const AFTER: Timestamp = INSIDE_CHARGED_FROM;

    #[test]
    fn the_rules_change_with_the_first_card() {
        assert_eq!(AFTER.to_string(), "2026-10-01T00:00:00.000Z");
        assert_eq!(Card::at(AFTER).map(|card| card.effective), Some(AFTER));
        assert!(Card::at(BEFORE).is_none());
        assert_eq!(Card::nearest(BEFORE).unwrap().effective_on, "2026-10-01");
        let india = Market::named("IN");
        for (purpose, in_window, before, after) in [
            (Marketing, false, None, Some(11_800)),
            (Marketing, true, None, Some(11_800)),
            (Authentication, true, None, Some(1_400)),
            (Utility, false, None, Some(1_400)),
            (Utility, true, Some(0), Some(1_400)),
            (Service, true, Some(0), Some(1_400)),
        ] {
            assert_eq!(estimate(purpose, india, in_window, BEFORE), before, "{purpose} before");
            assert_eq!(estimate(purpose, india, in_window, AFTER), after, "{purpose} after");
        }
        assert_eq!(estimate(Marketing, None, false, AFTER), None, "an unknown market is no free one");
    }

    #[test]
    fn the_first_thousand_service_messages_are_free() {
        let market = Market::named("DE");
        for (sent, cost) in [(0, 0), (999, 0), (1_000, 55_000)] {
            assert_eq!(estimate_service(market, sent, AFTER), Some(cost));
        }
        assert_eq!(estimate_service(market, 1_000, BEFORE), Some(0));
    }

    #[test]
    fn a_group_costs_what_its_messages_cost() {
        let market = Market::named("NORTH_AMERICA");
        assert_eq!(estimate_group(Marketing, market, 1_000_000, AFTER), Some(25_000_000_000));
        assert_eq!(estimate_group(Marketing, None, 3, AFTER), None);
        assert_eq!(estimate_group(Marketing, market, u64::MAX, AFTER), None, "more than can be counted");
    }

    #[test]
    fn what_was_charged_follows_the_provider() {
        let told = |billable, kind, category| Told { category, kind, billable };
        for (told, wanted) in [
            (told(Some(true), Some("regular"), Some("marketing")), Some(62_500)),
            (told(Some(true), Some("regular"), Some("marketing_lite")), Some(62_500)),
            (told(Some(true), None, Some("utility")), Some(6_800)),
            (told(None, None, Some("authentication")), Some(6_800)),
            (told(Some(true), Some("regular"), Some("service")), Some(6_800)),
            (told(Some(false), Some("free_customer_service"), Some("service")), Some(0)),
            (told(Some(false), Some("free_entry_point"), Some("referral_conversion")), Some(0)),
            (told(None, Some("free_entry_point"), Some("marketing")), Some(0)),
            (told(Some(false), None, None), Some(0)),
            (told(Some(true), Some("regular"), Some("authentication-international")), None),
            (told(Some(true), Some("regular"), Some("authentication_international")), None),
            (told(Some(true), Some("regular"), Some("a word of tomorrow")), None),
            (told(Some(true), Some("regular"), None), None),
            (Told::default(), None),
        ] {
            assert_eq!(actual(told, Market::named("BR"), AFTER), wanted, "{told:?}");
        }
        let charged = told(Some(true), Some("regular"), Some("marketing"));
        assert_eq!(actual(charged, None, AFTER), None);
        assert_eq!(actual(charged, Market::named("BR"), BEFORE), None);
        assert_eq!(actual(told(Some(false), None, None), None, AFTER), Some(0), "free is free in any market");
    }
}
