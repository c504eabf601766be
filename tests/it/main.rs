//! One integration binary: behaviour across the API, the worker and the database, slice by slice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops by panicking, and so do its helpers"
)]

mod campaigns;
mod faults;
mod queue;
mod servers;

#[path = "../support/mod.rs"]
mod support;
