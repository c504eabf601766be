//! `bellbird user` as operators type it, and what a running process writes into its log about who signs in.

use crate::support::backend::{Backend, Store};
use crate::support::client::Client;
use crate::support::people::PASSWORD;
use crate::support::process::Bellbird;
use bellbird_core::secret::{Cipher, ExposeSecret};
use serde_json::json;
use std::collections::BTreeMap;

fn env(store: &Store) -> BTreeMap<String, String> {
    let mut env: BTreeMap<_, _> = store.env.clone().into_iter().collect();
    env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().to_string());
    env.insert("BELLBIRD_HTTP_ADDR".into(), free_address());
    env.insert("BELLBIRD__LOG__LEVEL".into(), "error".into());
    env
}

/// An address nobody listens at.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

/// What a command says; it must succeed.
async fn says(env: &BTreeMap<String, String>, verb: &str, arguments: &[&str]) -> String {
    let mut command = Bellbird::start_with(verb, arguments, env);
    let status = command.ended().await;
    assert!(status.success(), "{verb} {arguments:?}: {status}: {}", command.log());
    command.log()
}

fn last_line(said: &str) -> String {
    said.trim().lines().last().unwrap_or_default().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_makes_people_and_no_log_tells_on_them() {
    let store = Store::new(Backend::Postgres).await;
    let mut env = env(&store);
    let org = last_line(&says(&env, "org", &["create", "A shop"]).await);
    let created = ["create", "Asha@Example.com", "--name", "Asha", "--org", &org, "--role", "marketer"];
    let first = last_line(&says(&env, "user", &created).await);
    says(&env, "user", &["platform-admin", "asha@example.com"]).await;
    let listed = says(&env, "user", &["list"]).await;
    assert!(listed.contains("asha@example.com  Asha, platform admin"), "{listed}");
    let second = last_line(&says(&env, "user", &["reset-password", "asha@example.com"]).await);
    assert_ne!(first, second);

    env.insert("BELLBIRD__LOG__LEVEL".into(), "debug".into());
    let mut serve = Bellbird::start("serve", &env);
    serve.says("api started").await;
    let anyone = Client::new(&format!("http://{}", env["BELLBIRD_HTTP_ADDR"]), None);
    let login = async |password: &str| {
        let body = json!({"email": "asha@example.com", "password": password});
        anyone.post("/api/v1/auth/login", body).await
    };
    login(&first).await.refused(401, "invalid_credentials");
    let tokens = login(&second).await.ok();
    let api = anyone.with_key(tokens["access_token"].as_str());
    let me = api.get("/api/v1/auth/me").await.ok();
    assert_eq!((&me["role"], &me["platform_admin"]), (&"marketer".into(), &true.into()));
    let body =
        json!({"organization": "B", "name": "Ravi Rao", "email": "ravi@example.com", "password": PASSWORD});
    anyone.post("/api/v1/auth/register", body).await.ok();
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    anyone.post("/api/v1/auth/refresh", refresh).await.ok();
    serve.terminate().await;
    let log = serve.log();
    assert!(log.contains("answered"), "{log}");
    let secret = |name: &str| tokens[name].as_str().unwrap_or_default().to_string();
    for hidden in [
        &first,
        &second,
        PASSWORD,
        "asha@example.com",
        "ravi@example.com",
        "Ravi Rao",
        &secret("access_token"),
        &secret("refresh_token"),
    ] {
        assert!(!log.contains(hidden), "{hidden} stands in the log");
    }

    env.insert("BELLBIRD__LOG__LEVEL".into(), "error".into());
    says(&env, "user", &["disable", "asha@example.com"]).await;
    assert!(says(&env, "user", &["list"]).await.contains("disabled"));
    assert!(says(&env, "user", &["rotate-tokens", "--at-once"]).await.contains("within a minute"));
    store.remove().await;
}
