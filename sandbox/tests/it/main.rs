//! The sandbox seen from outside, over HTTP, as the sender and the webhook receiver see it.

mod control;
mod errors;
mod faults;
mod management;
mod statuses;
mod support;
mod throughput;
