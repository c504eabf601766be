//! Why there is a queue of our own: the stock backend's failures, each shown by name.
//!
//! A test here fails on the day upstream mends the failure. When all of them fail, and the conformance suite
//! passes over it, switch to `apalis_redis::RedisStorage` and delete ours.

use std::time::Duration;

use apalis::prelude::{BoxDynError, TaskSink, WorkerBuilder, WorkerError};
use apalis_redis::{Config, RedisStorage};
use tokio::sync::mpsc;

use super::lab::{DEADLINE, Job, eventually};
use super::server::RedisServer;

const SWITCH: &str =
    "apalis-redis has mended this: look at docs/adr and consider switching to its RedisStorage";

async fn storage(server: &RedisServer, queue: &str) -> RedisStorage<Job> {
    let connection = apalis_redis::connect(server.url()).await.unwrap();
    RedisStorage::new(connection).with_config(Config::default().queue(queue))
}

/// Starts a stock worker that reports its jobs.
fn work(
    storage: RedisStorage<Job>,
    report: mpsc::UnboundedSender<u64>,
) -> tokio::task::JoinHandle<Result<(), WorkerError>> {
    let worker = WorkerBuilder::new("stock").backend(storage).build(move |job: Job| {
        let report = report.clone();
        async move {
            _ = report.send(job.n);
            Ok::<_, BoxDynError>(())
        }
    });
    tokio::spawn(worker.run())
}

#[tokio::test]
async fn stock_redis_storage_ends_every_worker_at_8000_due_tasks() {
    let server = RedisServer::start().await;
    let mut storage = storage(&server, "many").await;
    for chunk in (0..12_000).collect::<Vec<u64>>().chunks(1000) {
        storage.push_bulk(chunk.iter().map(|&n| Job { n }).collect()).await.unwrap();
    }
    let mut waiting = redis::cmd("ZCARD");
    let waiting: u64 =
        waiting.arg("many:scheduled").query_async(&mut server.connection().await).await.unwrap();
    assert!(waiting > 8000, "{waiting}");
    let (report, mut runs) = mpsc::unbounded_channel();
    let worker = work(storage, report);
    tokio::select! {
        ended = worker => {
            let error = ended.unwrap().unwrap_err().to_string();
            assert!(error.contains("too many results to unpack"), "{error}");
        }
        Some(_) = runs.recv() => panic!("{waiting} tasks due at once were fetched. {SWITCH}"),
    }
}

#[tokio::test]
async fn stock_redis_storage_lets_an_idle_worker_sleep_through_a_push() {
    let server = RedisServer::start().await;
    let mut storage = storage(&server, "idle").await;
    let (report, mut runs) = mpsc::unbounded_channel();
    let worker = work(storage.clone(), report);
    // It has registered, so it has looked once and found nothing.
    eventually("the worker registers", async || (server.keys().await > 0).then_some(())).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    storage.push(Job { n: 1 }).await.unwrap();
    let woken = tokio::time::timeout(Duration::from_secs(2), runs.recv()).await;
    assert!(
        woken.is_err(),
        "an idle worker was woken within 2 s instead of at its next 30 s heartbeat. {SWITCH}"
    );
    worker.abort();
}

#[tokio::test]
async fn stock_redis_storage_keeps_every_finished_job() {
    let server = RedisServer::start().await;
    let mut storage = storage(&server, "done").await;
    storage.push_bulk((0..50).map(|n| Job { n }).collect()).await.unwrap();
    let (report, mut runs) = mpsc::unbounded_channel();
    let worker = work(storage, report);
    for _ in 0..50 {
        tokio::time::timeout(DEADLINE, runs.recv()).await.unwrap().unwrap();
    }
    let mut connection = server.connection().await;
    let done = eventually("all are acknowledged", async || {
        let done: u64 = redis::cmd("SCARD").arg("done:done").query_async(&mut connection).await.unwrap();
        (done >= 49).then_some(done)
    })
    .await;
    let bodies: u64 = redis::cmd("HLEN").arg("done:data").query_async(&mut connection).await.unwrap();
    assert!(bodies >= done, "finished jobs leave their bodies. {SWITCH}");
    worker.abort();
}

#[tokio::test]
async fn stock_redis_storage_loses_its_worker_to_a_short_stall() {
    let server = RedisServer::start().await;
    let mut storage = storage(&server, "stall").await;
    storage.push_bulk((0..500).map(|n| Job { n }).collect()).await.unwrap();
    let (report, mut runs) = mpsc::unbounded_channel();
    let worker = work(storage, report);
    runs.recv().await.unwrap();
    let mut pause = redis::cmd("CLIENT");
    pause.arg("PAUSE").arg(1500).arg("ALL");
    pause.query_async::<()>(&mut server.connection().await).await.unwrap();
    let ended = tokio::time::timeout(DEADLINE, worker).await;
    assert!(matches!(ended, Ok(Ok(Err(_)))), "a worker lived through a 1.5 s stall. {SWITCH}");
}
