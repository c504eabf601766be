//! Processes as operators start them: with a wrong key, while the key is being changed, and after it.

use crate::support::backend::{Backend, Store};
use crate::support::process::Bellbird;
use bellbird_core::secret::{Cipher, ExposeSecret};
use serde_json::Value;
use std::collections::BTreeMap;

struct World {
    store: Store,
    env: BTreeMap<String, String>,
}

impl World {
    async fn new(backend: Backend) -> Self {
        let store = Store::new(backend).await;
        let mut env: BTreeMap<_, _> = store.env.clone().into_iter().collect();
        env.insert("BELLBIRD__LOG__LEVEL".into(), "error".into());
        let mut world = Self { store, env };
        world.keys("", "");
        let (well, said) = world.run("migrate", &["up"]).await;
        assert!(well, "{said}");
        world
    }

    /// The keys of the next process.
    fn keys(&mut self, key: &str, others: &str) {
        self.env.insert("BELLBIRD_SECRET_KEY".into(), key.into());
        self.env.insert("BELLBIRD_SECRET_KEY_PREVIOUS".into(), others.into());
    }

    /// Whether a command succeeds, and what it says.
    async fn run(&self, verb: &str, arguments: &[&str]) -> (bool, String) {
        let mut command = Bellbird::start_with(verb, arguments, &self.env);
        let well = command.ended().await.success();
        (well, command.log())
    }

    async fn says(&self, verb: &str, arguments: &[&str]) -> String {
        let (well, said) = self.run(verb, arguments).await;
        assert!(well, "{verb} {arguments:?}: {said}");
        said
    }

    async fn status(&self) -> Value {
        serde_json::from_str(&self.says("secrets", &["status", "--json"]).await).unwrap()
    }
}

async fn keys_change(backend: Backend) {
    let mut world = World::new(backend).await;
    let (old, new) = (Cipher::generate_key(), Cipher::generate_key());
    let (old, new) = (old.expose_secret(), new.expose_secret());
    world.keys(old, "");
    world.says("org", &["create", "A shop"]).await;
    let first = world.status().await;
    assert_eq!(first["data_keys"][0], serde_json::json!({"wrapped_by": first["secret_key"], "count": 1}));

    // nothing has been sealed yet, and even so another key is another key
    for verb in ["serve", "work", "org"] {
        world.keys(new, "");
        let (well, said) = world.run(verb, if verb == "org" { &["list"] } else { &[] }).await;
        assert!(!well && said.contains("BELLBIRD_SECRET_KEY") && said.contains("use that one"), "{said}");
        assert!(said.contains(first["secret_key"].as_str().unwrap()), "which one is asked for: {said}");
        assert!(!said.contains(new) && !said.contains(old), "{said}");
    }
    world.keys(new, "nonsense");
    let (well, said) = world.run("org", &["list"]).await;
    assert!(
        !well && said.contains("BELLBIRD_SECRET_KEY_PREVIOUS") && said.contains("openssl rand"),
        "{said}"
    );

    world.keys(old, new);
    world.says("org", &["list"]).await;
    world.keys(new, old);
    world.says("org", &["list"]).await;
    let next = world.status().await;
    assert_eq!(next["data_keys"][0]["wrapped_by"], first["secret_key"], "nothing changed by itself");
    assert_ne!(next["secret_key"], first["secret_key"]);
    for _ in 0..2 {
        assert!(world.says("secrets", &["rewrap"]).await.contains("done: every data key is wrapped by env:"));
    }
    world.keys(new, "");
    let after = world.status().await;
    assert_eq!(after["data_keys"], serde_json::json!([{"wrapped_by": next["secret_key"], "count": 1}]));

    assert!(world.says("secrets", &["reencrypt"]).await.contains("0 new data keys"), "it is young");
    let said = world.says("secrets", &["reencrypt", "--older-than-minutes", "0"]).await;
    assert!(said.contains("1 new data keys") && said.contains("done: 0 rows"), "{said}");
    assert_eq!(world.status().await["data_keys"][0]["count"], 2, "the retired one is kept");
    let shown = world.says("secrets", &["status"]).await;
    assert!(shown.contains("senders.access_token") && shown.contains("data keys wrapped by env:"), "{shown}");
    world.keys(old, "");
    assert!(!world.run("org", &["list"]).await.0, "the old key is of no use any more");
    world.store.remove().await;
}

mod a_wrong_key_is_refused_at_the_start_and_a_changed_one_is_not {
    use super::*;
    #[tokio::test(flavor = "multi_thread")]
    async fn embedded() {
        Box::pin(keys_change(Backend::Embedded)).await;
    }
    #[tokio::test(flavor = "multi_thread")]
    async fn postgres() {
        Box::pin(keys_change(Backend::Postgres)).await;
    }
}
