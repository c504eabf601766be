//! Either store, so that nothing above the queue is generic over it.

use std::time::Duration;

use super::outcome::QueueError;
use super::redis::RedisStore;
use super::sqlite::SqliteStore;
use super::store::{
    Claimed, Claimer, DeadLetter, Depth, LaneConfig, Listed, NewTask, Settle, Store, TaskState,
};
use super::wake::Wake;

/// One lane, wherever it is kept.
#[derive(Clone, Debug)]
pub enum AnyStore {
    /// Production: shared by any number of processes.
    Redis(RedisStore),
    /// Embedded: a table in the application's own database file.
    Sqlite(SqliteStore),
}

macro_rules! either {
    ($self:ident, $store:ident => $call:expr) => {
        match $self {
            AnyStore::Redis($store) => $call,
            AnyStore::Sqlite($store) => $call,
        }
    };
}

impl Store for AnyStore {
    fn config(&self) -> &LaneConfig {
        either!(self, store => store.config())
    }
    fn wake(&self) -> &Wake {
        either!(self, store => store.wake())
    }
    fn listen(&self) {
        either!(self, store => store.listen());
    }
    async fn push(&self, tasks: &[NewTask]) -> Result<u64, QueueError> {
        either!(self, store => store.push(tasks).await)
    }
    async fn claim(&self, claimer: &Claimer) -> Result<Claimed, QueueError> {
        either!(self, store => store.claim(claimer).await)
    }
    async fn settle(&self, batch: &[Settle]) -> Result<(), QueueError> {
        either!(self, store => store.settle(batch).await)
    }
    async fn depth(&self) -> Result<Depth, QueueError> {
        either!(self, store => store.depth().await)
    }
    async fn oldest_age(&self) -> Result<Option<Duration>, QueueError> {
        either!(self, store => store.oldest_age().await)
    }
    async fn list(&self, state: TaskState, skip: usize, n: usize) -> Result<Vec<Listed>, QueueError> {
        either!(self, store => store.list(state, skip, n).await)
    }
    async fn dead(&self, skip: usize, n: usize) -> Result<Vec<DeadLetter>, QueueError> {
        either!(self, store => store.dead(skip, n).await)
    }
    async fn buried(&self, ids: &[String]) -> Result<Vec<DeadLetter>, QueueError> {
        either!(self, store => store.buried(ids).await)
    }
    async fn requeue(&self, ids: &[String]) -> Result<u64, QueueError> {
        either!(self, store => store.requeue(ids).await)
    }
    async fn trim_dead(&self, older_than: Duration) -> Result<u64, QueueError> {
        either!(self, store => store.trim_dead(older_than).await)
    }
    async fn ping(&self) -> Result<(), QueueError> {
        either!(self, store => store.ping().await)
    }
}
