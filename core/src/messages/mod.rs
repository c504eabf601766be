//! The ledger: every message to or from a customer, campaign or not. There is exactly one way to send.
//!
//! Why: the provider has no idempotency key, so whoever sends from a list in memory or in a queue either loses
//! messages or sends them twice. Here a row is claimed by compare-and-set before each request ([`claim`]), every
//! answer and every later status goes through one ladder that only rises ([`state`]), and what cannot be known is a
//! state of its own ([`unknown`]). Rows, not jobs, say what is still to be done; `docs/states.md` draws it.

pub mod address;
pub mod attempt_entity;
pub mod claim;
pub mod confirm;
pub mod cost;
pub mod counters;
pub mod echo;
pub mod entity;
pub mod erase;
pub mod feed;
pub mod forget;
mod frequency;
pub mod jobs;
pub mod judge;
pub mod late;
pub mod ledger;
pub mod merge;
mod originals;
pub mod over_limit;
pub mod policy;
pub mod queries;
mod quote;
pub mod read;
pub mod reap;
pub mod receipt;
pub mod receipt_entity;
pub mod receive;
pub mod send;
mod set_aside;
pub mod state;
mod tell;
pub mod unknown;
mod winnow;

pub use crate::consent::Purpose;
pub use entity::{Entity, Model as Message};
pub use state::MessageStatus;

use crate::words::words;

words! {
    /// Which way a message went.
    pub enum Direction {
        /// From the organization to a customer.
        Out = "out",
        /// From a customer to the organization.
        In = "in",
    }
}

words! {
    /// Who wrote a message that Bellbird did not send but was told of.
    pub enum Origin {
        /// Somebody in the shop, in WhatsApp's own app on the same number.
        PhoneApp = "phone_app",
        /// It is older than the connection to Bellbird.
        History = "history",
    }
}
