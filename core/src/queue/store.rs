//! What a store has to do. Redis and SQLite implement this and nothing else, so the meaning is written once.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::outcome::QueueError;
use super::wake::Wake;
use crate::words::words;

/// How one lane behaves.
#[derive(Clone, Debug)]
pub struct LaneConfig {
    /// Name of the queue inside its store.
    pub queue: String,
    /// Most tasks taken by one claim.
    pub batch: usize,
    /// How long a claim lasts, by the store's clock. A handler may take less than half of it.
    pub lease: Duration,
    /// A task delivered this often without an end is buried.
    pub max_deliveries: u64,
    /// Slow fallback of an idle worker; a push wakes it at once.
    pub poll: Duration,
    /// Wait after the first counted failure; doubles each time.
    pub backoff: Duration,
}

impl Default for LaneConfig {
    fn default() -> Self {
        Self {
            queue: "default".into(),
            batch: 100,
            lease: Duration::from_secs(60),
            max_deliveries: 5,
            poll: Duration::from_secs(5),
            backoff: Duration::from_secs(2),
        }
    }
}

/// When a task may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// At once.
    Now,
    /// After this long, by the store's clock.
    After(Duration),
    /// At this time in milliseconds since the Unix epoch, compared with the store's clock.
    At(u64),
}

/// A task to push.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Ours, usually a row's id. While a task with this id is waiting, leased or dead, pushing it again does
    /// nothing; once it is done the id is free. Longer deduplication belongs to the database row.
    pub id: String,
    /// JSON.
    pub body: String,
    /// When it may run.
    pub due: Due,
}

impl NewTask {
    /// A task due now.
    ///
    /// # Errors
    /// [`QueueError::Body`] when `job` does not turn into JSON.
    pub fn new(id: impl Into<String>, job: &impl Serialize) -> Result<Self, QueueError> {
        Ok(Self { id: id.into(), body: serde_json::to_string(job)?, due: Due::Now })
    }

    /// The same task, due at another time.
    #[must_use]
    pub fn due(mut self, due: Due) -> Self {
        self.due = due;
        self
    }
}

/// A task handed to a worker for one lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// The task's id.
    pub id: String,
    /// JSON as it was pushed.
    pub body: String,
    /// Fence: a settle with an older number changes nothing.
    pub claim: u64,
    /// Counted deliveries including this one, from 1.
    pub delivery: u64,
}

/// Who claims, and which answers it has seen.
///
/// An answer that got lost (time-out, cut connection) would leave its tasks leased to nobody for a whole lease
/// and cost each of them a counted delivery. So a claim says which answer it saw last, and a store whose answers
/// can get lost hands back the ones in between, uncounted.
#[derive(Clone, Debug)]
pub struct Claimer {
    /// Unique per worker and boot.
    pub name: Arc<str>,
    /// Number of this claim, from 1.
    pub asked: u64,
    /// Number of the last claim whose answer arrived; 0 for none.
    pub answered: u64,
    /// Most tasks wanted.
    pub limit: usize,
}

/// The answer to a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claimed {
    /// At most the batch, the longest due ones.
    pub tasks: Vec<Leased>,
    /// When there was nothing: how long until there may be, or `None` when nothing waits at all.
    pub next_due: Option<Duration>,
}

/// What becomes of a leased task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Delete it.
    Done,
    /// Let it run again.
    Back {
        /// How long from now.
        after: Duration,
        /// Whether this run was a delivery.
        counted: bool,
    },
    /// Keep it as a dead letter with this reason.
    Dead(String),
}

/// A verdict on one claim of one task. Repeating a settle is harmless.
#[derive(Clone, Debug)]
pub struct Settle {
    /// The task.
    pub id: String,
    /// The claim number it was leased under.
    pub claim: u64,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// A task that was buried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The task's id.
    pub id: String,
    /// The body as it was pushed, readable or not.
    pub body: String,
    /// Why.
    pub reason: String,
    /// When, in milliseconds since the Unix epoch by the store's clock.
    pub at_ms: u64,
    /// How long ago that is, by the same clock.
    pub ago: Duration,
}

words! {
    /// Where a task stands that is not dead.
    pub enum TaskState {
        /// Due now, those whose lease ended included.
        Ready = "ready",
        /// Due later.
        Delayed = "delayed",
        /// Being worked on.
        Leased = "leased",
    }
}

/// A task as it stands in a lane, to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The task's id.
    pub id: String,
    /// The body as it was pushed.
    pub body: String,
    /// Milliseconds until it is due, or until its lease ends; negative when that has passed. By the store's clock.
    pub due_in_ms: i64,
    /// Counted deliveries so far, a run in progress included.
    pub deliveries: u64,
}

/// How many tasks a lane holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Due now, those whose lease ended included.
    pub ready: u64,
    /// Due later.
    pub delayed: u64,
    /// Being worked on.
    pub leased: u64,
    /// Buried.
    pub dead: u64,
}

/// One lane in one store.
///
/// Every method fails with [`QueueError::Store`] when the store is away; nothing is half done then, though the
/// whole may have happened unheard.
pub trait Store: Clone + Send + Sync + Unpin + 'static {
    /// How this lane behaves.
    fn config(&self) -> &LaneConfig;
    /// The bell of this process's idle workers.
    fn wake(&self) -> &Wake;
    /// Called when a worker starts: from now on pushes of other processes should ring the bell, if they can.
    fn listen(&self) {}
    /// Adds tasks; returns how many were new.
    fn push(&self, tasks: &[NewTask]) -> impl Future<Output = Result<u64, QueueError>> + Send;
    /// Leases due tasks.
    fn claim(&self, claimer: &Claimer) -> impl Future<Output = Result<Claimed, QueueError>> + Send;
    /// Ends leases. A settle under an outdated claim number is ignored.
    fn settle(&self, batch: &[Settle]) -> impl Future<Output = Result<(), QueueError>> + Send;
    /// How many tasks there are.
    fn depth(&self) -> impl Future<Output = Result<Depth, QueueError>> + Send;
    /// How long the longest waiting due task has been due.
    fn oldest_age(&self) -> impl Future<Output = Result<Option<Duration>, QueueError>> + Send;
    /// Up to `n` tasks in this state after the first `skip`, the longest due (or leased) first. Tasks move while
    /// somebody pages, so a page may show one twice or miss one.
    fn list(
        &self,
        state: TaskState,
        skip: usize,
        n: usize,
    ) -> impl Future<Output = Result<Vec<Listed>, QueueError>> + Send;
    /// Up to `n` dead letters after the first `skip`, oldest first.
    fn dead(&self, skip: usize, n: usize)
    -> impl Future<Output = Result<Vec<DeadLetter>, QueueError>> + Send;
    /// The dead letters among these tasks.
    fn buried(&self, ids: &[String]) -> impl Future<Output = Result<Vec<DeadLetter>, QueueError>> + Send;
    /// Gives dead letters all their deliveries back and makes them due now; returns how many were found.
    fn requeue(&self, ids: &[String]) -> impl Future<Output = Result<u64, QueueError>> + Send;
    /// Forgets dead letters buried longer ago than this; returns how many.
    fn trim_dead(&self, older_than: Duration) -> impl Future<Output = Result<u64, QueueError>> + Send;
    /// Asks for a sign of life.
    fn ping(&self) -> impl Future<Output = Result<(), QueueError>> + Send;
}
