//! `bellbird jobs` and `bellbird webhooks` as operators type them.

use crate::support::backend::{Backend, Store};
use crate::support::process::Bellbird;
use bellbird_core::clock::SystemClock;
use bellbird_core::config::Config;
use bellbird_core::context::Services;
use bellbird_core::queue::{Claimer, Due, LaneName, NewTask, Settle, Store as _, Verdict};
use bellbird_core::secret::{Cipher, ExposeSecret};
use bellbird_core::webhooks::keep::{Arrived, keep};
use bellbird_migration::{Migrator, MigratorTrait};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

struct World {
    store: Store,
    env: BTreeMap<String, String>,
}

impl World {
    async fn new(backend: Backend) -> Self {
        let store = Store::new(backend).await;
        let mut env: BTreeMap<_, _> = store.env.clone().into_iter().collect();
        env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().to_string());
        env.insert("BELLBIRD__LOG__LEVEL".into(), "error".into());
        let world = Self { store, env };
        let services = world.services().await;
        Migrator::up(services.db.write(), None).await.unwrap();
        world
    }

    /// To be let go before a command is run: an SQLite file belongs to one process.
    async fn services(&self) -> Services {
        let config = Config::from_parts(None, &self.env.clone().into_iter().collect()).unwrap();
        Services::start(config, Arc::new(SystemClock)).await.unwrap()
    }

    /// What a command says; it must succeed.
    async fn says(&self, verb: &str, arguments: &[&str]) -> String {
        let mut command = Bellbird::start_with(verb, arguments, &self.env);
        let status = command.ended().await;
        assert!(status.success(), "{verb} {arguments:?}: {status}: {}", command.log());
        command.log()
    }

    /// The same, a JSON object a line.
    async fn tells(&self, verb: &str, arguments: &[&str]) -> Vec<Value> {
        let said = self.says(verb, arguments).await;
        said.lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
            .collect()
    }
}

fn task(id: &str, due: Due) -> NewTask {
    NewTask { id: id.into(), body: format!(r#"{{"message":"{id}"}}"#), due }
}

async fn jobs(backend: Backend) {
    let world = World::new(backend).await;
    {
        let services = world.services().await;
        let lane = services.queues.lane(LaneName::Bulk);
        lane.push(&[task("one", Due::Now), task("two", Due::Now)]).await.unwrap();
        let claimer = Claimer { name: "by hand".into(), asked: 1, answered: 0, limit: 100 };
        let dead: Vec<_> = lane.claim(&claimer).await.unwrap().tasks;
        let dead = dead.into_iter().map(|task| Settle {
            id: task.id,
            claim: task.claim,
            verdict: Verdict::Dead("no luck".into()),
        });
        lane.settle(&dead.collect::<Vec<_>>()).await.unwrap();
        let later = Due::After(Duration::from_secs(600));
        lane.push(&[task("three", Due::Now), task("four", later)]).await.unwrap();
    }
    let listed = world.tells("jobs", &["list", "bulk", "--json"]).await;
    let seen: Vec<_> =
        listed.iter().map(|job| (job["id"].as_str().unwrap(), job["state"].as_str().unwrap())).collect();
    assert_eq!(seen, [("three", "ready"), ("four", "delayed")]);
    assert_eq!(listed[0]["body"]["message"], "three");
    assert!(listed[1]["due_in_seconds"].as_f64() > Some(500.0) && listed[0]["attempt"] == 0);
    let delayed = world.says("jobs", &["list", "bulk", "--state", "delayed"]).await;
    assert!(delayed.contains("four  delayed, due in ") && delayed.contains(" min, attempt 0"), "{delayed}");

    let dead = world.tells("jobs", &["dead", "bulk", "--json", "--skip", "1"]).await;
    assert_eq!((dead.len(), &dead[0]["reason"]), (1, &Value::from("no luck")));
    let depth = world.tells("jobs", &["depth", "--json"]).await;
    let bulk = depth.iter().find(|lane| lane["lane"] == "bulk").unwrap();
    assert_eq!((&bulk["ready"], &bulk["delayed"], &bulk["dead"]), (&1.into(), &1.into(), &2.into()));
    assert!(world.says("jobs", &["requeue", "bulk", "one", "nobody"]).await.contains("1 of 2 tasks"));
    assert!(world.says("jobs", &["requeue", "bulk", "--all"]).await.contains("1 tasks"));
    assert_eq!(world.tells("jobs", &["list", "bulk", "--state", "ready", "--json"]).await.len(), 3);
    world.store.remove().await;
}

async fn webhooks(backend: Backend) {
    let world = World::new(backend).await;
    {
        let services = world.services().await;
        let arrived = |n: u8| Arrived { app: None, body: vec![b'{', n] };
        keep(&services, (0..3).map(arrived).collect()).await.unwrap();
        let failed = "UPDATE webhook_events SET status = 'failed', note = 'a bug of ours'";
        services.db.write().execute_unprepared(failed).await.unwrap();
    }
    let failed = world.tells("webhooks", &["list-failed", "--json"]).await;
    assert_eq!((failed.len(), &failed[0]["note"]), (3, &Value::from("a bug of ours")));
    let id = failed[0]["id"].as_str().unwrap();
    assert!(world.says("webhooks", &["replay", id, id]).await.contains("1 of 2 webhooks"));
    assert_eq!(world.tells("webhooks", &["list-failed", "--json"]).await.len(), 2);
    assert!(world.says("webhooks", &["replay", "--all"]).await.starts_with("2 webhooks"));
    assert_eq!(world.says("webhooks", &["list-failed"]).await, "");
    world.store.remove().await;
}

macro_rules! on_both {
    ($($name:ident => $body:ident),+ $(,)?) => {$(
        mod $name {
            use super::*;
            #[tokio::test(flavor = "multi_thread")]
            async fn embedded() { Box::pin($body(Backend::Embedded)).await }
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() { Box::pin($body(Backend::Postgres)).await }
        }
    )+};
}
on_both!(
    jobs_are_listed_and_requeued_by_hand => jobs,
    failed_webhooks_are_listed_and_replayed_by_hand => webhooks,
);
