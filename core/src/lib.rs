//! Bellbird's domain: types, states, tables, queries, use cases, job payloads and the queue.
//!
//! A slice is a feature (`campaigns`, `messages`, …) and holds everything about it; the pieces all slices share
//! stand beside them. No HTTP framework lives here, and no process: `api` and `worker` bring those.

pub mod providers;
pub mod queue;
pub mod senders;
pub mod templates;
pub mod webhooks;
