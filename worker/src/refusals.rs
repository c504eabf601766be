//! What the provider answered when it was asked to take a message's file, until the answer stands in the ledger.
//!
//! Between the two a handler may run out of time, find no permit or meet a database that is away. Its message comes back,
//! and the provider is not asked again for what it has refused.

use bellbird_core::clock::Timestamp;
use bellbird_core::ids::MessageId;
use bellbird_core::senders::port::Failure;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// After this the provider is asked again: the message was another worker's meanwhile.
const KEPT: Duration = Duration::from_secs(300);

/// Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refusals(Arc<Mutex<HashMap<MessageId, (Timestamp, Failure)>>>);

impl Refusals {
    /// Keeps an answer, and forgets those nobody came back for.
    pub(crate) fn keep(&self, message: MessageId, failure: Failure, now: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (since, _)| now.since(*since) < KEPT);
        kept.insert(message, (now, failure));
    }

    /// The answer to a message's file.
    pub(crate) fn of(&self, message: MessageId) -> Option<Failure> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&message)
            .map(|(_, failure)| failure.clone())
    }

    /// The answer is about to be recorded: the next attempt asks anew.
    pub(crate) fn forget(&self, message: MessageId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&message);
    }
}
