//! The queue: four lanes of jobs, kept in Redis or in the application's SQLite file, worked on by apalis.
//!
//! What is promised, the same in both stores:
//!
//! * **At least once.** A claim leases a task by the *store's* clock. Whoever dies with it loses it when the lease
//!   ends; somebody else gets it then, with `attempt` one higher. So every handler is safe to run twice.
//! * **Never twice at once.** A run takes less than half a lease and starts with at least half a lease left; a
//!   task that has waited longer in a worker's buffer goes back, not counted.
//! * **Late answers change nothing.** Every settle names the claim it belongs to, and an outdated one is ignored.
//! * **The world's fault is not the job's.** [`JobError::Release`] puts a job back for later without counting, as
//!   do a shutdown and a claim whose answer got lost. A crash, a time-out and a plain failure count, with
//!   exponential backoff.
//! * **Nothing fails silently.** Spent deliveries, [`JobError::Abort`], panics and unreadable bodies make a dead
//!   letter that keeps body and reason. Dead letters can be listed, requeued and trimmed by age.
//! * **Nothing stays behind.** A job that is done leaves no trace in the store.
//! * **No waiting for a poll.** A push wakes an idle worker at once, and a delayed task is claimed when it falls
//!   due. In SQLite the bell reaches this process only, which is the only one there.
//! * **Trouble passes.** A store that is away or slow makes workers wait, and never ends one.
//!
//! What is not: order (the longest due first, roughly), exactly once, and deduplication beyond the life of a
//! task. When a message is to be tried again is a column of its row, never a sleeping handler.
//!
//! The meaning lives in [`Lane`] and the ack layer, once; a [`Store`] only moves tasks. The stock
//! `apalis_redis::RedisStorage` is not used, for reasons that the conformance suite asserts by name.

mod acks;
mod any;
mod backend;
mod outcome;
mod redis;
mod sqlite;
mod store;
mod wake;
mod worker;

use std::time::Duration;

use sqlx::{SqliteConnection, SqlitePool};

pub use acks::{AckLayer, AckService};
pub use any::AnyStore;
pub use backend::Lane;
pub use outcome::{JobError, QueueError};
pub use redis::{RedisLink, RedisStore};
pub use sqlite::{SQLITE_SCHEMA, SqliteStore};
pub use store::{
    Claimed, Claimer, DeadLetter, Depth, Due, LaneConfig, Leased, Listed, NewTask, Settle, Store, TaskState,
    Verdict,
};
pub use wake::Wake;
pub use worker::{TaskMeta, run_lane};

/// The kinds of work that must not wait for one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum), oai(rename_all = "lowercase"))]
pub enum LaneName {
    /// A person waits: replies, order confirmations, what follows a call.
    Interactive,
    /// Campaigns.
    Bulk,
    /// What providers posted to us.
    Inbound,
    /// Everything else.
    Maintenance,
}

impl LaneName {
    /// Every lane, in the order of the variants.
    pub const ALL: [Self; 4] = [Self::Interactive, Self::Bulk, Self::Inbound, Self::Maintenance];

    /// The name in keys, logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Bulk => "bulk",
            Self::Inbound => "inbound",
            Self::Maintenance => "maintenance",
        }
    }
}

impl std::fmt::Display for LaneName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How all lanes behave. See [`LaneConfig`] for the meaning of each field.
#[derive(Clone, Debug)]
pub struct QueueConfig {
    /// Most tasks taken by one claim.
    pub batch: usize,
    /// How long a claim lasts.
    pub lease: Duration,
    /// Deliveries before a task is buried.
    pub max_deliveries: u64,
    /// Slow fallback of an idle worker.
    pub poll: Duration,
    /// Wait after the first counted failure.
    pub backoff: Duration,
}

impl Default for QueueConfig {
    fn default() -> Self {
        let LaneConfig { batch, lease, max_deliveries, poll, backoff, .. } = LaneConfig::default();
        Self { batch, lease, max_deliveries, poll, backoff }
    }
}

impl QueueConfig {
    fn lane(&self, queue: String) -> Result<LaneConfig, QueueError> {
        let Self { batch, lease, max_deliveries, poll, backoff } = self.clone();
        if batch == 0 || max_deliveries == 0 || poll.is_zero() || lease < Duration::from_millis(10) {
            let why = "batch, deliveries and poll must not be zero, a lease at least 10 ms";
            return Err(QueueError::Config(why.into()));
        }
        Ok(LaneConfig { queue, batch, lease, max_deliveries, poll, backoff })
    }
}

/// The lanes of this installation. Cheap to clone; clones share connections and wake-ups.
#[derive(Clone, Debug)]
pub struct Queues {
    lanes: [AnyStore; 4],
}

impl Queues {
    /// Lanes in Redis, under keys that start with `{prefix:`. Nothing is sent yet, so this works while Redis is
    /// away; ask with [`Queues::ping`].
    ///
    /// # Errors
    /// [`QueueError::Config`], or [`QueueError::Store`] when `url` cannot be read.
    #[expect(clippy::unused_async, reason = "its connection manager needs a running tokio")]
    pub async fn redis(url: &str, prefix: &str, config: &QueueConfig) -> Result<Self, QueueError> {
        let link = RedisLink::new(url)?;
        Self::build(prefix, config, |config| AnyStore::Redis(RedisStore::new(link.clone(), config)))
    }

