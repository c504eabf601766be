//! Working an import off, portion by portion.
//!
//! Safe to run twice and to be killed: a portion's transaction takes the import and moves the cursor, by
//! compare-and-set, so of two workers one goes away, or finds the cursor moved; nothing of a portion is kept without it.

use super::entity::{Column, Entity, Model};
use super::mapping::RowReader;
use super::portion::{BroughtIn, DUPLICATE, Rejected, bring_in, sort_out, without_duplicates};
use super::rows::{Portion, Rows};
use super::state::ImportStatus;
use super::{numbers, report};
use crate::consent::by;
use crate::context::{Actor, Ctx, Services, Tx};
use crate::error::{Error, Result};
use crate::ids::{ImportId, OutboxId};
use crate::organizations;
use crate::outbox::{self, Progress};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use std::time::{Duration, Instant};

const PORTION: Portion = Portion { rows: 1_000, bytes: 4 << 20 };
/// Rows deleted in one transaction.
const SWEEP: u64 = 5_000;
/// While another worker is at an import, its task comes back after this.
const BUSY: Duration = Duration::from_millis(500);

/// Works on an import for a while; once it is over, clears up behind this run of it.
pub async fn work(services: &Services, job: OutboxId, id: ImportId, run: i32) -> Result<Progress> {
    let begun = Instant::now();
    let mut at_work: Option<Work> = None;
    while begun.elapsed() < services.slice() {
        let import = Entity::find_by_id(id).one(services.db.read()).await?;
        match import {
            Some(import) if import.run == run && import.status == ImportStatus::Running => {
                match step(services, &mut at_work, import).await {
                    Ok(Step::Made) => {}
                    Ok(Step::Busy) => return Ok(Progress::More { after: BUSY }),
                    Err(error @ (Error::NotFound { .. } | Error::Conflict { .. } | Error::Invalid(_))) => {
                        fail(services, id, run, &error.to_string()).await?;
                    }
                    Err(error) => return Err(error),
                }
            }
            import => match clear(services, job, id, run, import).await? {
                Sweep::Clean => return Ok(Progress::Done),
                Sweep::Left => {}
                Sweep::Busy => return Ok(Progress::More { after: BUSY }),
            },
        }
    }
    Ok(Progress::More { after: Duration::ZERO })
}

