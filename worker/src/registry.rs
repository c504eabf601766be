//! The table of contents of background work: lane → job → handler, and how many at once.
//!
//! | lane | job | handler |
//! |---|---|---|
//! | interactive, bulk | `SendMessage` | `messages::handle` |
//! | interactive | `MarkRead` | `read_receipts::mark_read` |
//! | inbound | `ApplyWebhooks` | `webhooks::handle` |
//! | maintenance | `MaintenanceJob`: every slice's own | `maintenance::handle`, which hands over to `campaigns::handle`, `imports::handle`, `templates::handle`, `emails::handle`, `privacy::handle` |

use crate::deps::Deps;
use crate::{feeder, maintenance, media, messages, schedule, subscriptions, webhooks};
use bellbird_core::config::WorkerConfig;
use bellbird_core::queue::{LaneName, QueueError, TaskMeta, run_lane};
use futures::future::BoxFuture;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Runs every lane and loop until `shutdown`, or until one of them ends by itself, which ends them all.
pub(crate) async fn run(deps: &Deps, shutdown: &CancellationToken) -> Result<(), QueueError> {
    let config = deps.services.config.worker.clone();
    let timeout = WorkerConfig::handler_timeout(&deps.services.config.queue);
    let mut lanes: Vec<BoxFuture<'static, Result<(), QueueError>>> = Vec::new();
    for (lane, concurrency) in
        [(LaneName::Interactive, config.interactive_concurrency), (LaneName::Bulk, config.bulk_concurrency)]
    {
        let (deps, stop) = (deps.clone(), shutdown.clone());
        lanes.push(Box::pin(async move {
            let (name, store) = (format!("{}-{lane}", deps.name), deps.services.queues.lane(lane));
            // never more requests under way than this, also when some outlive their handlers
            let hands = Arc::new(Semaphore::new(concurrency));
            let handler = move |job, _meta| messages::handle(deps.clone(), hands.clone(), lane, job);
            run_lane(&name, store, concurrency, timeout, handler, stop.cancelled_owned()).await
        }));
    }
    {
        let (deps, stop) = (deps.clone(), shutdown.clone());
        lanes.push(Box::pin(async move {
            let lane = LaneName::Inbound;
            let (name, store) = (format!("{}-{lane}", deps.name), deps.services.queues.lane(lane));
            let handler = move |job, _meta| webhooks::handle(deps.clone(), job);
            run_lane(&name, store, config.inbound_concurrency, timeout, handler, stop.cancelled_owned()).await
        }));
    }
    {
        let (deps, stop) = (deps.clone(), shutdown.clone());
        lanes.push(Box::pin(async move {
            let lane = LaneName::Maintenance;
            let (name, store) = (format!("{}-{lane}", deps.name), deps.services.queues.lane(lane));
            let handler = move |job, meta: TaskMeta| maintenance::handle(deps.clone(), job, meta.attempt);
            run_lane(&name, store, config.maintenance_concurrency, timeout, handler, stop.cancelled_owned())
                .await
        }));
    }
    let lanes = lanes.into_iter().map(|lane| {
        let shutdown = shutdown.clone();
        async move {
            let result = lane.await;
            shutdown.cancel(); // one that ends takes the others along, in order
            result
        }
    });
    let loops = async {
        tokio::join!(
            feeder::run(deps, shutdown),
            schedule::run(deps, shutdown),
            media::run(deps, shutdown),
            subscriptions::run(deps, shutdown),
        );
    };
    let (results, ()) = tokio::join!(futures::future::join_all(lanes), loops);
    results.into_iter().collect()
}
