//! Subscriptions: what we post to integrators. A subscription is an address, the types of [events](crate::events) it
//! wants, and a secret that signs what is posted (Standard Webhooks: <https://www.standardwebhooks.com>).
//!
//! An event and its deliveries are written where it happens. From there on the delivery's row says what is to be done;
//! the worker's loop finds it ([`take()`](take::take)), claims it by compare-and-set under a lease, posts it
//! ([`deliver()`](deliver::deliver)) and writes down what came of it. A worker that dies loses nothing: the lease ends,
//! and the delivery is made again. So an event may arrive twice, always with one id, and in any order.

pub mod deliver;
pub mod delivery_entity;
pub mod edit;
pub mod entity;
pub mod queries;
pub mod replay;
mod retry;
pub mod secrets;
pub mod settle;
pub mod take;
pub mod tidy;

pub use delivery_entity::Model as Delivery;
pub use entity::{Entity, Model as Subscription};

use crate::words::words;

/// At most so many of an organization: each event goes to all that want it.
pub const MOST: u64 = 50;

words! {
    /// Whether a subscription is posted to.
    pub enum SubscriptionStatus {
        /// It is.
        Active = "active",
        /// It is not, and what happens meanwhile is not kept for it.
        Disabled = "disabled",
    }
}

words! {
    /// How far one event got on its way to one subscription. `docs/states.md` draws the ways between them.
    pub enum DeliveryState {
        /// To be posted, not before its time.
        Pending = "pending",
        /// A worker is posting it, until its lease ends.
        Sending = "sending",
        /// The receiver took it: it answered with a 2xx.
        Delivered = "delivered",
        /// It was tried for days, or its subscription is gone for good (410).
        Failed = "failed",
    }
}
