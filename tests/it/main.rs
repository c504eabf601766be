//! One integration binary: behaviour across the API, the worker and the database, slice by slice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops by panicking, and so do its helpers"
)]

mod bad_input;
mod bodies;
mod boundaries;
mod buckets;
mod campaigns;
mod clients;
mod consent;
mod crowds;
mod customers;
mod demo;
mod edges;
mod events;
mod faults;
mod health;
mod idempotency;
mod identity;
mod imports;
mod isolation;
mod media;
mod messages;
mod openapi;
mod operations;
mod platform;
mod policy;
mod privacy;
mod queue;
mod schema;
mod secrets;
mod senders;
mod servers;
mod start;
mod subscriptions;
mod templates;
mod twice;
mod webhooks;

#[path = "../support/mod.rs"]
mod support;
