//! The private PostgreSQL and Redis that `scripts/services.sh` started.

use crate::{Outcome, loopback};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where they are. Both are ours alone: Redis is emptied between runs.
#[derive(Debug, Clone)]
pub(crate) struct Servers {
    postgres: String,
    pub(crate) redis: String,
}

static COUNTER: AtomicU32 = AtomicU32::new(0);

impl Servers {
    /// # Errors
    /// When nobody started them, or they are not on this machine.
    pub(crate) fn given() -> Outcome<Self> {
        let given = |name: &str| {
            std::env::var(name).map_err(|_| {
                format!(
                    "{name} is not set: run `./dev bench`, or `./dev services` with the bench as its command"
                )
            })
        };
        let servers =
            Self { postgres: given("BELLBIRD_TEST_POSTGRES_URL")?, redis: given("BELLBIRD_TEST_REDIS_URL")? };
        loopback::check("PostgreSQL", &servers.postgres)?;
        loopback::check("Redis", &servers.redis)?;
        Ok(servers)
    }

    /// Makes an empty database and gives its name and address.
    pub(crate) async fn database(&self) -> Outcome<(String, String)> {
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("bench_{}_{count}", std::process::id());
        let admin = Database::connect(&self.postgres).await?;
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
        admin.close().await?;
        let (server, _) = self.postgres.rsplit_once('/').ok_or("PostgreSQL's address ends in /<database>")?;
        Ok((name.clone(), format!("{server}/{name}")))
    }

    /// Drops it, whoever is still connected.
    pub(crate) async fn drop_database(&self, name: &str) -> Outcome {
        let admin = Database::connect(&self.postgres).await?;
        admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        Ok(admin.close().await?)
    }

    async fn connection(&self) -> Outcome<redis::aio::MultiplexedConnection> {
        Ok(redis::Client::open(self.redis.as_str())?.get_multiplexed_async_connection().await?)
    }

    /// Empties Redis, so that every run begins alike.
    pub(crate) async fn empty_redis(&self) -> Outcome {
        let () = redis::cmd("FLUSHALL").query_async(&mut self.connection().await?).await?;
        Ok(())
    }

    /// What Redis holds, in MB.
    pub(crate) async fn redis_mb(&self) -> Outcome<f64> {
        let told: String =
            redis::cmd("INFO").arg("memory").query_async(&mut self.connection().await?).await?;
        let bytes = word(&told, "used_memory").and_then(|bytes| bytes.parse::<f64>().ok());
        Ok(bytes.ok_or("Redis does not say what it holds")? / 1e6)
    }

    /// Of PostgreSQL and Redis; empty where it is not told.
    pub(crate) async fn versions(&self) -> (String, String) {
        let postgres = async {
            let db = Database::connect(&self.postgres).await?;
            text(&db, "SHOW server_version").await
        };
        let redis = async {
            let mut connection = self.connection().await?;
            let told: String = redis::cmd("INFO").arg("server").query_async(&mut connection).await?;
            Ok::<_, crate::Failure>(word(&told, "redis_version").unwrap_or_default().to_string())
        };
        (postgres.await.unwrap_or_default(), redis.await.unwrap_or_default())
    }
}

fn word<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

async fn text(db: &DatabaseConnection, sql: &str) -> Outcome<String> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    Ok(row.ok_or("no row")?.try_get_by_index(0)?)
}

/// One number of the database.
pub(crate) async fn number(db: &DatabaseConnection, sql: &str) -> Outcome<i64> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    Ok(row.ok_or("no row")?.try_get_by_index(0)?)
}
