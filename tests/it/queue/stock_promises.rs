//! The third leg: every promise of the conformance suite, put to the stock `apalis_redis::RedisStorage`, set up as well as
//! we know how. What it breaks is listed in [`STOCK`] by name and by how; a promise that is suddenly kept fails the test
//! as loudly as one that is suddenly broken. `stock.rs` has what goes wrong beyond these promises.

use std::time::Duration;

use apalis::prelude::{
    Attempt, BoxDynError, ParallelizeExt, TaskSink, WorkerBuilder, WorkerBuilderExt, WorkerError,
};
use apalis_core::backend::ext::BackendExt;
use apalis_core::backend::{Filter, ListTasks, Vacuum};
use apalis_core::error::AbortError;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use apalis_redis::{Config, ConnectionManager, RedisStorage};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::conformance::PROMISES;
use super::lab::{Job, eventually};
use super::server::RedisServer;

/// Kept, or how it is broken.
type Kept = Result<(), &'static str>;

/// What each promise comes to.
const STOCK: [(&str, Kept); 14] = [
    ("a_task_is_pushed_claimed_and_settled", Err("the id of a finished job is never free again")),
    ("an_ended_lease_redelivers_and_outdates_the_old_claim", Err("a second delivery says it is the first")),
    ("a_release_is_not_counted", Err("nothing can be given back uncounted")),
    ("failures_are_counted_and_the_last_one_buries", Err("more deliveries than were allowed")),
    ("an_abort_buries_with_body_and_reason", Ok(())),
    ("a_panic_buries_and_the_worker_lives", Ok(())),
    ("an_unreadable_body_is_buried_and_the_worker_lives", Err("one unreadable body ends the worker")),
    ("a_timeout_counts", Err("it was buried before its deliveries were spent")),
    ("deliveries_that_never_end_are_spent", Err("more deliveries than were allowed")),
    ("dead_letters_are_requeued_with_all_deliveries", Err("a dead letter cannot be requeued")),
    ("dead_letters_are_trimmed_by_age", Err("dead letters pile up")),
    ("a_settle_can_be_repeated", Err("a settle that comes too late ends the worker")),
    ("tasks_are_listed_by_state_in_pages", Err("what waits is not listed")),
    ("dead_letters_are_found_by_id_and_requeued_together", Err("a dead letter cannot be requeued")),
];

#[test]
fn every_promise_is_put_to_the_stock_queue() {
    let asked: Vec<&str> = STOCK.iter().map(|(name, _)| *name).collect();
    assert_eq!(asked, PROMISES, "a promise was added or renamed: put it to the stock queue, too");
}

macro_rules! promises {
    ($($name:ident)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let expected = STOCK.iter().find(|(name, _)| *name == stringify!($name)).unwrap().1;
            let found = on_stock::$name(&Stock::start().await).await;
            assert_eq!(
                found, expected,
                "the stock queue has changed: look at docs/adr/0001 and consider switching to its RedisStorage"
            );
        }
    )+};
}
promises! {
    a_task_is_pushed_claimed_and_settled
    an_ended_lease_redelivers_and_outdates_the_old_claim
    a_release_is_not_counted
    failures_are_counted_and_the_last_one_buries
    an_abort_buries_with_body_and_reason
    a_panic_buries_and_the_worker_lives
    an_unreadable_body_is_buried_and_the_worker_lives
    a_timeout_counts
    deliveries_that_never_end_are_spent
    dead_letters_are_requeued_with_all_deliveries
    dead_letters_are_trimmed_by_age
    a_settle_can_be_repeated
    tasks_are_listed_by_state_in_pages
    dead_letters_are_found_by_id_and_requeued_together
}

const QUEUE: &str = "stock";
/// A queue that wakes its workers would have run a job by then.
const PATIENCE: Duration = Duration::from_secs(3);

/// A Redis of its own with a stock queue in it.
struct Stock {
    server: RedisServer,
    storage: RedisStorage<Job>,
}

/// A stock worker, and what it runs: (n, attempt).
struct Worker {
    runs: mpsc::UnboundedReceiver<(u64, usize)>,
    running: JoinHandle<Result<(), WorkerError>>,
}

impl Worker {
    async fn next(&mut self, patience: Duration) -> Option<(u64, usize)> {
        tokio::time::timeout(patience, self.runs.recv()).await.ok().flatten()
    }

    /// Its end, if it comes; a worker has no reason to end.
    async fn ends(self) -> bool {
        tokio::time::timeout(PATIENCE, self.running).await.is_ok()
    }

    /// `kill -9`, as far as a task can be killed.
    async fn kill(self) {
        self.running.abort();
        let _ = self.running.await; // it was cancelled
    }
}

