//! A database and a queue of a test's own, on both of Bellbird's back ends.

use bellbird_migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::sync::Mutex;

/// Which pair of database and queue a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// One SQLite file with the queue inside.
    Embedded,
    /// PostgreSQL and Redis.
    Postgres,
}

/// A test's own database and queue; [`Store::remove`] drops them.
#[derive(Debug)]
pub(crate) struct Store {
    /// The settings that lead to it.
    pub(crate) env: HashMap<String, String>,
    /// Whether the tables are there already.
    pub(crate) migrated: bool,
    folder: Option<TempDir>,
    database: Option<String>,
}

/// The name of the migrated database that all others are copies of.
static TEMPLATE: Mutex<Option<String>> = Mutex::const_new(None);
static COUNTER: AtomicU32 = AtomicU32::new(0);

impl Store {
    /// Makes one, with all tables on Postgres and without any on SQLite.
    pub(crate) async fn new(backend: Backend) -> Self {
        match backend {
            Backend::Embedded => Self::file(),
            Backend::Postgres => {
                let mut template = TEMPLATE.lock().await; // one copy at a time
                if template.is_none() {
                    let name = unique("template");
                    let db = create(&name, None).await;
                    Migrator::up(&db, None).await.expect("the migrations run on Postgres");
                    db.close().await.expect("the template is let go");
                    *template = Some(name);
                }
                Self::postgres(template.as_deref(), unique("test")).await
            }
        }
    }

    /// Makes one without any table.
    pub(crate) async fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Embedded => Self::file(),
            Backend::Postgres => Self::postgres(None, unique("empty")).await,
        }
    }

    fn file() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("bellbird.db").display());
        let env = with_any_hour(HashMap::from([("DATABASE_URL".to_string(), url)]));
        Self { env, migrated: false, folder: Some(folder), database: None }
    }

    async fn postgres(template: Option<&str>, name: String) -> Self {
        drop(create(&name, template).await);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = format!("file:{}", folder.path().join("files").display());
        let env = HashMap::from([
            ("BELLBIRD_FILES_URL".to_string(), files),
            ("DATABASE_URL".to_string(), url_of(&name)),
            ("REDIS_URL".to_string(), given("BELLBIRD_TEST_REDIS_URL")),
            ("BELLBIRD__REDIS__PREFIX".to_string(), name.clone()),
            ("BELLBIRD__DATABASE__MAX_CONNECTIONS".to_string(), "6".to_string()),
        ]);
        let env = with_any_hour(env);
        Self { env, migrated: template.is_some(), folder: Some(folder), database: Some(name) }
    }

    /// Where the database is.
    pub(crate) fn url(&self) -> &str {
        &self.env["DATABASE_URL"]
    }

    /// Drops it. A test that fails leaves its database behind, to be looked at.
    pub(crate) async fn remove(self) {
        drop(self.folder);
        if let Some(name) = self.database {
            let admin = admin().await;
            admin
                .execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                .await
                .expect("the test's database can be dropped");
        }
    }
}

/// Reads one of the addresses `./dev test` gives.
fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run the tests with ./dev test, which starts private servers")
    })
}

fn unique(kind: &str) -> String {
    format!("bb_{kind}_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed))
}

fn url_of(database: &str) -> String {
    let admin = given("BELLBIRD_TEST_POSTGRES_URL");
    let (server, _) = admin.rsplit_once('/').expect("the Postgres URL ends in /<database>");
    format!("{server}/{database}")
}

async fn admin() -> DatabaseConnection {
    Database::connect(given("BELLBIRD_TEST_POSTGRES_URL")).await.expect("the tests' Postgres answers")
}

async fn create(name: &str, template: Option<&str>) -> DatabaseConnection {
    let copied = template.map(|template| format!(" TEMPLATE {template}")).unwrap_or_default();
    let admin = admin().await;
    // a crashed run may have left one of this name behind
    for statement in
        [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}{copied}")]
    {
        admin.execute_unprepared(&statement).await.expect("a database can be made");
    }
    Database::connect(url_of(name)).await.expect("the new database answers")
}

/// Tests run by day and by night, and send to the same people again and again.
fn with_any_hour(mut env: HashMap<String, String>) -> HashMap<String, String> {
    for (key, value) in [("MARKETING_FROM", ""), ("MARKETING_UNTIL", ""), ("MARKETING_MESSAGES", "0")] {
        env.insert(format!("BELLBIRD__POLICY__{key}"), value.to_string());
    }
    env
}
