//! No column that is named like a secret is forgotten when keys are rotated.

use crate::schema::tables;
use crate::support::backend::{Backend, Store};
use bellbird_core::secret::columns::ALL;
use bellbird_migration::{Migrator, MigratorTrait};
use sea_orm::Database;
use std::collections::BTreeSet;

/// How columns of secrets are named.
fn sounds_secret(column: &str) -> bool {
    let words: Vec<&str> = column.split('_').collect();
    // a hash is kept because nobody gets the secret back from it
    !words.contains(&"hash")
        && ["sealed", "secret", "token", "password", "seed", "totp"].iter().any(|word| words.contains(word))
}

#[test]
fn columns_of_secrets_are_known_by_their_names() {
    for column in ["access_token", "secret", "verify_token", "totp_seed", "signing_secret_sealed"] {
        assert!(sounds_secret(column), "{column}");
    }
    for column in ["hash", "token_hash", "name", "tokens_total", "status"] {
        assert!(!sounds_secret(column), "{column}");
    }
}

#[tokio::test]
async fn every_column_named_like_a_secret_is_sealed_and_rotated() {
    let store = Store::empty(Backend::Postgres).await;
    let db = Database::connect(store.url()).await.unwrap();
    Migrator::up(&db, None).await.unwrap();
    let there = tables(&db).await;
    let registered: BTreeSet<_> =
        ALL.iter().map(|one| (one.table.to_string(), one.column.to_string())).collect();
    assert_eq!(registered.len(), ALL.len(), "one line each");
    let missing = there.iter().filter(|one| sounds_secret(&one.1) && !registered.contains(*one));
    // when, and which step: neither helps anybody to a code
    let known = ["totp_enabled_at", "totp_last_step"];
    let missing: Vec<_> = missing.filter(|one| !known.contains(&one.1.as_str())).collect();
    assert!(missing.is_empty(), "add them to core/src/secret/columns.rs, or name hashes so: {missing:?}");
    for one in ALL {
        for column in [one.column, one.row] {
            assert!(there.contains(&(one.table.into(), column.into())), "{one} has no {column}");
        }
        let owned = there.contains(&(one.table.into(), "organization_id".into()));
        assert_eq!(owned, one.of_organization, "{one} belongs to whom?");
    }
    db.close().await.unwrap();
    store.remove().await;
}
