//! Emails to people: written in the transaction that causes them, sent by the worker, gone once they are sent.
//!
//! They tell what belongs to signing in (an address to confirm, a password to set anew). Their text may hold a token,
//! so it is sealed while it waits, and the row is deleted with the sending. A worker that dies in between sends an
//! email twice, never not at all.

pub mod entity;
pub mod jobs;
pub mod port;
pub mod queue;
pub mod send;

pub use entity::{Entity, Model as Email};
pub use queue::queue;
