//! The lanes in the application's own SQLite file.
//!
//! The pool is the application's writer, which has exactly one connection. So a method takes it, runs its
//! statements and gives it back, and waits for nothing else meanwhile; and whoever already holds a transaction
//! pushes through [`SqliteStore::push_in`], since [`Store::push`] would wait for the connection its caller has.
//!
//! The clock is SQLite's. An answer cannot get lost here, as a claim that is not heard is rolled back, so
//! [`Claimer`]'s numbers are not needed.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};

use super::outcome::QueueError;
use super::store::{
    Claimed, Claimer, DeadLetter, Depth, Due, LaneConfig, Leased, Listed, NewTask, Settle, Store, TaskState,
    Verdict,
};
use super::wake::Wake;

/// The table; [`super::Queues::sqlite`] creates it when it opens the file.
///
/// `due_ms` is when the task may be claimed: its run time, or the end of its lease. So "ready", "due" and "lease
/// ended" are one range of one index.
pub const SQLITE_SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS queue_tasks (
  queue   TEXT NOT NULL,
  id      TEXT NOT NULL,
  body    TEXT NOT NULL,
  due_ms  INTEGER NOT NULL,
  leased  INTEGER NOT NULL DEFAULT 0,
  claims  INTEGER NOT NULL DEFAULT 0, -- the fence
  free    INTEGER NOT NULL DEFAULT 0, -- claims that do not count as deliveries
  dead_ms INTEGER,
  reason  TEXT,
  PRIMARY KEY (queue, id)
);
CREATE INDEX IF NOT EXISTS queue_tasks_due ON queue_tasks (queue, due_ms) WHERE dead_ms IS NULL;
CREATE INDEX IF NOT EXISTS queue_tasks_dead ON queue_tasks (queue, dead_ms) WHERE dead_ms IS NOT NULL;";

/// Rows per statement: keeps a bulk push from holding the writer for long.
const CHUNK: usize = 1000;

/// Joins pieces of SQL, with the present in ms since the epoch between each two.
macro_rules! sql {
    (@ [$($out:tt)*] $last:literal) => { concat!($($out)* $last) };
    (@ [$($out:tt)*] $first:literal, $($rest:literal),+) => {
        sql!(@ [$($out)* $first, "CAST(unixepoch('subsec') * 1000 AS INTEGER)",] $($rest),+)
    };
    ($($part:literal),+) => { sql!(@ [] $($part),+) };
}

// In every statement ?1 is the queue.

/// ?2 json [[id, body, delay ms or null, time ms or null]]
const PUSH: &str = sql!(
    "INSERT INTO queue_tasks (queue, id, body, due_ms)
     SELECT ?1, value->>0, value->>1, max(coalesce(value->>3, 0), ",
    " + coalesce(value->>2, 0))
     FROM json_each(?2) WHERE true ON CONFLICT DO NOTHING"
);
/// ?2 batch, ?3 lease ms
const CLAIM: &str = sql!(
    "UPDATE queue_tasks SET leased = 1, claims = claims + 1, due_ms = ",
    " + ?3
     WHERE rowid IN (SELECT rowid FROM queue_tasks WHERE queue = ?1 AND dead_ms IS NULL AND due_ms <= ",
    "
                     ORDER BY due_ms, rowid LIMIT ?2)
     RETURNING id, body, claims, claims - free"
);
const NEXT_DUE: &str =
    sql!("SELECT max(0, min(due_ms) - ", ") FROM queue_tasks WHERE queue = ?1 AND dead_ms IS NULL");
/// ?2 json [[id, claim]]
const DONE: &str = "DELETE FROM queue_tasks WHERE rowid IN (
     SELECT t.rowid FROM json_each(?2) j CROSS JOIN queue_tasks t
     WHERE t.queue = ?1 AND t.id = j.value->>0 AND t.claims = j.value->>1 AND t.leased = 1)";
