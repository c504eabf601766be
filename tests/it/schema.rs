//! The schema and the rows in Rust: up, down and up again, and every entity can be read.

use crate::support::backend::{Backend, Store};
use bellbird_core::{
    alerts, audit, campaigns, consent, customers, emails, events, identity, imports, media, messages,
    organizations, outbox, plans, policy, privacy, secret, senders, subscriptions, templates, webhooks,
};
use bellbird_migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, EntityTrait, Iterable, QuerySelect, Statement,
};
use std::collections::BTreeSet;

/// Opens an empty database; a file is made where there is none.
async fn open(store: &Store) -> DatabaseConnection {
    let url = match store.url().strip_prefix("sqlite:") {
        Some(path) => format!("sqlite:{path}?mode=rwc"),
        None => store.url().to_string(),
    };
    Database::connect(url).await.unwrap()
}

/// Our tables with their columns.
pub(crate) async fn tables(db: &DatabaseConnection) -> BTreeSet<(String, String)> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'"
        }
        _ => {
            "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m, pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'seaql_migrations'"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let cell = |row: &sea_orm::QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
    rows.iter().map(|row| (cell(row, "table_name"), cell(row, "column_name"))).collect()
}

/// The tables and columns of an empty installation.
pub(crate) async fn migrated_tables(backend: Backend) -> BTreeSet<(String, String)> {
    let store = Store::empty(backend).await;
    let db = open(&store).await;
    Migrator::up(&db, None).await.unwrap();
    let found = tables(&db).await;
    db.close().await.unwrap();
    store.remove().await;
    found
}

async fn goes_up_and_down(backend: Backend) -> BTreeSet<(String, String)> {
    let store = Store::empty(backend).await;
    let db = open(&store).await;
    Migrator::up(&db, None).await.unwrap();
    let first = tables(&db).await;
    assert!(first.iter().any(|(table, _)| table == "messages"), "{first:?}");
    assert_eq!(Migrator::get_pending_migrations(&db).await.unwrap().len(), 0);
    Migrator::down(&db, None).await.unwrap();
    assert_eq!(tables(&db).await, BTreeSet::new(), "nothing is left behind");
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(tables(&db).await, first);
    // one by one, too
    for _ in Migrator::migrations() {
        Migrator::down(&db, Some(1)).await.unwrap();
        Migrator::up(&db, Some(1)).await.unwrap();
        Migrator::down(&db, Some(1)).await.unwrap();
    }
    assert_eq!(tables(&db).await, BTreeSet::new());
    db.close().await.unwrap();
    store.remove().await;
    first
}

#[tokio::test]
async fn migrations_go_up_down_and_up_and_both_databases_get_the_same_tables() {
    let embedded = goes_up_and_down(Backend::Embedded).await;
    let postgres = goes_up_and_down(Backend::Postgres).await;
    assert_eq!(embedded, postgres);
}

/// Selects everything an entity knows, and notes its columns.
async fn read<E: EntityTrait>(db: &DatabaseConnection, known: &mut BTreeSet<(String, String)>) {
    let table = E::default().table_name().to_string();
    let read = E::find().limit(1).all(db).await;
    assert!(read.is_ok(), "{table}: {:?}", read.err());
    for column in E::Column::iter() {
        known.insert((table.clone(), sea_orm::IdenStatic::as_str(&column).to_string()));
    }
}

