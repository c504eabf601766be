//! A set of lanes to experiment on, in either store, and workers that report what they run.

use std::time::{Duration, Instant};

use bellbird_core::queue::{
    AnyStore, Claimed, Claimer, JobError, LaneName, NewTask, QueueConfig, QueueError, Queues, Store,
    TaskMeta, run_lane,
};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Nothing here takes this long unless it never happens.
pub(super) const DEADLINE: Duration = Duration::from_secs(20);
/// The lane the tests use.
pub(super) const LANE: LaneName = LaneName::Bulk;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Redis,
    Sqlite,
}

/// Runs every named `async fn(Kind)` over both stores.
macro_rules! on_both_stores {
    ($($test:ident),+ $(,)?) => {
        /// Their names, for whoever else is held to the same.
        #[allow(dead_code, reason = "only the promises of one file are put to the stock queue, too")]
        pub(super) const PROMISES: &[&str] = &[$(stringify!($test)),+];
        mod on_redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test(super::Kind::Redis).await })+
        }
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() { super::$test(super::Kind::Sqlite).await })+
        }
    };
}
pub(super) use on_both_stores;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) n: u64,
}

pub(super) fn task(n: u64) -> NewTask {
    NewTask::new(format!("job_{n:06}"), &Job { n }).unwrap()
}

pub(super) fn tasks(n: u64) -> Vec<NewTask> {
    (0..n).map(task).collect()
}

/// Settings under which waiting for a poll or a backoff would fail a test by its deadline.
pub(super) fn config() -> QueueConfig {
    QueueConfig {
        lease: Duration::from_secs(30),
        poll: Duration::from_secs(3600),
        backoff: Duration::from_millis(5),
        max_deliveries: 3,
        ..QueueConfig::default()
    }
}

pub(super) fn shared_redis() -> String {
    std::env::var("BELLBIRD_TEST_REDIS_URL").expect(
        "BELLBIRD_TEST_REDIS_URL is not set: run the tests with `./dev test`, which starts a Redis for them",
    )
}

/// Lanes that nobody else uses.
pub(super) struct Lab {
    pub(super) queues: Queues,
    pub(super) kind: Kind,
    pub(super) prefix: String,
    pub(super) pool: Option<SqlitePool>,
    dir: tempfile::TempDir,
}

impl Lab {
    pub(super) async fn open(kind: Kind, config: QueueConfig) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let prefix = format!("test-{}", dir.path().file_name().unwrap().display()).replace('.', "");
        let (queues, pool) = match kind {
            Kind::Redis => (Queues::redis(&shared_redis(), &prefix, &config).await.unwrap(), None),
            Kind::Sqlite => {
                let file = SqliteConnectOptions::new().filename(dir.path().join("queue.db"));
                let file = file.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
                let file = file.busy_timeout(Duration::from_secs(10));
                let pool = SqlitePoolOptions::new().max_connections(1).connect_with(file).await.unwrap();
                (Queues::sqlite(pool.clone(), &config).await.unwrap(), Some(pool))
            }
        };
        queues.ping().await.unwrap();
        Self { queues, kind, prefix, pool, dir }
    }

    pub(super) async fn push(&self, tasks: Vec<NewTask>) -> u64 {
        self.queues.push(LANE, tasks).await.unwrap()
    }

    pub(super) fn store(&self) -> AnyStore {
        self.queues.lane(LANE)
    }

    /// How another process finds this lab: the arguments of `queue_worker`.
    pub(super) fn address(&self) -> [String; 3] {
        match self.kind {
            Kind::Redis => ["redis".into(), shared_redis(), self.prefix.clone()],
            Kind::Sqlite => {
                ["sqlite".into(), self.dir.path().join("queue.db").display().to_string(), "-".into()]
            }
        }
    }

    /// Everything the lanes keep, in any lane: keys in Redis, rows in SQLite.
    pub(super) async fn traces(&self) -> u64 {
        if let Some(pool) = &self.pool {
            let rows = sea_orm::sqlx::query_scalar::<_, i64>("SELECT count(*) FROM queue_tasks");
            return rows.fetch_one(pool).await.unwrap() as u64;
        }
        let client = redis::Client::open(shared_redis()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut keys = redis::cmd("KEYS");
        keys.arg(format!("*{}*", self.prefix));
        keys.query_async::<Vec<String>>(&mut connection).await.unwrap().len() as u64
    }

    /// The one dead letter there is to be.
    pub(super) async fn dead_letter(&self) -> bellbird_core::queue::DeadLetter {
        eventually("a dead letter", async || self.queues.dead(LANE, 10).await.unwrap().pop()).await
    }
}

/// Claims without a worker.
pub(super) async fn claim(store: &AnyStore, asked: u64, answered: u64) -> Claimed {
    let claimer = Claimer { name: "by hand".into(), asked, answered, limit: 100 };
    store.claim(&claimer).await.unwrap()
}

/// Waits until `look` sees it.
pub(super) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(start.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        // Between two looks at another process there is no signal to wait for.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// One run of a handler.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) n: u64,
    pub(super) attempt: u64,
    pub(super) at: Instant,
}

/// A worker that reports each run before its handler decides.
pub(super) struct Running {
    pub(super) runs: mpsc::UnboundedReceiver<Run>,
    stop: CancellationToken,
    noticed: CancellationToken,
    worker: tokio::task::JoinHandle<Result<(), QueueError>>,
}

impl Running {
    /// Starts a worker over `store`; `handler` gets the job and its counted attempt.
    pub(super) fn start<F, Fut>(store: AnyStore, concurrency: usize, timeout: Duration, handler: F) -> Self
    where
        F: Fn(Job, u64) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        let (report, runs) = mpsc::unbounded_channel();
        let (stop, noticed) = (CancellationToken::new(), CancellationToken::new());
        let stopped = {
            let (stop, noticed) = (stop.clone(), noticed.clone());
            async move {
                stop.cancelled().await;
                noticed.cancel();
            }
        };
        let worker = tokio::spawn(async move {
            let handler = move |job: Job, meta: TaskMeta| {
                _ = report.send(Run { n: job.n, attempt: meta.attempt, at: Instant::now() });
                handler(job, meta.attempt)
            };
            run_lane("test", store, concurrency, timeout, handler, stopped).await
        });
        Self { runs, stop, noticed, worker }
    }

    /// A worker whose jobs all succeed at once.
    pub(super) fn succeed(store: AnyStore, concurrency: usize) -> Self {
        Self::start(store, concurrency, Duration::from_secs(5), async |_, _| Ok(()))
    }

    pub(super) async fn next(&mut self) -> Run {
        let run = tokio::time::timeout(DEADLINE, self.runs.recv()).await;
        run.expect("a run before the deadline").expect("the worker lives")
    }

    pub(super) fn is_finished(&self) -> bool {
        self.worker.is_finished()
    }

    /// Asks it to stop, and waits only until it has heard.
    pub(super) async fn ask_to_stop(&self) {
        self.stop.cancel();
        self.noticed.cancelled().await;
    }

    /// Shuts it down and waits for its end.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        let ended =
            tokio::time::timeout(DEADLINE, self.worker).await.expect("shuts down before the deadline");
        ended.unwrap().unwrap();
    }
}
