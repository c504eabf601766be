//! What a message costs, as its statuses tell it.
//!
//! Until 2026-09-30 messages inside the window were free of charge; from 2026-10-01 they cost as much as outside, but a
//! number sends its first 1,000 service messages of a month free. Which `pricing.type` those carry is not known; the
//! sandbox says `free_customer_service`, as before.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Datelike};
use serde_json::{Value, json};

use crate::{number::LiveNumber, shared::Shared};

/// From here on messages inside the window cost as much as outside it (2026-10-01).
const WINDOW_CHARGED_FROM_MS: i64 = 1_790_812_800_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// An entry point is free for so long from the first answer on.
const ENTRY_MS: i64 = 3 * DAY_MS;

/// The `pricing` of a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Price {
    billable: bool,
    kind: &'static str,
    pub(crate) category: String,
}

impl Price {
    fn regular(category: &str) -> Self {
        Self { billable: true, kind: "regular", category: category.to_owned() }
    }

    fn free(kind: &'static str, category: &str) -> Self {
        Self { billable: false, kind, category: category.to_owned() }
    }

    pub(crate) fn graph(&self) -> Value {
        json!({
            "billable": self.billable,
            "pricing_model": "PMP",
            "type": self.kind,
            "category": self.category,
        })
    }
}

/// What pricing has to remember.
#[derive(Debug, Default)]
pub(crate) struct Till(Mutex<Drawer>);

#[derive(Debug, Default)]
struct Drawer {
    entries: HashMap<(Arc<str>, String), Entry>,
    /// Service messages by number and month.
    service: HashMap<(Arc<str>, i32), u32>,
}

/// A customer who came from an advertisement.
#[derive(Debug, Clone, Copy)]
enum Entry {
    /// They wrote, and nobody has answered.
    Open { since_ms: i64 },
    /// Everything is free until then.
    Free { until_ms: i64 },
}

impl Till {
    /// A customer has come from an advertisement.
    pub(crate) fn came_from_ad(&self, number: &LiveNumber, person: String, now_ms: i64) {
        let mut drawer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = drawer.entries.entry((Arc::clone(&number.id), person));
        entry.or_insert(Entry::Open { since_ms: now_ms });
    }
}

impl Drawer {
    /// Whether a message at `now_ms` is free because of an advertisement; the first answer within a day begins it.
    fn is_entry(&mut self, number: &LiveNumber, person: &str, now_ms: i64) -> bool {
        if self.entries.is_empty() {
            return false;
        }
        let key = (Arc::clone(&number.id), person.to_owned());
        match self.entries.get(&key).copied() {
            Some(Entry::Open { since_ms }) if now_ms - since_ms < DAY_MS => {
                self.entries.insert(key, Entry::Free { until_ms: now_ms + ENTRY_MS });
                true
            }
            Some(Entry::Free { until_ms }) if now_ms < until_ms => true,
            Some(_) => {
                self.entries.remove(&key);
                false
            }
            None => false,
        }
    }

    /// Counts a service message; true while the month's free ones last.
    fn is_free_service(&mut self, number: &LiveNumber, now_ms: i64, free: u32) -> bool {
        let date = DateTime::from_timestamp_millis(now_ms).unwrap_or_default();
        let month = date.year() * 12 + date.month0().cast_signed();
        let sent = self.service.entry((Arc::clone(&number.id), month)).or_default();
        *sent = sent.saturating_add(1);
        *sent <= free
    }
}

impl Shared {
    /// The price of a message of this category (`service` without a template), accepted now.
    pub(crate) fn price(
        &self,
        number: &LiveNumber,
        person: &str,
        category: &str,
        in_window: bool,
        now_ms: i64,
    ) -> Price {
        let mut drawer = self.till.0.lock().unwrap_or_else(PoisonError::into_inner);
        if drawer.is_entry(number, person, now_ms) {
            return Price::free("free_entry_point", "referral_conversion");
        }
        if now_ms < WINDOW_CHARGED_FROM_MS {
            let free = in_window && matches!(category, "service" | "utility");
            return if free {
                Price::free("free_customer_service", category)
            } else {
                Price::regular(category)
            };
        }
        let quota = self.limits.get().free_service_per_month;
        if category == "service" && drawer.is_free_service(number, now_ms, quota) {
            return Price::free("free_customer_service", category);
        }
        Price::regular(category)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PhoneNumber;

    #[test]
    fn advertisements_are_free_for_three_days_from_the_answer() {
        let number = LiveNumber::new(PhoneNumber::new("1", "2", "3", "t"));
        let till = Till::default();
        till.came_from_ad(&number, "49".to_owned(), 0);
        let mut drawer = till.0.lock().unwrap();
        assert!(!drawer.is_entry(&number, "50", 1));
        assert!(drawer.is_entry(&number, "49", DAY_MS - 1));
        assert!(drawer.is_entry(&number, "49", DAY_MS + ENTRY_MS - 2));
        assert!(!drawer.is_entry(&number, "49", DAY_MS + ENTRY_MS));
    }

    #[test]
    fn free_service_messages_are_counted_by_the_month() {
        let number = LiveNumber::new(PhoneNumber::new("1", "2", "3", "t"));
        let mut drawer = Drawer::default();
        let october = WINDOW_CHARGED_FROM_MS;
        let free: Vec<_> = (0..3).map(|_| drawer.is_free_service(&number, october, 2)).collect();
        assert_eq!(free, [true, true, false]);
        assert!(drawer.is_free_service(&number, october + 31 * DAY_MS, 2));
    }
}
