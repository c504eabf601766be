//! The background process: queues to use cases.
//!
//! [`registry`] is the table of contents: which lane runs which handler. Beside the lanes run a few loops that keep
//! the promise of the ledger whatever the queue forgets: the [`feeder`], and what [`schedule`] does every so often.
//! Every worker process runs all of it; any number may run at once.

mod batch;
mod breaker;
mod cache;
mod campaigns;
mod deps;
mod feeder;
mod maintenance;
mod media;
mod messages;
mod receipts;
mod registry;
mod schedule;
mod webhooks;

use bellbird_core::context::Services;
use bellbird_core::queue::QueueError;
use tokio_util::sync::CancellationToken;

/// Runs until `shutdown` is cancelled, then lets running jobs end, hands back what was not started and records every
/// answer that came.
///
/// # Errors
/// When a lane ends though nobody asked; the process should then end with an error, so that someone starts it again.
pub async fn run(services: Services, shutdown: CancellationToken) -> Result<(), QueueError> {
    let deps = deps::Deps::new(services);
    tracing::info!(worker = &*deps.name, "worker started");
    let result = registry::run(&deps, &shutdown).await;
    shutdown.cancel();
    deps.close().await;
    tracing::info!(worker = &*deps.name, "worker stopped");
    result
}