/// ?2 json [[id, claim, delay ms, 1 when the delivery does not count]]
const BACK: &str = sql!(
    "UPDATE queue_tasks SET leased = 0, due_ms = ",
    " + (j.value->>2), free = free + (j.value->>3)
     FROM json_each(?2) j
     WHERE queue = ?1 AND queue_tasks.id = j.value->>0 AND claims = j.value->>1 AND leased = 1"
);
/// ?2 json [[id, claim, reason]]
const DEAD: &str = sql!(
    "UPDATE queue_tasks SET leased = 0, dead_ms = ",
    ", reason = j.value->>2
     FROM json_each(?2) j
     WHERE queue = ?1 AND queue_tasks.id = j.value->>0 AND claims = j.value->>1 AND leased = 1"
);
/// ?2 json [id]
const REQUEUE: &str = sql!(
    "UPDATE queue_tasks SET dead_ms = NULL, reason = NULL, free = claims, due_ms = ",
    "
     WHERE queue = ?1 AND dead_ms IS NOT NULL AND id IN (SELECT value FROM json_each(?2))"
);
/// ?2 age ms, ?3 most
const TRIM: &str = sql!(
    "DELETE FROM queue_tasks WHERE rowid IN (SELECT rowid FROM queue_tasks
     WHERE queue = ?1 AND dead_ms IS NOT NULL AND dead_ms < ",
    " - ?2 LIMIT ?3)"
);
/// ?2 state, ?3 skip, ?4 most
const LIST: &str = sql!(
    "SELECT id, body, due_ms - ",
    ", claims - free FROM queue_tasks
     WHERE queue = ?1 AND dead_ms IS NULL AND CASE ?2
        WHEN 'ready' THEN due_ms <= ",
    " ELSE leased = (?2 = 'leased') AND due_ms > ",
    " END
     ORDER BY due_ms, rowid LIMIT ?4 OFFSET ?3"
);
/// ?2 skip, ?3 most
const LETTERS: &str = sql!(
    "SELECT id, body, coalesce(reason, ''), dead_ms, ",
    " - dead_ms FROM queue_tasks
     WHERE queue = ?1 AND dead_ms IS NOT NULL ORDER BY dead_ms, rowid LIMIT ?3 OFFSET ?2"
);
/// ?2 json [id]
const BURIED: &str = sql!(
    "SELECT id, body, coalesce(reason, ''), dead_ms, ",
    " - dead_ms FROM queue_tasks
     WHERE queue = ?1 AND dead_ms IS NOT NULL AND id IN (SELECT value FROM json_each(?2))"
);

/// A dead letter as the statements give it: id, body, reason, when, how long ago.
type Letter = (String, String, String, i64, i64);
const DEPTH: &str = sql!(
    "SELECT total(dead_ms IS NULL AND due_ms <= ",
    "), total(dead_ms IS NULL AND leased = 0 AND due_ms > ",
    "),
            total(dead_ms IS NULL AND leased = 1 AND due_ms > ",
    "), total(dead_ms IS NOT NULL)
     FROM queue_tasks WHERE queue = ?1"
);
const OLDEST: &str = sql!(
    "SELECT ",
    " - min(due_ms) FROM queue_tasks WHERE queue = ?1 AND dead_ms IS NULL AND due_ms <= ",
    ""
);

/// Creates the table where it is missing.
pub(super) async fn create_table(pool: &SqlitePool) -> Result<(), QueueError> {
    sqlx::raw_sql(SQLITE_SCHEMA).execute(pool).await.map(drop).map_err(failed)
}

/// One lane in SQLite.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    pool: SqlitePool,
    config: Arc<LaneConfig>,
    wake: Arc<Wake>,
}

impl SqliteStore {
    /// A lane over the application's writer pool. The table must be there.
    pub fn new(pool: SqlitePool, config: LaneConfig) -> Self {
        Self { pool, config: Arc::new(config), wake: Arc::default() }
    }

