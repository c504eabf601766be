//! Killed workers, lost answers, a Redis that stalls or restarts, a transaction that does not commit.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bellbird_core::queue::{Depth, QueueConfig, Queues};

use super::lab::{
    DEADLINE, Kind, LANE, Lab, Running, claim, config, eventually, on_both_stores, task, tasks,
};
use super::server::RedisServer;

on_both_stores!(a_killed_process_loses_its_job_to_another_when_the_lease_ends);

async fn a_killed_process_loses_its_job_to_another_when_the_lease_ends(kind: Kind) {
    let lease = Duration::from_secs(1);
    let lab = Lab::open(kind, QueueConfig { lease, ..config() }).await;
    lab.push(tasks(1)).await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_queue_worker"))
        .args(lab.address())
        .arg(lease.as_millis().to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let started = Instant::now();
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    assert_eq!(line.trim(), "started job_000000 1");

    let mut worker = Running::start(lab.store(), 1, lease / 3, async |_, _| Ok(()));
    let run = worker.next().await;
    assert_eq!(run.attempt, 2);
    let waited = run.at.duration_since(started);
    assert!(waited > lease / 2, "not before the lease ends, but after {waited:?}");
    assert!(waited < lease * 3, "without waiting for a poll, but after {waited:?}");
    worker.stop().await;
    assert_eq!(lab.queues.depth(LANE).await.unwrap(), Depth::default());
}

#[tokio::test]
async fn a_lost_answer_costs_no_delivery() {
    let lab = Lab::open(Kind::Redis, config()).await;
    let store = lab.store();
    lab.push(tasks(3)).await;
    let lost = claim(&store, 1, 0).await;
    assert_eq!(lost.tasks.len(), 3);
    let heard = claim(&store, 2, 0).await;
    assert_eq!(heard.tasks.iter().map(|task| (task.claim, task.delivery)).collect::<Vec<_>>(), [(2, 1); 3]);
    lab.push(vec![task(9)]).await;
    assert_eq!(claim(&store, 1, 0).await.tasks, [], "overtaken: nobody waits for this answer");
    assert_eq!(claim(&store, 3, 2).await.tasks.len(), 1);
    assert_eq!(lab.queues.depth(LANE).await.unwrap(), Depth { leased: 4, ..Depth::default() });
}

#[tokio::test]
async fn a_worker_survives_a_redis_restart_and_loses_nothing() {
    let mut server = RedisServer::start().await;
    let config = QueueConfig { lease: Duration::from_secs(4), ..config() };
    let queues = Queues::redis(&server.url(), "restart", &config).await.unwrap();
    queues.push(LANE, tasks(2000)).await.unwrap();
    let mut worker = Running::start(queues.lane(LANE), 20, Duration::from_secs(1), async |_, _| {
        tokio::time::sleep(Duration::from_millis(5)).await; // the work
        Ok(())
    });
    let mut seen = HashSet::new();
    while seen.len() < 500 {
        seen.insert(worker.next().await.n);
    }
    server.kill();
    tokio::time::sleep(Duration::from_millis(500)).await; // an outage lasts
    server.revive().await;
    while seen.len() < 2000 {
        seen.insert(worker.next().await.n);
    }
    eventually("every key is gone", async || (server.keys().await == 0).then_some(())).await;
    assert!(!worker.is_finished(), "the same worker went on");

    // Idle through an outage, it hears of the next push at once.
    server.kill();
    server.revive().await;
    let push = async || queues.push(LANE, vec![task(9999)]).await.ok();
    eventually("the push gets through", push).await;
    assert_eq!(worker.next().await.n, 9999);
    worker.stop().await;
}

#[tokio::test]
async fn a_worker_survives_a_stall_and_runs_nothing_twice() {
    let server = RedisServer::start().await;
    let queues = Queues::redis(&server.url(), "stall", &config()).await.unwrap();
    queues.push(LANE, tasks(500)).await.unwrap();
    let mut worker = Running::succeed(queues.lane(LANE), 10);
    let mut seen = HashSet::from([worker.next().await.n]);
    let mut pause = redis::cmd("CLIENT");
    pause.arg("PAUSE").arg(1000).arg("ALL");
    pause.query_async::<()>(&mut server.connection().await).await.unwrap();
    while seen.len() < 500 {
        let run = worker.next().await;
        assert!(seen.insert(run.n), "job {} ran twice", run.n);
    }
    eventually("every key is gone", async || (server.keys().await == 0).then_some(())).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_worker_started_before_redis_waits_for_it() {
    let mut server = RedisServer::start().await;
    let url = server.url();
    server.kill();
    let queues = Queues::redis(&url, "late", &config()).await.unwrap();
    assert!(queues.ping().await.is_err());
    let mut worker = Running::succeed(queues.lane(LANE), 1);
    server.revive().await;
    eventually("the push gets through", async || queues.push(LANE, vec![task(7)]).await.ok()).await;
    assert_eq!(worker.next().await.n, 7);
    worker.stop().await;
}

#[tokio::test]
async fn a_push_in_a_transaction_counts_only_if_it_commits() {
    let lab = Lab::open(Kind::Sqlite, config()).await;
    let pool = lab.pool.clone().unwrap();
    let mut worker = Running::succeed(lab.store(), 2);
    let mut tx = pool.begin().await.unwrap();
    assert_eq!(lab.queues.push_in(&mut tx, LANE, &[task(1)]).await.unwrap(), 1);
    tx.rollback().await.unwrap();
    let mut tx = pool.begin().await.unwrap();
    lab.queues.push_in(&mut tx, LANE, &[task(2)]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(worker.next().await.n, 2, "the idle worker is woken without a further call");
    worker.stop().await;
    assert_eq!(lab.traces().await, 0);
}

#[tokio::test]
async fn sigterm_ends_a_worker_process_and_hands_its_jobs_back() {
    let config = QueueConfig { lease: Duration::from_secs(3), ..config() };
    let lab = Lab::open(Kind::Redis, config).await;
    lab.push(tasks(3)).await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_queue_worker"))
        .args(lab.address())
        .arg("3000")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let start = Instant::now();
    let status = eventually("the process ends", async || child.try_wait().unwrap()).await;
    assert!(status.success() && start.elapsed() < DEADLINE);
    // One ran into its time-out during the shutdown and waits for its backoff; the others never started.
    let depth = lab.queues.depth(LANE).await.unwrap();
    assert_eq!((depth.leased, depth.ready + depth.delayed), (0, 3));
}
