//! Starts that must not happen, each refused with what is wrong and the fix.

use crate::support::backend::{Backend, Store};
use bellbird_core::clock::SystemClock;
use bellbird_core::config::Config;
use bellbird_core::context::Services;
use bellbird_core::secret::{Cipher, ExposeSecret};
use sea_orm::{ConnectionTrait, Database};
use std::sync::Arc;

async fn start(store: &Store) -> Result<Services, String> {
    let mut env = store.env.clone();
    env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().to_string());
    let config = Config::from_parts(None, &env).expect("the settings are good");
    Services::start(config, Arc::new(SystemClock)).await.map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_one_sqlite_file_is_refused() {
    let store = Store::empty(Backend::Embedded).await;
    let first = start(&store).await.expect("the first may have the file");
    let refusal = start(&store).await.err().expect("the second may not");
    assert!(refusal.contains("in use by another bellbird process"), "{refusal}");
    drop(first);
    store.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_may_lose_what_it_acknowledged_is_refused() {
    let store = Store::empty(Backend::Postgres).await;
    let db = Database::connect(store.url()).await.expect("the database is there");
    let name = store.url().rsplit('/').next().expect("a URL ends in the database's name").to_string();
    db.execute_unprepared(&format!("ALTER DATABASE {name} SET synchronous_commit = off"))
        .await
        .expect("it can be set");
    let refusal = start(&store).await.err().expect("it must not start");
    assert!(refusal.contains("synchronous_commit = on"), "{refusal}");
    db.execute_unprepared(&format!("ALTER DATABASE {name} SET synchronous_commit = on"))
        .await
        .expect("it can be set");
    assert!(start(&store).await.is_ok());
    db.close().await.expect("it closes");
    store.remove().await;
}
