//! Keys change step by step: stopped anywhere, done twice and by two at once, and everything still opens.

use crate::support::app::{Setup, TestApp, both};
use crate::support::shop::{Shop, phone};
use bellbird_core::Services;
use bellbird_core::secret::columns::IDEMPOTENT_ANSWER;
use bellbird_core::secret::{
    Cipher, EnvironmentKeys, ExposeSecret, SecretString, Whose, reencrypt, rewrap, status,
};
use bellbird_core::senders::token;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

const ANSWERS: usize = 25;

/// A process with these wrapping keys on the app's database; the first wraps.
fn process(app: &TestApp, key: &SecretString, others: &str) -> Services {
    let keys = EnvironmentKeys::new(key).unwrap().accepting(&others.into()).unwrap();
    let db = &app.services.db;
    let pools = (db.read().clone(), db.write().clone());
    let cipher = Cipher::new(Arc::new(keys), pools, app.services.clock.clone());
    Services { cipher, ..app.services.clone() }
}

/// Everything is sealed under (new data keys, old ones).
async fn stands(services: &Services) -> (i64, i64) {
    let columns = status::sealed(&services.cipher).await.unwrap();
    assert_eq!(columns.iter().map(|column| column.unreadable).sum::<i64>(), 0);
    (columns.iter().map(|c| c.active).sum(), columns.iter().map(|c| c.retired).sum())
}

/// Writes that leave sealed answers behind, and what was answered.
async fn answered(shop: &Shop) -> Vec<Value> {
    let mut answers = Vec::new();
    for n in 0..ANSWERS {
        answers.push(write(shop, n).await.1);
    }
    answers
}

/// The same write with the same key: whether it was answered from memory, and with what.
async fn write(shop: &Shop, n: usize) -> (bool, Value) {
    let app = json!({"name": format!("App {n} of {}", phone(n)), "app_secret": format!("secret {n}")});
    let answer = shop.api.post_once("/api/v1/apps", app, &format!("key {n:02}")).await;
    (answer.header("Idempotent-Replayed") == "true", answer.ok())
}

fn quiet() -> Setup {
    Setup { without_worker: true, ..Setup::default() }
}

both!(a_reencryption_stopped_between_batches_goes_on_where_it_was, quiet(), |app| {
    let (shop, other) = (app.shop().await, app.shop().await);
    let answers = answered(&shop).await;
    let services = &app.services;
    let (before, _) = stands(services).await;
    app.pass(Duration::from_secs(1));
    let begun = services.now();
    let renewed = reencrypt::renew(services, begun).await.unwrap();
    assert_eq!(renewed, 2, "one for each organization");
    assert_eq!(stands(services).await, (0, before));

    // a process that dies after a batch of ten
    let (whose, column) = (Whose::from(shop.organization), IDEMPOTENT_ANSWER);
    let (moved, next) = reencrypt::batch(services, column, whose, "", 10).await.unwrap();
    assert_eq!((moved.rows, next.as_deref()), (10, Some("key 09")));
    assert_eq!(stands(services).await, (10, before - 10));

    // begun anew, with the same moment; by two at once
    assert_eq!(reencrypt::renew(services, begun).await.unwrap(), 0, "nobody gets a second key");
    let (one, two) =
        tokio::join!(reencrypt::pass(services, 7, |_, _| ()), reencrypt::pass(services, 7, |_, _| ()));
    let rows = one.unwrap().rows + two.unwrap().rows;
    assert_eq!(rows, before as u64 - 10, "each row once");
    assert_eq!(stands(services).await, (before, 0));
    let again = reencrypt::pass(services, 7, |_, _| ()).await.unwrap();
    assert_eq!(again, reencrypt::Moved::default());

    for (n, first) in answers.iter().enumerate() {
        assert_eq!(write(&shop, n).await, (true, first.clone()), "{n}");
    }
    assert_eq!(other.hear(&other.webhook(&[])).await.status, 200, "its app secret opens");
    app.start_worker().await; // what was heard is applied
});

both!(data_keys_are_wrapped_anew_while_processes_with_either_key_work, quiet(), |app| {
    let shop = app.shop().await;
    let old = app.services.config.secrets.key.expose_secret().to_string();
    let new = Cipher::generate_key();
    let next = process(app, &new, &old);
    let token = SecretString::from(shop.token.as_str());
    let sender = shop.sender.parse().unwrap();
    let opens = async |services: &Services| token::is_replaced(services, sender, &token).await;

    let refused = status::check(&process(app, &new, "").cipher).await.unwrap_err().to_string();
    assert!(refused.contains("which this process was not given"), "{refused}");
    assert!(rewrap::batch(&process(app, &new, ""), None, 10).await.is_err());
    status::check(&next.cipher).await.unwrap();
    assert!(!opens(&next).await.unwrap());

    let done = rewrap::batch(&next, None, 10).await.unwrap();
    assert_eq!(done.keys, 1);
    assert_eq!(rewrap::batch(&next, None, 10).await.unwrap().keys, 0, "twice is once");
    let wrappings = status::wrappings(&next.cipher).await.unwrap();
    assert_eq!(wrappings.len(), 1);
    assert_eq!(wrappings[0].by, next.cipher.wrapper().current());
    status::check(&process(app, &new, "").cipher).await.unwrap();
    assert!(!opens(&process(app, &new, "")).await.unwrap(), "without the old key");
    assert!(!opens(&app.services).await.unwrap(), "who has unwrapped the data key goes on");
    let first = process(app, &SecretString::from(old.as_str()), "");
    assert!(opens(&first).await.is_err(), "who has not, and has the old key only, does not");

    // and back: a key that is changed twice
    rewrap::batch(&process(app, &SecretString::from(old), new.expose_secret()), None, 10).await.unwrap();
    status::check(&app.services.cipher).await.unwrap();
});

both!(a_process_that_meets_a_data_key_it_does_not_know_reads_it, quiet(), |app| {
    let shop = app.shop().await;
    let key = app.services.config.secrets.key.clone();
    let another = process(app, &key, "");
    app.pass(Duration::from_secs(1));
    reencrypt::renew(&another, another.now()).await.unwrap();
    assert!(reencrypt::pass(&another, 100, |_, _| ()).await.unwrap().rows > 0);
    let token = SecretString::from(shop.token.as_str());
    let replaced = token::is_replaced(&app.services, shop.sender.parse().unwrap(), &token).await;
    assert!(!replaced.unwrap(), "sealed anew is no other token");
    assert!(token::is_replaced(&app.services, shop.sender.parse().unwrap(), &"x".into()).await.unwrap());
    assert_eq!(shop.hear(&shop.webhook(&[])).await.status, 200);
    app.start_worker().await; // what was heard is applied
});
