//! The database: whether it answers, keeps what it acknowledges, and has the tables this build expects.

use super::{Finding, Patient, patiently, skew};
use crate::clock::Timestamp;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, SqlxSqliteConnector, Statement, TryGetable,
};
use std::path::Path;

const SUBJECT: &str = "database";
/// Connections PostgreSQL keeps for superusers.
const RESERVED: u32 = 3;
/// Processes an installation has at least: one API, one worker.
const PROCESSES: u32 = 2;

/// The findings, and the connection for those who look further.
pub(super) async fn examine(patient: &Patient) -> (Vec<Finding>, Option<DatabaseConnection>) {
    let url = &patient.config.database.url;
    let connected = match url.strip_prefix("sqlite:") {
        Some(path) => patiently(open_file(path.trim_start_matches("//"))).await,
        None => patiently(connect(url)).await,
    };
    let db = match connected {
        Ok(db) => db,
        Err(why) => {
            let cure = "start it, or correct database.url (DATABASE_URL); `bellbird migrate up` makes an SQLite file";
            return (vec![Finding::bad(SUBJECT, format!("cannot be asked: {why}"), cure)], None);
        }
    };
    let mut findings = Vec::new();
    let looked = patiently(async {
        match url.starts_with("sqlite:") {
            true => sqlite(&db, &mut findings).await,
            false => postgres(patient, &db, &mut findings).await,
        }
        .map_err(|error| error.to_string())
    });
    if let Err(why) = looked.await {
        findings.push(Finding::bad(
            SUBJECT,
            format!("does not answer every question: {why}"),
            "look at its log",
        ));
    }
    let tables = tables(patient, &db).await;
    let usable = tables.state != super::FindingState::Bad;
    findings.push(tables);
    (findings, usable.then_some(db))
}

async fn connect(url: &str) -> Result<DatabaseConnection, String> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(2).connect_timeout(super::PATIENCE).acquire_timeout(super::PATIENCE);
    options.sqlx_logging(false);
    Database::connect(options).await.map_err(|error| error.to_string())
}

/// Read-only, so that a process at work on the file is not disturbed and none is made by looking.
async fn open_file(path: &str) -> Result<DatabaseConnection, String> {
    if !Path::new(path).is_file() {
        return Err(format!("there is no file {path}"));
    }
    let file = SqliteConnectOptions::new().filename(path).read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(file).await;
    pool.map(SqlxSqliteConnector::from_sqlx_sqlite_pool).map_err(|error| error.to_string())
}

async fn one<T: TryGetable>(db: &DatabaseConnection, sql: &str) -> Result<T, sea_orm::DbErr> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    row.ok_or_else(|| sea_orm::DbErr::RecordNotFound(sql.to_string()))?.try_get_by_index(0)
}

async fn sqlite(db: &DatabaseConnection, findings: &mut Vec<Finding>) -> Result<(), sea_orm::DbErr> {
    let version: String = one(db, "SELECT sqlite_version()").await?;
    findings.push(Finding::good(SUBJECT, format!("SQLite {version}, for one process")));
    Ok(())
}

async fn postgres(
    patient: &Patient,
    db: &DatabaseConnection,
    findings: &mut Vec<Finding>,
) -> Result<(), sea_orm::DbErr> {
    let version: String = one(db, "SHOW server_version").await?;
    let major: u32 = version.split('.').next().and_then(|part| part.trim().parse().ok()).unwrap_or_default();
    findings.push(match major {
        14.. => Finding::good(SUBJECT, format!("PostgreSQL {version}")),
        _ => Finding::bad(SUBJECT, format!("PostgreSQL {version}"), "update it to version 14 or newer"),
    });
    if one::<bool>(db, "SELECT pg_is_in_recovery()").await? {
        let cure = "point database.url (DATABASE_URL) at the primary: a standby takes no writes";
        findings.push(Finding::bad(SUBJECT, "it is a standby", cure));
    }
    let commit: String = one(db, "SHOW synchronous_commit").await?;
    findings.push(match commit.as_str() {
        "off" => Finding::bad(
            "synchronous_commit",
            "off: a crash loses what was acknowledged, so no process starts",
            "ALTER DATABASE … SET synchronous_commit = on",
        ),
        other => Finding::good("synchronous_commit", other),
    });
    let most: String = one(db, "SHOW max_connections").await?;
    let (most, each) = (most.parse::<u32>().unwrap_or_default(), patient.config.database.max_connections);
    findings.push(room(most, each));
    let now: i64 = one(db, "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)").await?;
    findings.push(skew("the database's clock", patient.clock.now(), Timestamp(now)));
    Ok(())
}

/// Whether the processes' pools fit into what the server lets in.
fn room(most: u32, each: u32) -> Finding {
    let processes = most.saturating_sub(RESERVED) / each.max(1);
    let says = format!("room for {processes} processes ({most} connections, {each} for each process)");
    let cure = "raise max_connections of the server, or lower database.max_connections";
    match processes {
        0 => Finding::bad("connections", says, cure),
        few if few < PROCESSES => Finding::warning("connections", says, cure),
        _ => Finding::good("connections", says),
    }
}

/// Compares the migrations this build knows with those the database has seen.
async fn tables(patient: &Patient, db: &DatabaseConnection) -> Finding {
    const SUBJECT: &str = "migrations";
    let sql = "SELECT version FROM seaql_migrations";
    let asked = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql));
    let rows = match tokio::time::timeout(super::PATIENCE, asked).await {
        Ok(Ok(rows)) => rows,
        _ => return Finding::bad(SUBJECT, "there are no tables yet", "run `bellbird migrate up`"),
    };
    let seen: Vec<String> = rows.iter().filter_map(|row| row.try_get_by_index(0).ok()).collect();
    let pending = patient.migrations.iter().filter(|name| !seen.contains(name)).count();
    let newer = seen.iter().filter(|name| !patient.migrations.contains(name)).count();
    match (pending, newer) {
        (0, 0) => Finding::good(SUBJECT, "up to date"),
        (0, newer) => Finding::warning(
            SUBJECT,
            format!("the database has seen {newer} that this version does not know"),
            "a newer version has been here; use that one",
        ),
        (pending, _) => Finding::bad(SUBJECT, format!("{pending} are pending"), "run `bellbird migrate up`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::FindingState;

    #[test]
    fn pools_must_fit_into_the_server() {
        assert_eq!(room(100, 20).state, FindingState::Good);
        assert_eq!(room(30, 20).state, FindingState::Warning);
        assert_eq!(room(20, 20).state, FindingState::Bad);
    }
}
