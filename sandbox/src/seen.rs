//! The messages customers have sent, as far as sends can be about them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

/// As many are remembered.
const KEPT: usize = 100_000;

/// Customers' messages.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Messages>);

#[derive(Debug, Default)]
struct Messages {
    /// By id: when, and whether it was a reaction.
    known: HashMap<String, (i64, bool)>,
    order: VecDeque<String>,
}

impl Seen {
    pub(crate) fn put(&self, wamid: &str, at_ms: i64, is_reaction: bool) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.known.insert(wamid.to_owned(), (at_ms, is_reaction));
        seen.order.push_back(wamid.to_owned());
        if seen.order.len() > KEPT
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.known.remove(&oldest);
        }
    }

    pub(crate) fn find(&self, wamid: &str) -> Option<(i64, bool)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).known.get(wamid).copied()
    }
}