impl Stock {
    /// Quick to notice the dead, polling (it does not by default), without the locks that cost and guard nothing.
    async fn start() -> Self {
        let server = RedisServer::start().await;
        let config = Config::default()
            .queue(QUEUE)
            .heartbeat_interval(Duration::from_secs(1))
            .missed_heartbeats(1)
            .lock_tasks(false);
        let connection: ConnectionManager = apalis_redis::connect(server.url()).await.unwrap();
        Self { server, storage: RedisStorage::new(connection).with_config(config) }
    }

    async fn push(&self, id: &str, n: u64) {
        let task = TaskBuilder::new(Job { n }).task_id(TaskId::from_string(id)).max_attempts(2).build();
        self.storage.clone().push_task(task).await.unwrap();
    }

    /// Starts a worker of this name.
    fn work<F, Fut>(&self, name: &str, limit: Duration, handler: F) -> Worker
    where
        F: Fn(u64) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<(), BoxDynError>> + Send + 'static,
    {
        let (report, runs) = mpsc::unbounded_channel();
        let worker = WorkerBuilder::new(name)
            .backend(self.storage.clone().poll_with_interval(Duration::from_millis(50)))
            .concurrency(2)
            .parallelize(tokio::spawn)
            .catch_panic()
            .timeout(limit)
            .build(move |job: Job, attempt: Attempt| {
                _ = report.send((job.n, attempt.current()));
                handler(job.n)
            });
        Worker { runs, running: tokio::spawn(worker.run()) }
    }

    async fn ask<T: redis::FromRedisValue>(&self, command: &str, arguments: &[&str]) -> T {
        redis::cmd(command).arg(arguments).query_async(&mut self.server.connection().await).await.unwrap()
    }

    async fn dead(&self) -> Vec<String> {
        self.ask("SMEMBERS", &["stock:dead"]).await
    }
}

/// The promises themselves: as `conformance.rs` has them, by the doors the stock queue has.
mod on_stock {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    pub(super) async fn a_task_is_pushed_claimed_and_settled(stock: &Stock) -> Kept {
        stock.push("one", 1).await;
        let mut worker = stock.work("first", LIMIT, async |_| Ok(()));
        assert_eq!(worker.next(PATIENCE).await, Some((1, 1)));
        eventually("it is settled", async || {
            (stock.ask::<u64>("SCARD", &["stock:done"]).await == 1).then_some(())
        })
        .await;
        stock.push("one", 2).await;
        match worker.next(PATIENCE).await {
            Some(_) => Ok(()),
            None => Err("the id of a finished job is never free again"),
        }
    }

    pub(super) async fn an_ended_lease_redelivers_and_outdates_the_old_claim(stock: &Stock) -> Kept {
        stock.push("one", 1).await;
        let mut first = stock.work("first", LIMIT, async |_| std::future::pending().await);
        assert_eq!(first.next(PATIENCE).await, Some((1, 1)));
        first.kill().await;
        let mut second = stock.work("second", LIMIT, async |_| Ok(()));
        match second.next(PATIENCE * 3).await {
            Some((1, 2)) => Ok(()),
            Some((1, 1)) => Err("a second delivery says it is the first"),
            _ => Err("there is no second delivery"),
        }
    }

    pub(super) async fn a_release_is_not_counted(stock: &Stock) -> Kept {
        stock.push("one", 1).await;
        // the mildest error it knows
        let mut worker = stock.work("first", LIMIT, async |_| Err("the database is away".into()));
        assert_eq!(worker.next(PATIENCE).await, Some((1, 1)));
        match worker.next(PATIENCE).await {
            Some((1, 1)) => Ok(()),
            _ => Err("nothing can be given back uncounted"),
        }
    }

    /// Runs of a task that may have two, until there are three or there is a dead letter.
    async fn buried_after_two(stock: &Stock, worker: &mut Worker) -> Kept {
        let mut runs = 0;
        while worker.next(PATIENCE * 2).await.is_some() {
            runs += 1;
            if runs > 2 {
                return Err("more deliveries than were allowed");
            }
        }
        match (runs, stock.dead().await.is_empty()) {
            (_, true) => Err("it was never buried"),
            (2, false) => Ok(()),
            _ => Err("it was buried before its deliveries were spent"),
        }
    }

    pub(super) async fn failures_are_counted_and_the_last_one_buries(stock: &Stock) -> Kept {
        stock.push("one", 1).await;
        let mut worker = stock.work("first", LIMIT, async |_| Err("no luck".into()));
        buried_after_two(stock, &mut worker).await
    }

    pub(super) async fn an_abort_buries_with_body_and_reason(stock: &Stock) -> Kept {
        stock.push("one", 7).await;
        let mut worker = stock.work("first", LIMIT, async |_| Err(AbortError::new("bad number").into()));
        assert_eq!(worker.next(PATIENCE).await, Some((7, 1)));
        buried_with(stock, "bad number").await
    }