/// Gives up an import that cannot go on, with the reason; true when this call did it. What went in stays.
pub async fn fail(services: &Services, id: ImportId, run: i32, why: &str) -> Result<bool> {
    let failed = Entity::update_many()
        .col_expr(Column::Status, Expr::value(ImportStatus::Failed))
        .col_expr(Column::Failure, Expr::value(why))
        .col_expr(Column::FinishedAt, Expr::value(services.now()))
        .col_expr(Column::UpdatedAt, Expr::value(services.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Run.eq(run))
        .filter(Column::Status.eq(ImportStatus::Running))
        .exec(services.db.write())
        .await?;
    Ok(failed.rows_affected == 1)
}

/// What came of asking for a portion.
enum Step {
    Made,
    /// Another worker is at it.
    Busy,
}

/// What came of sweeping.
enum Sweep {
    Clean,
    Left,
    /// Another worker is at it.
    Busy,
}

/// Takes an import for one transaction; false when another one has it. Whoever comes second goes away instead of
/// waiting: a handler that waits runs out of time.
async fn take(tx: &Tx, id: ImportId) -> Result<bool> {
    let mut query = Entity::find_by_id(id);
    if tx.backend() == DbBackend::Postgres {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.one(tx.conn()).await?.is_some())
}

/// What a run holds between its portions.
struct Work {
    ctx: Ctx,
    rows: Rows,
    reader: RowReader,
}

impl Work {
    async fn begin(services: &Services, import: &Model) -> Result<Self> {
        let organization = import.organization_id;
        let ctx = Ctx::trusted(services.clone(), organization, Actor::Worker);
        let from = import.byte_cursor.unsigned_abs();
        let rows = Rows::open(&services.files, &import.file(), from).await?;
        let mapping = import.mapping()?.unwrap_or_default();
        let reader = RowReader {
            country: organizations::queries::get(&ctx).await?.country,
            tags: import.tags()?,
            consent_source: import.consent_source.clone(),
            evidence: Some(import.id.to_string()),
            actor: import.started_by.clone().unwrap_or_else(|| by(Actor::Worker)),
            ..RowReader::new(&import.columns()?, &mapping, import.created_at)
        };
        Ok(Self { ctx, rows, reader })
    }
}

/// Deals with the next portion; when somebody else just did, with none.
async fn step(services: &Services, at_work: &mut Option<Work>, import: Model) -> Result<Step> {
    if at_work.as_ref().is_some_and(|work| work.rows.at != import.byte_cursor.unsigned_abs()) {
        *at_work = None;
    }
    let work = match at_work {
        Some(work) => work,
        None => at_work.insert(Work::begin(services, &import).await?),
    };
    let rows = work.rows.next(PORTION).await?;
    let read = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let last = rows.is_empty() || import.rows_read + read >= import.rows_total;
    let (good, mut rejected) = sort_out(&work.reader, rows);

    let tx = services.begin().await?;
    if !take(&tx, import.id).await? {
        tx.rollback().await?;
        return Ok(Step::Busy);
    }
    if !move_cursor(&tx, &import, work.rows.at, last).await? {
        tx.rollback().await?;
        return Ok(Step::Made); // by another worker, or it is not running any more
    }
    let mut here = HashMap::new();
    let good = without_duplicates(good, &mut here, &mut rejected);
    let mut known = numbers::meet(&tx, import.id, import.run, &here).await?;
    let good = without_duplicates(good, &mut known, &mut rejected);
    if import.dry_run {
        tx.conn().execute_unprepared("SAVEPOINT dry_run").await?;
    }
    let done = bring_in(&tx, &work.ctx, import.campaign_id, good, &mut rejected).await?;
    if import.dry_run {
        tx.conn().execute_unprepared("ROLLBACK TO SAVEPOINT dry_run").await?;
    }
    report::write(&tx, import.id, import.run, &rejected).await?;
    count(&tx, &import, read, done, &rejected).await?;
    tx.commit().await?;
    if last {
        tracing::info!(import = %import.id, rows = import.rows_total, "import completed");
    }
    Ok(Step::Made)
}

/// By compare-and-set, before anything is written: false when the portion is somebody else's.
async fn move_cursor(tx: &Tx, import: &Model, to: u64, last: bool) -> Result<bool> {
    let mut update = Entity::update_many()
        .col_expr(Column::ByteCursor, Expr::value(i64::try_from(to).unwrap_or(i64::MAX)))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(import.id))
        .filter(Column::Run.eq(import.run))
        .filter(Column::Status.eq(ImportStatus::Running))
        .filter(Column::ByteCursor.eq(import.byte_cursor));
    if last {
        update = update
            .col_expr(Column::Status, Expr::value(ImportStatus::Completed))
            .col_expr(Column::FinishedAt, Expr::value(tx.now()));
    }
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

async fn count(tx: &Tx, import: &Model, read: i64, done: BroughtIn, rejected: &[Rejected]) -> Result<()> {
    let n = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let duplicates = n(rejected.iter().filter(|row| row.why.code == DUPLICATE).count());
    Entity::update_many()
        .col_expr(Column::RowsRead, Expr::col(Column::RowsRead).add(read))
        .col_expr(Column::Added, Expr::col(Column::Added).add(n(done.added)))
        .col_expr(Column::Updated, Expr::col(Column::Updated).add(n(done.updated)))
        .col_expr(Column::Duplicates, Expr::col(Column::Duplicates).add(duplicates))
        .col_expr(Column::Rejected, Expr::col(Column::Rejected).add(n(rejected.len()) - duplicates))
        .filter(Column::Id.eq(import.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Sweeps what only a running import needs, some rows at a time; when nothing is left the job is done.
async fn clear(
    services: &Services,
    job: OutboxId,
    id: ImportId,
    run: i32,
    import: Option<Model>,
) -> Result<Sweep> {
    let tx = services.begin().await?;
    if import.is_some() && !take(&tx, id).await? {
        tx.rollback().await?;
        return Ok(Sweep::Busy);
    }
    let mut more = numbers::forget(tx.conn(), id, run, SWEEP).await?;
    if let Some(import) = &import
        && !more
    {
        more = report::forget_before(tx.conn(), id, import.run, SWEEP).await?;
    }
    if more {
        tx.commit().await?;
        return Ok(Sweep::Left);
    }
    // the rows of a trial are wanted once more
    let over = |import: &Model| import.status.is_over() && !import.is_startable();
    if let Some(import) = import.filter(|import| import.run == run && over(import)) {
        services.files.delete(&import.file()).await?;
    }
    outbox::settle(tx.conn(), job).await?;
    tx.commit().await?;
    Ok(Sweep::Clean)
}
