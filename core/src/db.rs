//! The database: Postgres in production, one SQLite file embedded. Everything above this module is unaware of which.
//!
//! SQLite has one writer, so it gets two pools: one connection that writes, a few that only read. On Postgres both
//! are the same pool. A use case that holds a transaction reads through it; everything else reads through
//! [`Db::read`], so nothing ever waits for a connection it holds itself.

use crate::config::DatabaseConfig;
use crate::error::{Error, Result};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    SqliteTransactionMode, SqlxSqliteConnector, Statement, TransactionOptions, TransactionTrait,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A connected database.
#[derive(Clone, Debug)]
pub struct Db {
    write: DatabaseConnection,
    read: DatabaseConnection,
    lock: Option<Arc<std::fs::File>>,
    statements: Arc<AtomicU64>,
}

/// Counts the statements of a connection; before it is cloned.
fn count(db: &mut DatabaseConnection, statements: &Arc<AtomicU64>) {
    let statements = statements.clone();
    db.set_metric_callback(move |_| {
        statements.fetch_add(1, Ordering::Relaxed);
    });
}

impl Db {
    /// Connects to `postgres://…` or `sqlite:<path>`.
    ///
    /// # Errors
    /// Refuses a Postgres with `synchronous_commit=off` (an acknowledged message could be lost with its machine) and
    /// an SQLite file another process has open (it has exactly one).
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, ConnectError> {
        if let Some(path) = config.url.strip_prefix("sqlite:") {
            return Self::open_file(path.trim_start_matches("//")).await;
        }
        let mut options = ConnectOptions::new(&config.url);
        options
            .max_connections(config.max_connections)
            .acquire_timeout(Duration::from_secs(5))
            .connect_timeout(Duration::from_secs(5))
            .sqlx_logging(false);
        let mut db = Database::connect(options).await.map_err(|e| ConnectError::Away(e.to_string()))?;
        let statements = Arc::default();
        count(&mut db, &statements);
        let row =
            db.query_one_raw(Statement::from_string(DbBackend::Postgres, "SHOW synchronous_commit")).await;
        let setting: Option<String> =
            row.map_err(|e| ConnectError::Away(e.to_string()))?.and_then(|row| row.try_get_by_index(0).ok());
        if setting.as_deref() == Some("off") {
            return Err(ConnectError::Unsafe);
        }
        Ok(Self { write: db.clone(), read: db, lock: None, statements })
    }

    async fn open_file(path: &str) -> Result<Self, ConnectError> {
        let away = |e: &dyn std::fmt::Display| ConnectError::Away(format!("{path}: {e}"));
        if let Some(folder) = std::path::Path::new(path).parent() {
            std::fs::create_dir_all(folder).map_err(|e| away(&e))?;
        }
        let lock = std::fs::File::create(format!("{path}.lock")).map_err(|e| away(&e))?;
        lock.try_lock().map_err(|_| ConnectError::InUse(path.to_string()))?;
        let file = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(200);
        let one = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None);
        let write = one.connect_with(file.clone()).await.map_err(|e| away(&e))?;
        let few = SqlitePoolOptions::new().max_connections(4);
        let read = few.connect_with(file.pragma("query_only", "on")).await.map_err(|e| away(&e))?;
        let statements = Arc::default();
        let mut write = SqlxSqliteConnector::from_sqlx_sqlite_pool(write);
        let mut read = SqlxSqliteConnector::from_sqlx_sqlite_pool(read);
        count(&mut write, &statements);
        count(&mut read, &statements);
        Ok(Self { write, read, lock: Some(Arc::new(lock)), statements })
    }

    /// For reads outside a transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// For single writing statements outside a transaction.
    pub fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// True for the embedded file.
    pub fn is_embedded(&self) -> bool {
        self.lock.is_some()
    }

    /// The writer connection of the embedded file, for the queue that lives in it.
    pub fn sqlite_pool(&self) -> Option<sea_orm::sqlx::SqlitePool> {
        self.is_embedded().then(|| self.write.get_sqlite_connection_pool().clone())
    }

    /// Begins a transaction that may write. On SQLite it is the only one: the writer pool has one connection.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        let sqlite_transaction_mode = self.is_embedded().then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions { sqlite_transaction_mode, ..TransactionOptions::default() };
        Ok(self.write.begin_with_options(options).await?)
    }

    /// How many statements were made so far, transactions' own words left out. The hot path is held to few.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<()> {
        self.read.ping().await.map_err(Error::from)
    }
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It does not answer, or does not let us in.
    #[error("cannot connect to the database: {0}")]
    Away(String),
    /// It would lose what it acknowledged.
    #[error(
        "the database runs with synchronous_commit=off and may lose what it acknowledged; \
         set it to on (ALTER DATABASE … SET synchronous_commit = on)"
    )]
    Unsafe,
    /// Another process works on this file.
    #[error(
        "{0} is in use by another bellbird process; stop it, or use Postgres and Redis for several processes"
    )]
    InUse(String),
}

/// A table whose rows belong to an organization. Callers' reads go through [`Owned::secure_find`]; a plain `find()`
/// in a use case should look odd.
pub trait Owned: sea_orm::EntityTrait {
    /// The column that says whose a row is.
    fn organization() -> Self::Column;

    /// Finds only what belongs to `organization`.
    fn secure_find(organization: crate::ids::OrganizationId) -> sea_orm::Select<Self> {
        use sea_orm::{ColumnTrait, QueryFilter};
        Self::find().filter(Self::organization().eq(organization))
    }
}