    /// Lanes in the application's SQLite file, over its one writer connection. Creates the table.
    ///
    /// # Errors
    /// [`QueueError::Config`], or [`QueueError::Store`] when the file does not take the table.
    pub async fn sqlite(pool: SqlitePool, config: &QueueConfig) -> Result<Self, QueueError> {
        sqlite::create_table(&pool).await?;
        Self::build("bellbird", config, |config| AnyStore::Sqlite(SqliteStore::new(pool.clone(), config)))
    }

    fn build(
        prefix: &str,
        config: &QueueConfig,
        store: impl Fn(LaneConfig) -> AnyStore,
    ) -> Result<Self, QueueError> {
        let lane = |name: LaneName| config.lane(format!("{prefix}:{name}")).map(&store);
        let [interactive, bulk, inbound, maintenance] = LaneName::ALL;
        Ok(Self { lanes: [lane(interactive)?, lane(bulk)?, lane(inbound)?, lane(maintenance)?] })
    }

    fn store(&self, lane: LaneName) -> &AnyStore {
        let [interactive, bulk, inbound, maintenance] = &self.lanes;
        match lane {
            LaneName::Interactive => interactive,
            LaneName::Bulk => bulk,
            LaneName::Inbound => inbound,
            LaneName::Maintenance => maintenance,
        }
    }

    /// One lane, for a worker.
    pub fn lane(&self, lane: LaneName) -> AnyStore {
        self.store(lane).clone()
    }

    /// Adds tasks; returns how many were new. After an error some may have been added: push the same ids again.
    ///
    /// In SQLite not to be called by whoever holds a transaction: use [`Queues::push_in`].
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn push(&self, lane: LaneName, tasks: Vec<NewTask>) -> Result<u64, QueueError> {
        self.store(lane).push(&tasks).await
    }

    /// Adds tasks inside the caller's SQLite transaction: they exist if it commits. Workers need no further call.
    ///
    /// # Errors
    /// [`QueueError::Config`] when the lanes are in Redis, [`QueueError::Store`].
    pub async fn push_in(
        &self,
        tx: &mut SqliteConnection,
        lane: LaneName,
        tasks: &[NewTask],
    ) -> Result<u64, QueueError> {
        match self.store(lane) {
            AnyStore::Sqlite(store) => store.push_in(tx, tasks).await,
            AnyStore::Redis(_) => Err(QueueError::Config("Redis takes no part in a transaction".into())),
        }
    }

    /// Whether [`Queues::push_in`] works: the lanes live in the application's own database.
    pub fn joins_transactions(&self) -> bool {
        matches!(self.lanes, [AnyStore::Sqlite(_), ..])
    }

    /// How many tasks a lane holds.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn depth(&self, lane: LaneName) -> Result<Depth, QueueError> {
        self.store(lane).depth().await
    }

    /// How long the longest waiting due task of a lane has been due.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn oldest_age(&self, lane: LaneName) -> Result<Option<Duration>, QueueError> {
        self.store(lane).oldest_age().await
    }

    /// Up to `n` tasks of a lane in one state, after the first `skip`; see [`Store::list`].
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn list(
        &self,
        lane: LaneName,
        state: TaskState,
        skip: usize,
        n: usize,
    ) -> Result<Vec<Listed>, QueueError> {
        self.store(lane).list(state, skip, n).await
    }

    /// The `n` oldest dead letters of a lane.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn dead(&self, lane: LaneName, n: usize) -> Result<Vec<DeadLetter>, QueueError> {
        self.dead_after(lane, 0, n).await
    }

    /// Up to `n` dead letters of a lane after the `skip` oldest.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn dead_after(
        &self,
        lane: LaneName,
        skip: usize,
        n: usize,
    ) -> Result<Vec<DeadLetter>, QueueError> {
        self.store(lane).dead(skip, n).await
    }

    /// The dead letters among these tasks.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn buried(&self, lane: LaneName, ids: &[String]) -> Result<Vec<DeadLetter>, QueueError> {
        self.store(lane).buried(ids).await
    }

    /// Makes dead letters due again with all their deliveries; returns how many were found.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn requeue(&self, lane: LaneName, ids: &[String]) -> Result<u64, QueueError> {
        self.store(lane).requeue(ids).await
    }

    /// Makes all dead letters of a lane due again, those that are buried meanwhile excepted; returns how many.
    ///
    /// # Errors
    /// [`QueueError::Store`]; some may have been made due.
    pub async fn requeue_all(&self, lane: LaneName) -> Result<u64, QueueError> {
        let (mut left, mut found) = (self.depth(lane).await?.dead, 0);
        while left > 0 {
            // the oldest first: what is buried again goes to the end
            let letters = self.dead(lane, usize::try_from(left).unwrap_or(usize::MAX).min(500)).await?;
            if letters.is_empty() {
                break;
            }
            left = left.saturating_sub(letters.len() as u64);
            let ids: Vec<String> = letters.into_iter().map(|letter| letter.id).collect();
            found += self.requeue(lane, &ids).await?;
        }
        Ok(found)
    }

    /// Forgets dead letters buried longer ago than `older_than`; returns how many.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn trim_dead(&self, lane: LaneName, older_than: Duration) -> Result<u64, QueueError> {
        self.store(lane).trim_dead(older_than).await
    }

    /// Asks the store for a sign of life.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn ping(&self) -> Result<(), QueueError> {
        self.store(LaneName::Interactive).ping().await
    }
}
