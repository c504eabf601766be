//! The background process: queues to use cases.
//!
//! [`registry`] is the table of contents: which lane runs which handler. Beside the lanes run a few loops that keep
//! the promise of the ledger whatever the queue forgets: the [`feeder`], and what [`schedule`] does every so often.
//! Every worker process runs all of it; any number may run at once.

mod batch;
mod breaker;
mod cache;
mod campaigns;
mod copies;
mod deps;
mod emails;
mod feeder;
mod imports;
mod maintenance;
mod media;
mod messages;
mod privacy;
mod read_receipts;
mod refusals;
mod registry;
mod schedule;
mod status;
mod subscriptions;
mod templates;
mod webhooks;

use bellbird_core::context::Services;
use bellbird_core::monitor;
use bellbird_core::queue::QueueError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Why a worker ended though nobody asked. The process should end with it, so that someone starts it again.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// A lane ended by itself.
    #[error(transparent)]
    Lane(#[from] QueueError),
    /// Nobody could ask for its health; it did not start.
    #[error("cannot listen on {addr}: {source}; choose another address with worker.http_addr")]
    Listen {
        /// The setting's text.
        addr: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Runs until `shutdown` is cancelled, then lets running jobs end, hands back what was not started and records every
/// answer that came. Answers for its health at `worker.http_addr` all the while.
///
/// # Errors
/// When that address cannot be had, or a lane ends though nobody asked.
pub async fn run(services: Services, shutdown: CancellationToken) -> Result<(), WorkerError> {
    monitor::start_counting();
    let mut watch = JoinSet::new();
    watch.spawn(monitor::fold(std::future::pending()));
    // an address that cannot be read was refused with the settings
    if let Some(addr) = services.config.worker.http_addr().unwrap_or_default() {
        let failed = |source| WorkerError::Listen { addr: addr.to_string(), source };
        let listener = status::open(addr).await.map_err(failed)?;
        watch.spawn(status::serve(listener, services.clone(), shutdown.clone()));
    }
    let deps = deps::Deps::new(services);
    tracing::info!(worker = &*deps.name, "worker started");
    // on the heap: it holds every lane and loop
    let result = Box::pin(registry::run(&deps, &shutdown)).await;
    shutdown.cancel();
    deps.close().await;
    tracing::info!(worker = &*deps.name, "worker stopped");
    Ok(result?)
}
