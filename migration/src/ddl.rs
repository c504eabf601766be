//! Plain DDL with the few words that differ between the two databases.
//!
//! `{id}` is text compared byte by byte (ids sort by time, whatever the database's locale), `{json}` a JSON document,
//! `{bytes}` raw bytes. A statement that begins with `postgres:` or `sqlite:` is run there only. Times are `BIGINT` milliseconds since the epoch: one meaning and one order on both databases.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Runs every statement, in order.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    let (here, elsewhere) = if postgres { ("postgres:", "sqlite:") } else { ("sqlite:", "postgres:") };
    for statement in statements.iter().filter(|statement| !statement.starts_with(elsewhere)) {
        let sql = statement
            .trim_start_matches(here)
            .replace("{id}", if postgres { "TEXT COLLATE \"C\"" } else { "TEXT" })
            .replace("{json}", if postgres { "JSONB" } else { "TEXT" })
            .replace("{bytes}", if postgres { "BYTEA" } else { "BLOB" });
        manager.get_connection().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Declares a migration from two lists of statements: up, and down (newest object first).
macro_rules! migration {
    ($up:expr, $down:expr) => {
        #[derive(sea_orm_migration::prelude::DeriveMigrationName)]
        pub(crate) struct Migration;

        #[async_trait::async_trait]
        impl sea_orm_migration::prelude::MigrationTrait for Migration {
            async fn up(
                &self,
                manager: &sea_orm_migration::prelude::SchemaManager,
            ) -> Result<(), sea_orm_migration::prelude::DbErr> {
                crate::ddl::run(manager, $up).await
            }

            async fn down(
                &self,
                manager: &sea_orm_migration::prelude::SchemaManager,
            ) -> Result<(), sea_orm_migration::prelude::DbErr> {
                crate::ddl::run(manager, $down).await
            }
        }
    };
}
pub(crate) use migration;
