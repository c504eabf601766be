//! Bellbird's HTTP API: thin handlers over `bellbird-core`'s use cases.
//!
//! [`build`] makes the whole application as one endpoint, [`run`] serves it until told to stop, and [`spec_yaml`]
//! describes it without a database. `docs/api-design.md` has the conventions every operation keeps.

pub mod alerts;
pub mod api_keys;
pub mod apps;
pub mod audit;
pub mod auth;
pub mod body;
pub mod campaigns;
pub mod consent;
pub mod console;
pub mod cookies;
pub mod csv;
pub mod customers;
pub mod edge;
pub mod error;
pub mod health;
pub mod idempotency;
pub mod identity;
pub mod imports;
pub mod jobs;
mod linger;
pub mod media;
pub mod members;
pub mod messages;
pub mod middleware;
pub mod money;
pub mod openapi;
pub mod operations;
pub mod opt_out;
pub mod organization;
pub mod page;
pub mod permissions;
pub mod platform;
pub mod portfolios;
pub mod privacy;
pub mod responses;
pub mod senders;
pub mod sending_policy;
pub mod server;
pub mod subscriptions;
pub mod suppressions;
pub mod templates;
pub mod webhooks;

pub use openapi::spec_yaml;
pub use server::{Options, build, run};

/// A moment of the domain as the wire has it: RFC 3339 in UTC.
pub type Time = chrono::DateTime<chrono::Utc>;
