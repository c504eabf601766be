//! Running a handler over a lane.

use std::sync::Arc;
use std::time::Duration;

use apalis::prelude::{Attempt, Monitor, ParallelizeExt, TaskId, WorkerBuilder, WorkerBuilderExt};
use serde::de::DeserializeOwned;

use super::any::AnyStore;
use super::backend::Lane;
use super::outcome::{JobError, QueueError};
use super::store::Store;

/// What a handler may know about the task it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskMeta {
    /// The id it was pushed with.
    pub id: String,
    /// Which counted delivery this is, from 1.
    pub attempt: u64,
}

/// Runs `handler` over the jobs of `store`, at most `concurrency` at once, until `shutdown` resolves; then lets
/// the running ones end, hands back those not started and returns.
///
/// A handler is dropped at its next await after `timeout`, which must be less than half the lane's lease: a run
/// starts with at least half a lease left, so it ends before anybody else can get the job. Store errors never end
/// a worker; it waits and tries again.
///
/// # Errors
/// [`QueueError::Config`] when `timeout` or `concurrency` does not fit; [`QueueError::WorkerEnded`] when the
/// worker ends though nobody asked, which should end the process.
pub async fn run_lane<J, F, Fut>(
    name: &str,
    store: AnyStore,
    concurrency: usize,
    timeout: Duration,
    handler: F,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), QueueError>
where
    J: DeserializeOwned + Send + Sync + 'static,
    F: Fn(J, TaskMeta) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), JobError>> + Send + 'static,
{
    let lease = store.config().lease;
    if timeout >= lease / 2 {
        return Err(QueueError::Config(format!(
            "handler time {timeout:?} is not below half a lease of {lease:?}"
        )));
    }
    if concurrency == 0 {
        return Err(QueueError::Config("a worker must run at least one job at a time".into()));
    }
    let (worker_name, handler) = (name.to_owned(), Arc::new(handler));
    let monitor = Monitor::new().register(move |restarts| {
        let handler = handler.clone();
        WorkerBuilder::new(format!("{worker_name}-{restarts}"))
            .backend(Lane::<AnyStore, J>::new(store.clone(), concurrency))
            // The first layer is the outermost. Panics and time-outs are caught inside the spawned task: outside,
            // a panic would arrive as a join error, and a timed-out handler would go on running.
            .concurrency(concurrency)
            .parallelize(tokio::spawn)
            .catch_panic()
            .timeout(timeout)
            .build(move |job: J, id: TaskId, attempt: Attempt| {
                handler(job, TaskMeta { id: id.to_string(), attempt: attempt.current() as u64 })
            })
    });
    // Not `run_with_signal`: it waits for the signal even after its workers have died.
    let context = monitor.context();
    let mut running = std::pin::pin!(monitor.run());
    let ended = |why| QueueError::WorkerEnded { name: name.to_owned(), why };
    tokio::select! {
        result = &mut running => {
            Err(ended(result.map_or_else(|error| error.to_string(), |()| "no reason given".into())))
        }
        () = shutdown => {
            context.shutdown().map_err(|error| ended(error.to_string()))?;
            running.await.map_err(|error| ended(error.to_string()))
        }
    }
}
