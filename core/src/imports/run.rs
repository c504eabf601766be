//! Working an import off, portion by portion.
//!
//! Safe to run twice and to be killed: a portion's transaction begins by moving the cursor, by compare-and-set, so of
//! two workers one waits for the other and then finds the cursor moved; nothing of a portion is kept without it.

use super::entity::{Column, Entity, Model};
use super::mapping::RowReader;
use super::portion::{BroughtIn, DUPLICATE, Rejected, bring_in, sort_out, without_duplicates};
use super::rows::{Portion, Rows};
use super::state::ImportStatus;
use super::{numbers, report};
use crate::context::{Actor, Ctx, Services, Tx};
use crate::error::{Error, Result};
use crate::ids::{ImportId, OutboxId};
use crate::organizations;
use crate::outbox::{self, Progress};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;
use std::time::{Duration, Instant};

const PORTION: Portion = Portion { rows: 1_000, bytes: 4 << 20 };
/// Rows deleted in one transaction.
const SWEEP: u64 = 5_000;
/// One run of the job works for so long, then lets others have the worker.
const SLICE: Duration = Duration::from_secs(4);

/// Works on an import for a while; once it is over, clears up behind this run of it.
pub async fn work(services: &Services, job: OutboxId, id: ImportId, run: i32) -> Result<Progress> {
    let begun = Instant::now();
    let mut at_work: Option<Work> = None;
    while begun.elapsed() < SLICE {
        let import = Entity::find_by_id(id).one(services.db.read()).await?;
        match import {
            Some(import) if import.run == run && import.status == ImportStatus::Running => {
                let done = step(services, &mut at_work, import).await;
                if let Err(error) = done {
                    let hopeless =
                        matches!(error, Error::NotFound { .. } | Error::Conflict { .. } | Error::Invalid(_));
                    if !hopeless {
                        return Err(error);
                    }
                    fail(services, id, run, &error.to_string()).await?;
                }
            }
            import => {
                if clear(services, job, id, run, import).await? {
                    return Ok(Progress::Done);
                }
            }
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

/// What a run holds between its portions.
struct Work {
    ctx: Ctx,
    rows: Rows,
    reader: RowReader,
}

impl Work {
    async fn begin(services: &Services, import: &Model) -> Result<Self> {
        let organization = import.organization_id;
        let ctx = Ctx { services: services.clone(), organization, actor: Actor::Worker };
        let from = import.byte_cursor.unsigned_abs();
        let rows = Rows::open(&services.files, &import.file(), from).await?;
        let mapping = import.mapping()?.unwrap_or_default();
        let reader = RowReader {
            country: organizations::queries::get(&ctx).await?.country,
            tags: import.tags()?,
            consent_source: import.consent_source.clone(),
            ..RowReader::new(&import.columns()?, &mapping, import.created_at)
        };
        Ok(Self { ctx, rows, reader })
    }
}

/// Deals with the next portion; when somebody else just did, with none.
async fn step(services: &Services, at_work: &mut Option<Work>, import: Model) -> Result<()> {
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
    if !move_cursor(&tx, &import, work.rows.at, last).await? {
        return tx.rollback().await;
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
    Ok(())
}

/// The first statement of a portion: false when it is somebody else's.
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

/// Sweeps what only a running import needs, some rows at a time; true when nothing is left and the job is done.
async fn clear(
    services: &Services,
    job: OutboxId,
    id: ImportId,
    run: i32,
    import: Option<Model>,
) -> Result<bool> {
    let tx = services.begin().await?;
    let mut more = numbers::forget(tx.conn(), id, run, SWEEP).await?;
    if let Some(import) = &import
        && !more
    {
        more = report::forget_before(tx.conn(), id, import.run, SWEEP).await?;
    }
    if more {
        tx.commit().await?;
        return Ok(false);
    }
    // the rows of a trial are wanted once more
    let over = |import: &Model| import.status.is_over() && !import.is_startable();
    if let Some(import) = import.filter(|import| import.run == run && over(import)) {
        services.files.delete(&import.file()).await?;
    }
    outbox::settle(tx.conn(), job).await?;
    tx.commit().await?;
    Ok(true)
}
