//! senders.
