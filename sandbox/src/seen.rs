//! The messages customers have sent, as far as sends can be about them.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

/// As many are remembered.
const KEPT: usize = 100_000;

/// Customers' messages by id: when, and whether it was a reaction.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<(HashMap<String, (i64, bool)>, VecDeque<String>)>);

impl Seen {
    pub(crate) fn put(&self, wamid: &str, at_ms: i64, is_reaction: bool) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.0.insert(wamid.to_owned(), (at_ms, is_reaction));
        seen.1.push_back(wamid.to_owned());
        if seen.1.len() > KEPT
            && let Some(oldest) = seen.1.pop_front()
        {
            seen.0.remove(&oldest);
        }
    }

    pub(crate) fn find(&self, wamid: &str) -> Option<(i64, bool)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.get(wamid).copied()
    }
}
