//! Rate cards: what a delivered message costs, by market and purpose, from a day on.
//!
//! A card is a file of the project's own (`data/`), so a new one comes with a release. Meta changes its cards only on the
//! first of January, April, July and October ("rates change only on 1 Jan/Apr/Jul/Oct at 00:00", pricing page).

use super::market::Market;
use super::sheet::{Sheet, day};
use crate::clock::Timestamp;
use crate::consent::Purpose;
use crate::money::Currency;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// All cards, the oldest first.
const FILES: [&str; 1] = [include_str!("data/usd_2026-10-01.txt")];

static CARDS: LazyLock<Vec<Card>> = LazyLock::new(|| {
    let broken =
        |error: &String| tracing::error!(%error, "a rate card cannot be read; its prices are unknown");
    FILES.iter().filter_map(|text| Card::read(text).inspect_err(broken).ok()).collect()
});

/// A rate card.
#[derive(Debug)]
pub struct Card {
    /// What its amounts are in.
    pub currency: Currency,
    /// From when on it holds.
    pub effective: Timestamp,
    /// The same as a day, like `2026-10-01`.
    pub effective_on: &'static str,
    /// Where it comes from, in a sentence.
    pub source: &'static str,
    /// How sure that is, in sentences.
    pub confidence: &'static str,
    rates: BTreeMap<&'static str, Rates>,
}

/// What one market costs.
#[derive(Debug, PartialEq, Eq)]
struct Rates {
    /// What people call the market.
    name: &'static str,
    /// Marketing, utility, authentication, service, authentication-international: millionths, `None` without a rate.
    amounts: [Option<i64>; 5],
}

impl Card {
    /// The card that holds at this moment; `None` before the first.
    pub fn at(at: Timestamp) -> Option<&'static Self> {
        CARDS.iter().rev().find(|card| card.effective <= at)
    }

    /// The card that holds at this moment, or, before that, the first there will be.
    pub fn nearest(at: Timestamp) -> Option<&'static Self> {
        Self::at(at).or_else(|| CARDS.first())
    }

    /// What a message for this purpose costs, in millionths of the currency; `None` when the card has no rate.
    pub(super) fn rate(&self, market: Market, purpose: Purpose) -> Option<i64> {
        let place = match purpose {
            Purpose::Marketing => 0,
            Purpose::Utility => 1,
            Purpose::Authentication => 2,
            Purpose::Service => 3,
        };
        self.rates.get(market.as_str())?.amounts[place]
    }

    /// What people call a market; its code when the card does not have it.
    pub fn name(&self, market: Market) -> &'static str {
        self.rates.get(market.as_str()).map_or(market.as_str(), |rates| rates.name)
    }

    fn read(text: &'static str) -> Result<Self, String> {
        let sheet = Sheet::read(text)?;
        let effective_on = sheet.get("effective")?;
        let currency = sheet.get("currency")?;
        Ok(Self {
            currency: Currency::parse(currency).ok_or_else(|| format!("no currency: {currency}"))?,
            effective: day(effective_on)?,
            effective_on,
            source: sheet.get("source")?,
            confidence: sheet.get("confidence")?,
            rates: sheet.lines.iter().map(|line| line_of(line)).collect::<Result<_, _>>()?,
        })
    }
}

/// A market, five amounts or dashes, and a name of several words.
fn line_of(line: &'static str) -> Result<(&'static str, Rates), String> {
    let wrong = || format!("no line of a card: {line}");
    let mut rest = line;
    let mut word = || {
        let (word, after) = rest.split_once(' ')?;
        rest = after.trim_start();
        Some(word)
    };
    let market = word().ok_or_else(wrong)?;
    let mut amounts = [None; 5];
    for amount in &mut amounts {
        *amount = match word().ok_or_else(wrong)? {
            "-" => None,
            digits => Some(digits.parse::<u32>().map_err(|_| wrong())?.into()),
        };
    }
    if rest.is_empty() { Err(wrong()) } else { Ok((market, Rates { name: rest, amounts })) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn every_line_of_every_card_is_read() {
        for text in FILES {
            let card = Card::read(text).unwrap();
            let body = text.split_once("\n\n").unwrap().1;
            assert_eq!(card.rates.len(), body.lines().count(), "a market has one line");
            for key in ["date", "currency", "effective", "unit", "source", "confidence", "missing"] {
                assert!(Sheet::read(text).unwrap().get(key).is_ok_and(|said| !said.is_empty()), "{key}");
            }
        }
        assert_eq!(CARDS.len(), FILES.len());
        assert!(CARDS.is_sorted_by_key(|card| card.effective));
    }

    #[test]
    fn every_market_has_a_card_and_every_card_has_its_markets() {
        for market in Market::all() {
            for card in CARDS.iter() {
                assert!(card.rates.contains_key(market.as_str()), "{market:?}");
            }
        }
        for market in CARDS.iter().flat_map(|card| card.rates.keys()) {
            assert!(Market::named(market).is_some(), "{market}");
        }
    }

    #[test]
    fn the_card_is_the_one_it_was_typed_from() {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/rate_card_usd_2026-10-01.json");
        let Ok(bytes) = std::fs::read(path) else {
            eprintln!("skipped: the shared fixtures are not on this machine");
            return;
        };
        let theirs: Value = serde_json::from_slice(&bytes).unwrap();
        let ours = Card::read(FILES[0]).unwrap();
        assert_eq!(theirs["currency"], ours.currency.as_str());
        assert_eq!(theirs["effective_from"], ours.effective_on);
        let columns = ["marketing", "utility", "authentication", "service", "authentication_international"];
        let rates = theirs["rates"].as_array().unwrap();
        let line = |rate: &'static Value| {
            let name = rate["name"].as_str().unwrap();
            (
                rate["market"].as_str().unwrap(),
                Rates { name, amounts: columns.map(|column| rate[column].as_i64()) },
            )
        };
        let rates: &'static [Value] = rates.clone().leak();
        assert_eq!(rates.iter().map(line).collect::<BTreeMap<_, _>>(), ours.rates);
    }

    #[test]
    fn a_line_that_is_none_is_refused() {
        for bad in ["", "AR", "AR 1 2 3 4 -", "AR 1 2 3 4 x Argentina", "AR 1 2 3 -5 - Argentina"] {
            assert!(line_of(bad).is_err(), "{bad}");
        }
    }
}
