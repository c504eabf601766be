//! A worker's own door: health, readiness and numbers, while it works and while it stops.

use crate::support::backend::{Backend, Store};
use crate::support::client::Client;
use crate::support::process::Bellbird;
use crate::support::wait::wait_for;
use bellbird_core::secret::{Cipher, ExposeSecret};
use std::collections::BTreeMap;

async fn world(backend: Backend) -> (Store, BTreeMap<String, String>) {
    let store = Store::new(backend).await;
    let mut env: BTreeMap<_, _> = store.env.clone().into_iter().collect();
    env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().to_string());
    env.insert("BELLBIRD__WORKER__HTTP_ADDR".into(), "127.0.0.1:0".into());
    let mut migrate = Bellbird::start_with("migrate", &["up"], &env);
    assert!(migrate.ended().await.success());
    (store, env)
}

/// Where a worker says it answers.
async fn door(worker: &mut Bellbird) -> Client {
    worker.says("worker answers").await;
    let addr = wait_for("the address in the log", async || {
        let log = worker.log();
        let rest = log.split("addr=").nth(1)?;
        let addr: String = rest.chars().take_while(|c| !c.is_whitespace()).collect();
        rest.contains('\n').then_some(addr)
    })
    .await;
    Client::new(&format!("http://{addr}"), None)
}

async fn a_worker_answers(backend: Backend) {
    let (store, env) = world(backend).await;
    let mut worker = Bellbird::start("work", &env);
    let door = door(&mut worker).await;
    worker.says("worker started").await;
    for path in ["/health", "/health/ready"] {
        let answer = door.get(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"status":"ok"}"#), "{path}");
    }
    let metrics = door.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain"));
    for name in [
        "bellbird_queue_up 1",
        "bellbird_database_up 1",
        r#"bellbird_queue_oldest_seconds{lane="bulk"} 0"#,
        r#"bellbird_queue_tasks{lane="maintenance",state="dead"} 0"#,
        r#"bellbird_senders{status="paused"} 0"#,
        "bellbird_messages_unknown 0",
        "bellbird_webhooks_failed 0",
        "bellbird_webhooks_oldest_seconds 0",
        "bellbird_outbox_oldest_seconds 0",
        "bellbird_build_info{version=",
    ] {
        assert!(metrics.text.contains(name), "{name} is missing: {}", metrics.text);
    }
    assert_eq!(door.get("/elsewhere").await.status, 404);
    assert_eq!(door.post("/health", serde_json::Value::Null).await.status, 405);
    assert!(worker.terminate().await.success(), "{}", worker.log());
    assert_eq!(worker.said("worker stopped"), 1);
    store.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_answers_for_its_health_embedded() {
    Box::pin(a_worker_answers(Backend::Embedded)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_answers_for_its_health_postgres() {
    Box::pin(a_worker_answers(Backend::Postgres)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_address_stops_the_start_with_the_setting() {
    let (store, mut env) = world(Backend::Embedded).await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = taken.local_addr().expect("an address").to_string();
    env.insert("BELLBIRD__WORKER__HTTP_ADDR".into(), addr.clone());
    let mut worker = Bellbird::start("work", &env);
    assert!(!worker.ended().await.success());
    let log = worker.log();
    assert!(log.contains(&addr) && log.contains("worker.http_addr"), "{log}");
    store.remove().await;
}

/// Every number a process counts, as its sources name it.
fn counted() -> std::collections::BTreeSet<String> {
    fn walk(folder: &std::path::Path, found: &mut std::collections::BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                for kind in ["counter!(", "gauge!(", "histogram!("] {
                    let names =
                        text.split(kind).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
                    found.extend(names.filter_map(|rest| Some(rest.split_once('"')?.0.to_string())));
                }
            }
        }
    }
    let mut found = std::collections::BTreeSet::new();
    for folder in ["core/src", "api/src", "worker/src"] {
        walk(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder), &mut found);
    }
    found
}

#[test]
fn every_number_is_explained_to_operators() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
    let text = std::fs::read_to_string(file).expect("docs/operations.md");
    let table = text.lines().filter(|line| line.starts_with("| `bellbird_")).collect::<Vec<_>>().join("\n");
    let counted = counted();
    assert!(counted.len() >= 15, "{counted:?}");
    for name in &counted {
        assert!(table.contains(&format!("`{name}`")), "{name} is not in the table of docs/operations.md");
    }
    let told = table.split('`').filter(|word| word.starts_with("bellbird_"));
    for name in told {
        assert!(counted.contains(name), "{name} stands in docs/operations.md, and nobody counts it");
    }
}
