//! What a lane promises any apalis worker, also one built by hand with a buffer of its own choosing.

use std::time::Duration;

use apalis::prelude::{Attempt, BoxDynError, WorkerBuilder, WorkerBuilderExt};
use bellbird_core::queue::{AnyStore, Depth, Lane, QueueConfig};
use tokio::sync::mpsc;

use super::lab::{DEADLINE, Job, Kind, LANE, Lab, config, eventually, on_both_stores, tasks};

on_both_stores!(a_task_that_waited_half_its_lease_goes_back_uncounted, no_run_outlives_half_a_lease);

async fn heard<T>(runs: &mut mpsc::UnboundedReceiver<T>) -> T {
    tokio::time::timeout(DEADLINE, runs.recv()).await.unwrap().unwrap()
}

async fn a_task_that_waited_half_its_lease_goes_back_uncounted(kind: Kind) {
    let (lease, work) = (Duration::from_secs(2), Duration::from_millis(600));
    let lab = Lab::open(kind, QueueConfig { lease, ..config() }).await;
    lab.push(tasks(5)).await;
    let (report, mut runs) = mpsc::unbounded_channel();
    // The first of the two claims all five and gets through three before the lease ends, were it to go on.
    let workers = [0, 1].map(|_| {
        let report = report.clone();
        let handler = move |job: Job, attempt: Attempt| {
            let report = report.clone();
            async move {
                _ = report.send((job.n, attempt.current()));
                tokio::time::sleep(work).await;
                Ok::<_, BoxDynError>(())
            }
        };
        let lane = Lane::<AnyStore, Job>::new(lab.store(), 5);
        tokio::spawn(WorkerBuilder::new("by-hand").backend(lane).concurrency(1).build(handler).run())
    });
    eventually("all are settled", async || {
        (lab.queues.depth(LANE).await.unwrap() == Depth::default()).then_some(())
    })
    .await;
    runs.close();
    let mut seen = Vec::new();
    while let Some(run) = runs.recv().await {
        seen.push(run);
    }
    seen.sort_unstable();
    assert_eq!(seen, [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1)], "each once, each as its first delivery");
    workers.iter().for_each(tokio::task::JoinHandle::abort);
}

async fn no_run_outlives_half_a_lease(kind: Kind) {
    let lab = Lab::open(kind, QueueConfig { lease: Duration::from_millis(300), ..config() }).await;
    lab.push(tasks(1)).await;
    let (report, mut runs) = mpsc::unbounded_channel();
    let worker = WorkerBuilder::new("by-hand").backend(Lane::<AnyStore, Job>::new(lab.store(), 5)).build(
        move |_: Job, attempt: Attempt| {
            let report = report.clone();
            async move {
                _ = report.send(attempt.current());
                std::future::pending::<Result<(), BoxDynError>>().await
            }
        },
    );
    let worker = tokio::spawn(worker.run());
    for attempt in 1..=3 {
        assert_eq!(heard(&mut runs).await, attempt);
    }
    assert!(lab.dead_letter().await.reason.contains("delivery 3 was the last: deadline has elapsed"));
    worker.abort();
}
