//! The sending policy: what an organization wants to hold at the moment a message is sent, beside consent and beside what
//! WhatsApp itself enforces. Quiet hours where the person lives, how often one person gets marketing, countries nobody is
//! written to, and what happens while a number's quality is red.
//!
//! This slice keeps the settings and knows places and times; who is judged by it, and when, is the ledger's
//! (`messages/judge.rs`).

pub mod hours;
pub mod settings;
pub mod zones;

pub use settings::{Frequency, Over, SendingPolicy};
