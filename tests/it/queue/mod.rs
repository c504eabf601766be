//! The queue's conformance suite: one meaning, two stores, and the stock backend's known failures beside it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers fail the test")]

mod conformance;
mod faults;
mod lab;
mod lanes;
mod leases;
mod server;
mod stock;
mod stock_promises;
