//! A lane with workers on it, the same in both stores: waking, delays, bursts, shutdown, and what is left behind.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bellbird_core::queue::{Depth, Due, LaneName, QueueConfig, QueueError, run_lane};
use tokio::sync::Semaphore;

use super::lab::{Job, Kind, LANE, Lab, Running, claim, config, eventually, on_both_stores, task, tasks};

on_both_stores!(
    an_idle_worker_is_woken_by_a_push,
    a_delayed_task_runs_when_it_falls_due,
    twenty_thousand_tasks_due_at_one_instant_all_run_once,
    nothing_is_left_after_the_jobs,
    shutdown_lets_running_jobs_end_and_hands_back_the_rest,
    lanes_do_not_see_each_other,
    a_timeout_beyond_half_a_lease_is_refused,
);

async fn an_idle_worker_is_woken_by_a_push(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    let mut worker = Running::succeed(lab.store(), 2);
    lab.push(vec![task(0)]).await;
    worker.next().await;
    let mut waits = Vec::new();
    for n in 1..=21 {
        let start = Instant::now();
        lab.push(vec![task(n)]).await;
        waits.push(worker.next().await.at.duration_since(start));
    }
    waits.sort_unstable();
    assert!(waits[10] < Duration::from_millis(50), "from push to start: {waits:?}");
    worker.stop().await;
}

async fn a_delayed_task_runs_when_it_falls_due(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    let mut worker = Running::succeed(lab.store(), 2);
    lab.push(vec![task(0)]).await;
    worker.next().await;
    let (start, delay) = (Instant::now(), Duration::from_millis(200));
    lab.push(vec![task(1).due(Due::After(delay))]).await;
    let run = worker.next().await;
    assert_eq!(run.n, 1);
    // The store counts in whole ms.
    assert!(run.at.duration_since(start) >= delay - Duration::from_millis(1));
    assert!(run.at.duration_since(start) < Duration::from_secs(5), "by its time, not by the poll");
    lab.push(vec![task(2).due(Due::At(1))]).await;
    assert_eq!(worker.next().await.n, 2, "a time in the past is now");
    worker.stop().await;
}

async fn twenty_thousand_tasks_due_at_one_instant_all_run_once(kind: Kind) {
    #[expect(
        clippy::disallowed_methods,
        reason = "compared with the store's own clock, which no test can move"
    )]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = Due::At(now.as_millis() as u64 + 1500);
    let lab = Lab::open(kind, QueueConfig { batch: 500, ..config() }).await;
    let mut worker = Running::succeed(lab.store(), 500);
    assert_eq!(lab.push(tasks(20_000).into_iter().map(|task| task.due(at)).collect()).await, 20_000);
    let mut seen = HashSet::new();
    for _ in 0..20_000 {
        let run = worker.next().await;
        assert_eq!(run.attempt, 1);
        assert!(seen.insert(run.n), "job {} ran twice", run.n);
    }
    worker.stop().await;
    assert_eq!(lab.queues.depth(LANE).await.unwrap(), Depth::default());
}

async fn nothing_is_left_after_the_jobs(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    lab.push(tasks(1000)).await;
    let mut worker = Running::succeed(lab.store(), 50);
    for _ in 0..1000 {
        worker.next().await;
    }
    eventually("every trace is gone", async || (lab.traces().await == 0).then_some(())).await;
    worker.stop().await;
    assert_eq!(lab.traces().await, 0);
}

async fn shutdown_lets_running_jobs_end_and_hands_back_the_rest(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    lab.push(tasks(10)).await;
    let gate = Arc::new(Semaphore::new(0));
    let door = gate.clone();
    let mut worker = Running::start(lab.store(), 2, Duration::from_secs(10), move |job, _| {
        let door = door.clone();
        async move {
            if job.n > 0 {
                _ = door.acquire().await;
            }
            Ok(())
        }
    });
    // Job 0 ends at once and makes room for a second claim of two: one starts, one waits in the buffer.
    let started = [worker.next().await.n, worker.next().await.n, worker.next().await.n];
    worker.ask_to_stop().await;
    assert!(!worker.is_finished());
    gate.add_permits(10);
    worker.stop().await;
    assert_eq!(lab.queues.depth(LANE).await.unwrap(), Depth { ready: 7, ..Depth::default() });
    let rest = claim(&lab.store(), 1, 0).await.tasks;
    assert_eq!(rest.len(), 7);
    for left in rest {
        assert_eq!(left.delivery, 1, "not started, not counted");
        assert!(!started.contains(&serde_json::from_str::<Job>(&left.body).unwrap().n));
    }
}

async fn lanes_do_not_see_each_other(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    for lane in LaneName::ALL {
        assert_eq!(lab.queues.push(lane, vec![task(1)]).await.unwrap(), 1, "{lane}");
    }
    assert_eq!(claim(&lab.store(), 1, 0).await.tasks.len(), 1);
    let interactive = lab.queues.depth(LaneName::Interactive).await.unwrap();
    assert_eq!(interactive, Depth { ready: 1, ..Depth::default() });
}

async fn a_timeout_beyond_half_a_lease_is_refused(kind: Kind) {
    let lab = Lab::open(kind, config()).await;
    let handler = async |_: Job, _| Ok(());
    let half = config().lease / 2;
    let refused = run_lane("test", lab.store(), 1, half, handler, std::future::pending()).await;
    assert!(matches!(refused, Err(QueueError::Config(_))), "{refused:?}");
}