    /// Body and reason of the one dead letter.
    async fn buried_with(stock: &Stock, reason: &str) -> Kept {
        let id = eventually("a dead letter", async || stock.dead().await.pop()).await;
        let body: Option<String> = stock.ask("HGET", &["stock:data", &id]).await;
        let result: Option<String> = stock.ask("HGET", &[&format!("stock:meta:{id}"), "result"]).await;
        match (body, result) {
            (Some(_), Some(result)) if result.contains(reason) => Ok(()),
            (Some(_), _) => Err("the reason is gone"),
            (None, _) => Err("the body is gone"),
        }
    }

    pub(super) async fn a_panic_buries_and_the_worker_lives(stock: &Stock) -> Kept {
        stock.push("one", 0).await;
        let mut worker = stock.work("first", LIMIT, async |n| {
            assert!(n != 0, "a bug");
            Ok(())
        });
        assert_eq!(worker.next(PATIENCE).await, Some((0, 1)));
        buried_with(stock, "a bug").await?;
        stock.push("two", 2).await;
        worker.next(PATIENCE).await.map(|_| ()).ok_or("a panic ends the worker")
    }

    pub(super) async fn an_unreadable_body_is_buried_and_the_worker_lives(stock: &Stock) -> Kept {
        stock.push("bad", 1).await;
        stock.ask::<u64>("HSET", &["stock:data", "bad", "{nope"]).await;
        let worker = stock.work("first", LIMIT, async |_| Ok(()));
        match worker.ends().await {
            true => Err("one unreadable body ends the worker"),
            false if stock.dead().await == ["bad"] => Ok(()),
            false => Err("an unreadable body stays where it is"),
        }
    }

    pub(super) async fn a_timeout_counts(stock: &Stock) -> Kept {
        stock.push("one", 1).await;
        let limit = Duration::from_millis(20);
        let mut worker = stock.work("first", limit, async |_| std::future::pending().await);
        buried_after_two(stock, &mut worker).await
    }

    pub(super) async fn deliveries_that_never_end_are_spent(stock: &Stock) -> Kept {
        stock.push("one", 1).await;
        for name in ["first", "second", "third"] {
            let mut worker = stock.work(name, LIMIT, async |_| std::future::pending().await);
            let Some(_) = worker.next(PATIENCE * 3).await else {
                return if stock.dead().await.is_empty() { Err("it was never buried") } else { Ok(()) };
            };
            worker.kill().await;
        }
        Err("more deliveries than were allowed")
    }

    pub(super) async fn dead_letters_are_requeued_with_all_deliveries(stock: &Stock) -> Kept {
        stock.push("one", 1).await;
        let mut worker = stock.work("first", LIMIT, async |_| Err(AbortError::new("bad number").into()));
        assert_eq!(worker.next(PATIENCE).await, Some((1, 1)));
        eventually("a dead letter", async || stock.dead().await.pop()).await;
        // it has no door for this; pushing the same id again is the nearest thing
        stock.push("one", 1).await;
        match worker.next(PATIENCE).await {
            Some(_) => Ok(()),
            None => Err("a dead letter cannot be requeued"),
        }
    }

    pub(super) async fn dead_letters_are_trimmed_by_age(stock: &Stock) -> Kept {
        stock.push("one", 1).await;
        let mut worker = stock.work("first", LIMIT, async |_| Err(AbortError::new("bad number").into()));
        assert_eq!(worker.next(PATIENCE).await, Some((1, 1)));
        eventually("a dead letter", async || stock.dead().await.pop()).await;
        stock.storage.clone().vacuum().await.unwrap();
        if stock.dead().await.is_empty() { Ok(()) } else { Err("dead letters pile up") }
    }

    pub(super) async fn a_settle_can_be_repeated(stock: &Stock) -> Kept {
        stock.push("one", 1).await;
        let url = stock.server.url();
        let mut worker = stock.work("first", LIMIT, move |_| {
            let url = url.clone();
            async move {
                // while it runs, somebody takes it for lost, as after a pause longer than its heartbeats
                let client = redis::Client::open(url)?;
                let mut redis = client.get_multiplexed_async_connection().await?;
                let keys: Vec<String> =
                    redis::cmd("KEYS").arg("stock:inflight*").query_async(&mut redis).await?;
                for key in keys {
                    redis::cmd("DEL").arg(key).query_async::<u64>(&mut redis).await?;
                }
                Ok(())
            }
        });
        assert_eq!(worker.next(PATIENCE).await, Some((1, 1)));
        match worker.ends().await {
            true => Err("a settle that comes too late ends the worker"),
            false => Ok(()),
        }
    }

    pub(super) async fn tasks_are_listed_by_state_in_pages(stock: &Stock) -> Kept {
        stock.push("one", 1).await;
        let all = Filter { status: None, page: 1, page_size: Some(10) };
        match stock.storage.list_tasks(&all).await.unwrap().len() {
            1 => Ok(()),
            _ => Err("what waits is not listed"),
        }
    }

    pub(super) async fn dead_letters_are_found_by_id_and_requeued_together(stock: &Stock) -> Kept {
        dead_letters_are_requeued_with_all_deliveries(stock).await
    }
}
