//! Between the person and everything else: a transaction that began while they were still a customer may be about to
//! write something about them. Only when all of those have ended, nothing new is added to what is searched.
//!
//! SQLite has one writer, so there is no such transaction.

use super::Step;
use crate::context::Tx;
use crate::error::Result;
use crate::privacy::Erasure;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

/// Notes the database's own time, then waits until the oldest transaction is younger.
pub(super) async fn settle(tx: &Tx, erasure: &mut Erasure) -> Result<Step> {
    if erasure.dry_run || tx.backend() != DbBackend::Postgres {
        return Ok(Step::Over);
    }
    let Some(fence) = erasure.fence else {
        erasure.fence =
            Some(ask(tx, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS n").await?);
        return Ok(Step::More(String::new()));
    };
    let older = "SELECT COUNT(*) AS n FROM pg_stat_activity WHERE datname = current_database()
        AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND CAST(EXTRACT(EPOCH FROM xact_start) * 1000 AS BIGINT) <= $1";
    let count = Statement::from_sql_and_values(tx.backend(), older, [fence.into()]);
    let n: i64 =
        tx.conn().query_one_raw(count).await?.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0);
    Ok(if n == 0 { Step::Over } else { Step::Wait })
}

async fn ask(tx: &Tx, sql: &str) -> Result<i64> {
    let row = tx.conn().query_one_raw(Statement::from_string(tx.backend(), sql)).await?;
    Ok(row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or_default())
}
