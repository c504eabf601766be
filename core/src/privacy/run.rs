//! Working an erasure off, stage by stage, some rows at a time.
//!
//! Safe to run twice and to be killed: a step is one transaction that takes the erasure, does something, and notes how
//! far it came. Whoever finds it taken goes away. Nothing is done that could not be done once more.

use super::erasure_entity::{Entity, Model};
use super::stages::{self, Step};
use super::{ErasureStage, WorkStatus};
use crate::context::{Services, Tx};
use crate::error::{Error, Result};
use crate::ids::{ErasureId, OutboxId};
use crate::outbox::{self, Progress};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ActiveModelTrait, DbBackend, EntityTrait, IntoActiveModel, QuerySelect, Set};
use serde_json::json;
use std::time::{Duration, Instant};

/// While another worker is at it, or something has to end first, its task comes back after this.
const SOON: Duration = Duration::from_millis(500);

/// Works on an erasure for a while.
pub async fn work(services: &Services, job: OutboxId, id: ErasureId) -> Result<Progress> {
    let begun = Instant::now();
    while begun.elapsed() < services.slice() {
        // files are searched before the transaction: that takes its time, and harms nobody when done twice
        let searched = match Entity::find_by_id(id).one(services.db.read()).await? {
            Some(erasure) => stages::files::search(services, &erasure).await?,
            None => return Err(Error::not_found("erasure", id)),
        };
        let tx = services.begin().await?;
        let Some(erasure) = take(&tx, id).await? else {
            tx.rollback().await?;
            return Ok(Progress::More { after: SOON });
        };
        if erasure.status == WorkStatus::Completed {
            outbox::settle(tx.conn(), job).await?;
            tx.commit().await?;
            return Ok(Progress::Done);
        }
        let mut next = erasure.clone();
        let mut counts = erasure.counts()?;
        let step = stages::step(&tx, services, &mut next, &mut counts, searched).await?;
        next.counts = json!(counts);
        let waits = step == Step::Wait;
        match step {
            Step::Wait => {}
            Step::More(place) => next.place = Some(place),
            Step::Over => move_on(&mut next, services),
        }
        save(&tx, &erasure, next).await?;
        tx.commit().await?;
        if waits {
            return Ok(Progress::More { after: SOON });
        }
    }
    Ok(Progress::More { after: Duration::ZERO })
}

/// Takes an erasure for one transaction; `None` when another worker has it.
async fn take(tx: &Tx, id: ErasureId) -> Result<Option<Model>> {
    let mut query = Entity::find_by_id(id);
    if tx.backend() == DbBackend::Postgres {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.one(tx.conn()).await?)
}

/// To the next stage; behind the last one it is over, and has forgotten whom it was about.
fn move_on(erasure: &mut Model, services: &Services) {
    erasure.place = None;
    let at = ErasureStage::ALL.iter().position(|stage| *stage == erasure.stage);
    match at.and_then(|at| ErasureStage::ALL.get(at + 1)) {
        Some(stage) => erasure.stage = *stage,
        None => {
            erasure.status = WorkStatus::Completed;
            erasure.subject = None;
            erasure.fence = None;
            erasure.finished_at = Some(services.now());
            let (id, dry_run) = (erasure.id, erasure.dry_run);
            tracing::info!(erasure = %id, dry_run, "erasure completed");
        }
    }
}

async fn save(tx: &Tx, before: &Model, next: Model) -> Result<()> {
    if *before == next {
        return Ok(());
    }
    let mut row = next.into_active_model().reset_all();
    row.updated_at = Set(tx.now());
    row.update(tx.conn()).await?;
    Ok(())
}