    /// Adds tasks inside the caller's transaction; returns how many were new.
    ///
    /// Idle workers are woken at once: their claim waits for the writer the caller still holds, and so sees the
    /// tasks if they were committed, and nothing if not.
    ///
    /// # Errors
    /// [`QueueError::Store`]; the transaction is then to be rolled back.
    pub async fn push_in(&self, tx: &mut SqliteConnection, tasks: &[NewTask]) -> Result<u64, QueueError> {
        let mut added = 0;
        for chunk in tasks.chunks(CHUNK) {
            let rows = json(chunk.iter().map(|task| match task.due {
                Due::Now => (&task.id, &task.body, None, None),
                Due::After(wait) => (&task.id, &task.body, Some(millis(wait)), None),
                Due::At(ms) => (&task.id, &task.body, None, Some(ms)),
            }))?;
            added += self.run(PUSH, rows, tx).await?;
        }
        if added > 0 {
            self.wake.notify();
        }
        Ok(added)
    }

    /// `BEGIN IMMEDIATE`: other connections to the file may write too, and a lock taken late can fail.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, QueueError> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed)
    }

    /// Runs a writing statement that takes the queue and one json array.
    async fn run(
        &self,
        sql: &'static str,
        rows: String,
        tx: &mut SqliteConnection,
    ) -> Result<u64, QueueError> {
        if rows == "[]" {
            return Ok(0);
        }
        let query = sqlx::query(sql).bind(&self.config.queue).bind(rows);
        Ok(query.execute(tx).await.map_err(failed)?.rows_affected())
    }
}

fn failed(error: sqlx::Error) -> QueueError {
    QueueError::Store { store: "sqlite", source: error.into() }
}

fn json<T: Serialize>(rows: impl Iterator<Item = T>) -> Result<String, QueueError> {
    Ok(serde_json::to_string(&rows.collect::<Vec<_>>())?)
}

/// SQLite's integers are signed; a duration that does not fit is for ever.
fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 2)
}