async fn entities_match(backend: Backend) {
    let store = Store::empty(backend).await;
    let db = open(&store).await;
    Migrator::up(&db, None).await.unwrap();
    let mut known = BTreeSet::new();
    read::<organizations::Entity>(&db, &mut known).await;
    read::<plans::Entity>(&db, &mut known).await;
    read::<identity::entity::Entity>(&db, &mut known).await;
    read::<identity::user_entity::Entity>(&db, &mut known).await;
    read::<identity::member_entity::Entity>(&db, &mut known).await;
    read::<identity::session_entity::Entity>(&db, &mut known).await;
    read::<identity::refresh_token_entity::Entity>(&db, &mut known).await;
    read::<identity::user_tokens::entity::Entity>(&db, &mut known).await;
    read::<identity::token_keys::entity::Entity>(&db, &mut known).await;
    read::<emails::Entity>(&db, &mut known).await;
    read::<audit::Entity>(&db, &mut known).await;
    read::<identity::invitation_entity::Entity>(&db, &mut known).await;
    read::<campaigns::approval_entity::Entity>(&db, &mut known).await;
    read::<senders::app_entity::Entity>(&db, &mut known).await;
    read::<senders::entity::Entity>(&db, &mut known).await;
    read::<templates::Entity>(&db, &mut known).await;
    read::<templates::sync_entity::Entity>(&db, &mut known).await;
    read::<customers::Entity>(&db, &mut known).await;
    read::<customers::tag_entity::Entity>(&db, &mut known).await;
    read::<consent::event_entity::Entity>(&db, &mut known).await;
    read::<consent::request_entity::Entity>(&db, &mut known).await;
    read::<consent::settings::entity::Entity>(&db, &mut known).await;
    read::<policy::settings::entity::Entity>(&db, &mut known).await;
    read::<consent::suppression::entity::Entity>(&db, &mut known).await;
    read::<consent::suppression::key_entity::Entity>(&db, &mut known).await;
    read::<campaigns::entity::Entity>(&db, &mut known).await;
    read::<imports::Entity>(&db, &mut known).await;
    read::<imports::reject_entity::Entity>(&db, &mut known).await;
    read::<media::Entity>(&db, &mut known).await;
    read::<media::upload_entity::Entity>(&db, &mut known).await;
    read::<messages::Entity>(&db, &mut known).await;
    read::<messages::attempt_entity::Entity>(&db, &mut known).await;
    read::<webhooks::entity::Entity>(&db, &mut known).await;
    read::<webhooks::unrouted_entity::Entity>(&db, &mut known).await;
    read::<webhooks::kept_entity::Entity>(&db, &mut known).await;
    read::<messages::receipt_entity::Entity>(&db, &mut known).await;
    read::<senders::portfolios::entity::Entity>(&db, &mut known).await;
    read::<alerts::Entity>(&db, &mut known).await;
    read::<outbox::entity::Entity>(&db, &mut known).await;
    read::<secret::entity::Entity>(&db, &mut known).await;
    read::<subscriptions::Entity>(&db, &mut known).await;
    read::<subscriptions::delivery_entity::Entity>(&db, &mut known).await;
    read::<events::entity::Entity>(&db, &mut known).await;
    read::<privacy::erasure_entity::Entity>(&db, &mut known).await;
    read::<privacy::policy_entity::Entity>(&db, &mut known).await;
    read::<privacy::run_entity::Entity>(&db, &mut known).await;
    let there = tables(&db).await;
    let unknown: Vec<_> = known.difference(&there).collect();
    assert!(unknown.is_empty(), "columns without a place in the schema: {unknown:?}");
    let with_entity: BTreeSet<_> = known.iter().map(|(table, _)| table).collect();
    // these few are only written and read by statements of their own
    let plain = [
        "idempotency_keys",
        "campaign_counters",
        "import_numbers",
        "feeder_leases",
        "subscription_types",
        "portfolio_people",
    ];
    let forgotten: Vec<_> = there
        .difference(&known)
        .filter(|(table, _)| with_entity.contains(table) || !plain.contains(&table.as_str()))
        .collect();
    assert!(forgotten.is_empty(), "columns no entity knows: {forgotten:?}");
    db.close().await.unwrap();
    store.remove().await;
}

#[tokio::test]
async fn every_entity_matches_its_table_in_sqlite() {
    entities_match(Backend::Embedded).await;
}

#[tokio::test]
async fn every_entity_matches_its_table_in_postgres() {
    entities_match(Backend::Postgres).await;
}
