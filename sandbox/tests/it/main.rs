//! The sandbox seen from outside, over HTTP, as the sender and the webhook receiver see it.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too, which clippy cannot see")]

mod account;
mod control;
mod crowd;
mod errors;
mod faults;
mod identities;
mod limits;
mod management;
mod media;
mod scenarios;
mod sends;
mod statuses;
mod support;
mod templates;