fn signed(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn letter((id, body, reason, at, ago): Letter) -> DeadLetter {
    DeadLetter { id, body, reason, at_ms: unsigned(at), ago: Duration::from_millis(unsigned(ago)) }
}

/// Counts and times are never negative in this table.
fn unsigned(n: i64) -> u64 {
    u64::try_from(n).unwrap_or_default()
}

impl Store for SqliteStore {
    fn config(&self) -> &LaneConfig {
        &self.config
    }

    fn wake(&self) -> &Wake {
        &self.wake
    }

    async fn push(&self, tasks: &[NewTask]) -> Result<u64, QueueError> {
        let mut tx = self.begin().await?;
        let added = self.push_in(&mut tx, tasks).await?;
        tx.commit().await.map_err(failed)?;
        Ok(added)
    }

    async fn claim(&self, claimer: &Claimer) -> Result<Claimed, QueueError> {
        let batch = claimer.limit.min(self.config.batch);
        let mut tx = self.begin().await?;
        let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(CLAIM)
            .bind(&self.config.queue)
            .bind(signed(batch))
            .bind(millis(self.config.lease))
            .fetch_all(&mut *tx)
            .await
            .map_err(failed)?;
        let tasks = rows.into_iter().map(|(id, body, claim, delivery)| Leased {
            id,
            body,
            claim: unsigned(claim),
            delivery: unsigned(delivery),
        });
        let (tasks, spent): (Vec<_>, Vec<_>) =
            tasks.partition(|task| task.delivery <= self.config.max_deliveries);
        let why = "no delivery left: the last one did not come to an end";
        let spent = json(spent.iter().map(|task| (&task.id, task.claim, why)))?;
        self.run(DEAD, spent, &mut tx).await?;
        let mut claimed = Claimed { tasks, next_due: None };
        if claimed.tasks.is_empty() {
            let wait = sqlx::query_scalar::<_, Option<i64>>(NEXT_DUE).bind(&self.config.queue);
            let wait = wait.fetch_one(&mut *tx).await.map_err(failed)?;
            claimed.next_due = wait.map(|ms| Duration::from_millis(unsigned(ms)));
        }
        tx.commit().await.map_err(failed)?;
        Ok(claimed)
    }

    async fn settle(&self, batch: &[Settle]) -> Result<(), QueueError> {
        let (mut done, mut dead, mut back) = (Vec::new(), Vec::new(), Vec::new());
        for Settle { id, claim, verdict } in batch {
            match verdict {
                Verdict::Done => done.push((id, claim)),
                Verdict::Dead(why) => dead.push((id, claim, why)),
                Verdict::Back { after, counted } => {
                    back.push((id, claim, millis(*after), i64::from(!counted)))
                }
            }
        }
        let mut tx = self.begin().await?;
        self.run(DONE, json(done.into_iter())?, &mut tx).await?;
        self.run(DEAD, json(dead.into_iter())?, &mut tx).await?;
        let returned = self.run(BACK, json(back.into_iter())?, &mut tx).await?;
        tx.commit().await.map_err(failed)?;
        if returned > 0 {
            self.wake.notify();
        }
        Ok(())
    }

    async fn depth(&self) -> Result<Depth, QueueError> {
        let row = sqlx::query_as::<_, (f64, f64, f64, f64)>(DEPTH).bind(&self.config.queue);
        let (ready, delayed, leased, dead) = row.fetch_one(&self.pool).await.map_err(failed)?;
        Ok(Depth { ready: ready as u64, delayed: delayed as u64, leased: leased as u64, dead: dead as u64 })
    }

    async fn oldest_age(&self) -> Result<Option<Duration>, QueueError> {
        let age = sqlx::query_scalar::<_, Option<i64>>(OLDEST).bind(&self.config.queue);
        let age = age.fetch_one(&self.pool).await.map_err(failed)?;
        Ok(age.map(|ms| Duration::from_millis(unsigned(ms))))
    }

    async fn list(&self, state: TaskState, skip: usize, n: usize) -> Result<Vec<Listed>, QueueError> {
        let rows = sqlx::query_as::<_, (String, String, i64, i64)>(LIST)
            .bind(&self.config.queue)
            .bind(state.as_str())
            .bind(signed(skip))
            .bind(signed(n));
        let rows = rows.fetch_all(&self.pool).await.map_err(failed)?;
        let task = |(id, body, due_in_ms, n)| Listed { id, body, due_in_ms, deliveries: unsigned(n) };
        Ok(rows.into_iter().map(task).collect())
    }

    async fn dead(&self, skip: usize, n: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let rows =
            sqlx::query_as::<_, Letter>(LETTERS).bind(&self.config.queue).bind(signed(skip)).bind(signed(n));
        Ok(rows.fetch_all(&self.pool).await.map_err(failed)?.into_iter().map(letter).collect())
    }

    async fn buried(&self, ids: &[String]) -> Result<Vec<DeadLetter>, QueueError> {
        let rows = sqlx::query_as::<_, Letter>(BURIED).bind(&self.config.queue).bind(json(ids.iter())?);
        Ok(rows.fetch_all(&self.pool).await.map_err(failed)?.into_iter().map(letter).collect())
    }

    async fn requeue(&self, ids: &[String]) -> Result<u64, QueueError> {
        let mut tx = self.begin().await?;
        let found = self.run(REQUEUE, json(ids.iter())?, &mut tx).await?;
        tx.commit().await.map_err(failed)?;
        if found > 0 {
            self.wake.notify();
        }
        Ok(found)
    }

    async fn trim_dead(&self, older_than: Duration) -> Result<u64, QueueError> {
        let mut trimmed = 0;
        loop {
            let query =
                sqlx::query(TRIM).bind(&self.config.queue).bind(millis(older_than)).bind(CHUNK as i64);
            let some = query.execute(&self.pool).await.map_err(failed)?.rows_affected();
            trimmed += some;
            if some < CHUNK as u64 {
                return Ok(trimmed);
            }
        }
    }

    async fn ping(&self) -> Result<(), QueueError> {
        sqlx::query("SELECT 1").execute(&self.pool).await.map(drop).map_err(failed)
    }
}
