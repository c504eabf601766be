//! Bellbird's domain: types, states, tables, queries, use cases, job payloads and the queue.
//!
//! A slice is a feature (`campaigns`, `messages`, …) and holds everything about it; the pieces all slices share
//! stand beside them. No HTTP framework lives here, and no process: `api` and `worker` bring those.
//!
//! Inside the crate the arrows run down this list only:
//! `platform`, `privacy` → `imports`, `jobs`, `subscriptions` → `campaigns` → `webhooks` → `messages` → `templates` → `media` →
//! `senders` → `alerts` → `pricing` → `consent` → `customers` → `policy` → `plans` → `organizations` → `identity` → `audit`, `emails`
//! → the shared pieces.
//! `providers` implement traits that slices declare; no slice names a provider.

pub mod bulk;
pub mod clock;
pub mod config;
pub mod content;
pub mod context;
pub mod db;
pub mod dead_letters;
pub mod doctor;
pub mod error;
pub mod events;
pub mod files;
pub mod idempotency;
pub mod ids;
pub mod money;
pub mod monitor;
pub mod outbox;
pub mod outside;
pub mod page;
pub mod phone;
pub mod queue;
pub mod ratelimit;
pub mod secret;
pub mod startup;
pub mod telemetry;
pub mod words;

pub mod alerts;
pub mod audit;
pub mod campaigns;
pub mod consent;
pub mod customers;
pub mod emails;
pub mod identity;
pub mod imports;
pub mod jobs;
pub mod media;
pub mod messages;
pub mod organizations;
pub mod plans;
pub mod platform;
pub mod policy;
pub mod pricing;
pub mod privacy;
pub mod senders;
pub mod subscriptions;
pub mod templates;
pub mod webhooks;

pub mod providers;

pub use clock::{Clock, Timestamp};
pub use context::{Ctx, Services, Tx};
pub use error::{Error, Problem, Result};
