//! Jobs that have no state row of their own are rows of the transaction that causes them; the transaction that does
//! them deletes the row. Between the two the queue only makes it quick, and a lost push costs seconds, not the job.

use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::dead_letters;
use crate::error::{Error, Result};
use crate::ids::OutboxId;
use crate::queue::{Due, LaneName, NewTask};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde::Serialize;
use std::time::Duration;

/// Rows of `outbox`.
pub mod entity {
    use crate::clock::Timestamp;
    use crate::ids::OutboxId;
    use sea_orm::entity::prelude::*;

    /// A job that waits to be done.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "outbox")]
    pub struct Model {
        /// Also the task's id in the queue.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OutboxId,
        /// Which lane it goes to.
        pub lane: String,
        /// The payload as JSON.
        pub body: String,
        /// When it was last pushed.
        pub pushed_at: Timestamp,
        /// When it was caused.
        pub created_at: Timestamp,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What travels in the queue for an outbox job: the payload and the row to delete.
#[derive(Debug, Clone, Copy, Serialize, serde::Deserialize)]
pub struct Envelope<J> {
    /// The row.
    pub id: OutboxId,
    /// The payload.
    #[serde(flatten)]
    pub job: J,
}

/// Whether a handler finished its job, or did a slice of it and wants to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing is left.
    Done,
    /// Run it again.
    More {
        /// Not before so long.
        after: Duration,
    },
}

/// Writes a job in the caller's transaction and pushes it after the commit.
pub async fn enqueue<J: Serialize>(tx: &Tx, lane: LaneName, job: &J) -> Result<OutboxId> {
    let id = OutboxId::new(tx.clock());
    let body = serde_json::to_string(&Envelope { id, job }).map_err(Error::internal)?;
    let row = entity::ActiveModel {
        id: Set(id),
        lane: Set(lane.as_str().to_string()),
        body: Set(body.clone()),
        pushed_at: Set(tx.now()),
        created_at: Set(tx.now()),
    };
    entity::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    tx.push_after_commit(lane, NewTask { id: id.to_string(), body, due: Due::Now });
    Ok(id)
}

/// Deletes the row of a job, in the transaction that does it. False when it was done before: the caller stops.
pub async fn settle(conn: &impl ConnectionTrait, id: OutboxId) -> Result<bool> {
    Ok(entity::Entity::delete_by_id(id).exec(conn).await?.rows_affected == 1)
}

/// True while the job is still to be done.
pub async fn is_open(conn: &impl ConnectionTrait, id: OutboxId) -> Result<bool> {
    Ok(entity::Entity::find_by_id(id).one(conn).await?.is_some())
}

/// Pushes again what was pushed before `stale` and is still here. Safe to run everywhere at once: a task that still
/// waits in the queue keeps its place, a dead letter rests first, and a job done twice finds its row gone.
pub async fn relay(services: &Services, stale: Timestamp) -> Result<usize> {
    let rows = entity::Entity::find()
        .filter(entity::Column::PushedAt.lte(stale))
        .order_by_asc(entity::Column::PushedAt)
        .limit(500)
        .all(services.db.read())
        .await?;
    for lane in LaneName::ALL {
        let rows: Vec<_> = rows.iter().filter(|row| row.lane == lane.as_str()).collect();
        if rows.is_empty() {
            continue;
        }
        let task =
            |row: &&entity::Model| NewTask { id: row.id.to_string(), body: row.body.clone(), due: Due::Now };
        let new = services.queues.push(lane, rows.iter().map(task).collect()).await.map_err(unavailable)?;
        if new < rows.len() as u64 {
            let known: Vec<_> = rows.iter().map(|row| (row.id.to_string(), row.created_at)).collect();
            dead_letters::requeue_rested(services, lane, &known).await?;
        }
    }
    for row in &rows {
        let touched =
            entity::ActiveModel { id: Set(row.id), pushed_at: Set(services.now()), ..Default::default() };
        // gone meanwhile is fine: it is done
        let _ = touched.update(services.db.write()).await;
    }
    Ok(rows.len())
}

/// The queue is away.
pub fn unavailable(error: crate::queue::QueueError) -> Error {
    Error::Unavailable { what: "the queue", source: error.into() }
}
