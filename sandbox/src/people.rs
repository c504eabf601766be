//! What is known per business number and customer: windows, wishes, and the pair's rate.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    bucket::{Bucket, Rate},
    number::LiveNumber,
    world::Window,
};

/// One message per six seconds, 45 borrowed from the future.
const PAIR_RATE: Rate = Rate { per_token_us: 6_000_000, burst: 45 };
/// Full buckets are swept out when the map has grown by so many.
const PAIR_SWEEP: usize = 10_000;

/// Customers, as the business's numbers know them.
#[derive(Debug, Default)]
pub(crate) struct People(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    windows: HashMap<(Arc<str>, String), i64>,
    stopped: HashSet<(Arc<str>, String)>,
    blocked: HashMap<Arc<str>, BTreeSet<String>>,
    pairs: HashMap<(Arc<str>, String), Bucket>,
    sweep_at: usize,
}

impl People {
    /// Every window that was opened, also those that have run out.
    pub(crate) fn windows(&self) -> Vec<Window> {
        self.with(|people| {
            let window = |((number, wa_id), opened): (&(Arc<str>, String), &i64)| Window {
                phone_number_id: number.to_string(),
                wa_id: wa_id.clone(),
                opened_at_ms: *opened,
            };
            people.windows.iter().map(window).collect()
        })
    }

    pub(crate) fn open_window(&self, phone_number_id: &str, wa_id: &str, at_ms: i64) {
        let key = (Arc::from(phone_number_id), wa_id.to_owned());
        self.with(|people| people.windows.insert(key, at_ms));
    }

    pub(crate) fn close_window(&self, phone_number_id: &str, wa_id: &str) {
        let key = (Arc::from(phone_number_id), wa_id.to_owned());
        self.with(|people| people.windows.remove(&key));
    }

    pub(crate) fn window_is_open(&self, number: &LiveNumber, wa_id: &str, now_ms: i64) -> bool {
        const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
        let key = (Arc::clone(&number.id), wa_id.to_owned());
        self.with(|people| people.windows.get(&key).is_some_and(|opened| now_ms - opened < DAY_MS))
    }

    /// Notes that a customer wants no marketing from a number, or wants it again.
    pub(crate) fn stop_marketing(&self, phone_number_id: &str, wa_id: &str, stop: bool) {
        let key = (Arc::from(phone_number_id), wa_id.to_owned());
        self.with(|people| if stop { people.stopped.insert(key) } else { people.stopped.remove(&key) });
    }

    pub(crate) fn has_stopped_marketing(&self, number: &LiveNumber, wa_id: &str) -> bool {
        self.with(|people| {
            !people.stopped.is_empty() && people.stopped.contains(&(Arc::clone(&number.id), wa_id.to_owned()))
        })
    }

    /// Notes that a business blocks a customer, or no longer does.
    pub(crate) fn block(&self, number: &LiveNumber, wa_id: &str, block: bool) {
        self.with(|people| {
            let blocked = people.blocked.entry(Arc::clone(&number.id)).or_default();
            if block { blocked.insert(wa_id.to_owned()) } else { blocked.remove(wa_id) }
        });
    }

    /// Everybody a number blocks, in order.
    pub(crate) fn blocked_by(&self, number: &LiveNumber) -> Vec<String> {
        self.with(|people| people.blocked.get(&number.id).into_iter().flatten().cloned().collect())
    }

    pub(crate) fn is_blocked(&self, number: &LiveNumber, wa_id: &str) -> bool {
        self.with(|people| people.blocked.get(&number.id).is_some_and(|blocked| blocked.contains(wa_id)))
    }

    /// Takes one message out of the pair's rate.
    pub(crate) fn take_pair(&self, number: &LiveNumber, wa_id: &str, now_us: i64) -> bool {
        self.with(|people| {
            if people.pairs.len() > people.sweep_at {
                people.pairs.retain(|_, bucket| !bucket.is_full(now_us));
                people.sweep_at = people.pairs.len() + PAIR_SWEEP;
            }
            let bucket = people.pairs.entry((Arc::clone(&number.id), wa_id.to_owned())).or_default();
            bucket.take(PAIR_RATE, now_us).is_ok()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_may_borrow_45_messages() {
        let people = People::default();
        let number = LiveNumber::new(crate::PhoneNumber::new("1", "2", "3", "t"));
        let now = 0;
        assert_eq!((0..100).filter(|_| people.take_pair(&number, "49", now)).count(), 45);
        assert!(people.take_pair(&number, "50", now));
        assert!(people.take_pair(&number, "49", now + 6_000_000));
    }
}
