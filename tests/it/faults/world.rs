//! A world to break: a sandbox in the test, `bellbird serve` as a process, a campaign ready to be launched, and
//! workers as many as wanted.

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use bellbird_core::campaigns::{self, CampaignStatus, control, launch};
use bellbird_core::clock::SystemClock;
use bellbird_core::config::Config;
use bellbird_core::context::{Actor, Ctx, Services};
use bellbird_core::ids::CampaignId;
use bellbird_core::secret::{Cipher, ExposeSecret};
use bellbird_core::{identity, organizations};
use bellbird_migration::{Migrator, MigratorTrait};
use bellbird_sandbox::{Sandbox, SandboxConfig, SandboxHandle, StatusProfile, WebhookConfig};
use sea_orm::{ConnectionTrait, Database, QueryResult, Statement};
use tokio::time::{Instant, sleep};

use super::audience;
use crate::support::client::Client;
use crate::support::process::Bellbird;
use crate::support::servers::{PostgresServer, RedisServer};

/// Requests a worker has under way at most; so many may be left in doubt by its death.
pub(super) const IN_FLIGHT: usize = 32;
/// Nothing here takes this long unless it never happens.
pub(super) const DEADLINE: Duration = Duration::from_secs(90);
const GLANCE: Duration = Duration::from_millis(20);

/// What kind of world.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) recipients: u32,
    /// Messages per second our side allows itself.
    pub(super) mps: u32,
    /// How long the sandbox takes for a request.
    pub(super) latency: Duration,
    /// A Redis and a Postgres of the test's own, to be restarted.
    pub(super) own_servers: bool,
    /// Send again what stays unknown.
    pub(super) resend: bool,
    /// More settings, by their environment names.
    pub(super) settings: Vec<(&'static str, &'static str)>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            recipients: 600,
            mps: 300,
            latency: Duration::from_millis(10),
            own_servers: false,
            resend: false,
            settings: Vec::new(),
        }
    }
}

pub(super) struct World {
    // Dropped in this order: the API before what it stands on.
    pub(super) api: Bellbird,
    pub(super) sandbox: SandboxHandle,
    pub(super) ctx: Ctx,
    pub(super) campaign: CampaignId,
    pub(super) plan: Plan,
    pub(super) postgres: Option<PostgresServer>,
    pub(super) redis: Option<RedisServer>,
    env: BTreeMap<String, String>,
}

impl World {
    pub(super) async fn start(plan: Plan) -> Self {
        let (postgres, redis) = match plan.own_servers {
            true => (Some(PostgresServer::start().await), Some(RedisServer::start(true).await)),
            false => (None, None),
        };
        let database = match &postgres {
            Some(server) => server.url(),
            None => new_database(&from_environment("BELLBIRD_TEST_POSTGRES_URL")).await,
        };
        let queue =
            redis.as_ref().map_or_else(|| from_environment("BELLBIRD_TEST_REDIS_URL"), RedisServer::url);
        let sandbox = Sandbox::start(SandboxConfig {
            latency: plan.latency,
            statuses: StatusProfile { read_ratio: 0.3, ..StatusProfile::instant() },
            webhooks: WebhookConfig { retry_max_ms: 400, ..WebhookConfig::default() },
            ..SandboxConfig::default()
        })
        .await
        .unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let mut env = settings(&plan);
        for (name, value) in [
            ("DATABASE_URL", database),
            ("REDIS_URL", queue),
            ("BELLBIRD_GRAPH_URL", sandbox.base_url().to_owned()),
            ("BELLBIRD_HTTP_ADDR", address.clone()),
            ("BELLBIRD_FILES_URL", format!("file:{}", std::env::temp_dir().join("files").display())),
        ] {
            env.insert(name.into(), value);
        }
        let config = Config::from_parts(None, &env.clone().into_iter().collect::<HashMap<_, _>>()).unwrap();
        let services = Services::start(config, Arc::new(SystemClock)).await.unwrap();
        Migrator::up(services.db.write(), None).await.unwrap();
        let tx = services.begin().await.unwrap();
        let organization = organizations::create(&tx, "Faults", Some("IN")).await.unwrap().id;
        tx.commit().await.unwrap();
        let ctx = Ctx::trusted(services, organization, Actor::Operator);
        let campaign = audience::prepare(&ctx, &sandbox, &address, &plan).await;
        let mut api = Bellbird::start("serve", &env);
        api.says("api started").await;
        Self { api, sandbox, ctx, campaign, plan, postgres, redis, env }
    }

    /// The settings of the world's processes.
    pub(super) fn env(&self) -> &BTreeMap<String, String> {
        &self.env
    }

    /// The wrapping keys of the processes that start from now on.
    pub(super) fn set_keys(&mut self, key: &str, others: &str) {
        self.env.insert("BELLBIRD_SECRET_KEY".into(), key.into());
        self.env.insert("BELLBIRD_SECRET_KEY_PREVIOUS".into(), others.into());
    }

    /// One more worker, once it says that it works.
    pub(super) async fn worker(&self) -> Bellbird {
        self.worker_through(self.sandbox.base_url()).await
    }

    /// A worker that reaches the sandbox by another address.
    pub(super) async fn worker_through(&self, graph_url: &str) -> Bellbird {
        let mut env = self.env.clone();
        env.insert("BELLBIRD_GRAPH_URL".into(), graph_url.into());
        let mut worker = Bellbird::start("work", &env);
        worker.says("worker started").await;
        worker
    }

    /// The API again, after its death, at the same address.
    pub(super) async fn restart_api(&mut self) {
        self.api = Bellbird::start("serve", &self.env);
        self.api.says("api started").await;
    }

    /// Speaks to the API with a key of the organization.
    pub(super) async fn client(&self) -> Client {
        let tx = self.ctx.begin().await.unwrap();
        let key = identity::create_key(&tx, self.ctx.organization, "faults").await.unwrap();
        tx.commit().await.unwrap();
        let base = format!("http://{}", self.env["BELLBIRD_HTTP_ADDR"]);
        Client::new(&base, Some(key.secret.expose_secret()))
    }

    pub(super) async fn launch(&self) {
        let tx = self.ctx.begin().await.unwrap();
        launch::launch(&tx, &self.ctx, self.campaign).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Pauses, resumes or cancels; false when the campaign's status did not allow it any more.
    pub(super) async fn steer(&self, to: CampaignStatus) -> bool {
        let tx = self.ctx.begin().await.unwrap();
        let (ctx, id) = (&self.ctx, self.campaign);
        let done = match to {
            CampaignStatus::Paused => control::pause(&tx, ctx, id).await,
            CampaignStatus::Running => control::resume(&tx, ctx, id).await,
            _ => control::cancel(&tx, ctx, id).await,
        };
        if done.is_ok() {
            tx.commit().await.unwrap();
        }
        done.is_ok()
    }

    pub(super) async fn status(&self) -> CampaignStatus {
        campaigns::queries::get(&self.ctx, self.campaign).await.unwrap().status
    }

    /// Sends the sandbox has accepted so far.
    pub(super) fn accepted(&self) -> u64 {
        self.sandbox.counts().accepted
    }

    /// Waits until so many sends are accepted.
    pub(super) async fn accepts(&self, sends: u64) {
        until(&format!("{sends} sends accepted"), async || self.accepted() >= sends).await;
    }

    /// Asks the database, patiently: its server may just have come back.
    pub(super) async fn ask(&self, sql: &str) -> Vec<QueryResult> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let db = self.ctx.db.read();
            let query = Statement::from_sql_and_values(
                db.get_database_backend(),
                sql,
                [self.campaign.to_string().into()],
            );
            match db.query_all_raw(query).await {
                Ok(rows) => return rows,
                Err(error) => assert!(Instant::now() < deadline, "{sql}: {error}"),
            }
            sleep(GLANCE).await;
        }
    }

    /// How many of the campaign's messages a condition holds for.
    pub(super) async fn count(&self, condition: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM messages WHERE campaign_id = $1 AND {condition}");
        self.ask(&sql).await[0].try_get_by_index(0).unwrap()
    }

    /// Waits until the campaign is over, every status was posted, and every webhook applied.
    pub(super) async fn settles(&self) {
        until("the campaign is over", async || {
            let over =
                self.ask("SELECT status IN ('completed', 'cancelled') FROM campaigns WHERE id = $1").await;
            over[0].try_get_by_index(0).unwrap()
        })
        .await;
        assert!(self.sandbox.settled(DEADLINE).await, "webhooks stay unacknowledged");
        until("every webhook applied and every row closed", async || {
            let waiting = "SELECT COUNT(*) FROM webhook_events WHERE status = 'pending' AND $1 <> ''";
            let waiting: i64 = self.ask(waiting).await[0].try_get_by_index(0).unwrap();
            let open = "(status IN ('planned', 'pending', 'queued', 'sending', 'held')
                OR (status = 'unknown' AND decided_at IS NULL))";
            waiting == 0 && self.count(open).await == 0
        })
        .await;
    }
}

/// Waits until something holds.
pub(super) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !holds().await {
        assert!(Instant::now() < deadline, "it never came to this: {what}");
        sleep(GLANCE).await;
    }
}

/// Short times, within the bounds that the start checks.
fn settings(plan: &Plan) -> BTreeMap<String, String> {
    let in_flight = IN_FLIGHT.to_string();
    let defaults = [
        ("BELLBIRD__QUEUE__LEASE_MS", "8000"),
        ("BELLBIRD__QUEUE__POLL_MS", "500"),
        ("BELLBIRD__META__CONNECT_TIMEOUT_MS", "500"),
        ("BELLBIRD__META__TIMEOUT_MS", "2800"),
        ("BELLBIRD__SENDING__CLAIM_EXPIRES_MS", "8000"),
        ("BELLBIRD__SENDING__UNKNOWN_QUIET_MS", "1500"),
        ("BELLBIRD__SENDING__BREAKER_REST_MS", "1000"),
        ("BELLBIRD__WORKER__REAP_EVERY_MS", "200"),
        ("BELLBIRD__WORKER__BULK_CONCURRENCY", &in_flight),
        ("BELLBIRD__DATABASE__MAX_CONNECTIONS", "8"),
        // whatever the hour
        ("BELLBIRD__POLICY__MARKETING_FROM", ""),
        ("BELLBIRD__POLICY__MARKETING_UNTIL", ""),
        ("BELLBIRD__POLICY__MARKETING_MESSAGES", "0"),
    ];
    let all = defaults.into_iter().chain(plan.settings.iter().copied());
    let mut env: BTreeMap<_, _> = all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    env.insert("BELLBIRD_SECRET_KEY".into(), Cipher::generate_key().expose_secret().into());
    env.insert("BELLBIRD__REDIS__PREFIX".into(), unique("faults"));
    env
}

fn unique(name: &str) -> String {
    let folder = tempfile::Builder::new().prefix("").rand_bytes(12).tempdir().expect("a folder can be made");
    let random = folder.path().file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    format!("{name}_{random}")
}

async fn new_database(server: &str) -> String {
    let name = unique("faults");
    let db = Database::connect(server).await.expect("the shared Postgres answers");
    db.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database can be made");
    db.close().await.expect("a connection can be closed");
    let (base, _) = server.rsplit_once('/').expect("the address names a database");
    format!("{base}/{name}")
}

/// A port nobody listens on, below those that outgoing connections get.
fn free_port() -> u16 {
    (0..100)
        .map(|_| 20_000 + u16::try_from(rand_word() % 12_000).unwrap_or_default())
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("one of a hundred ports is free")
}

fn rand_word() -> u64 {
    use std::hash::BuildHasher;
    std::hash::RandomState::new().hash_one(())
}

fn from_environment(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests with `./dev test`"))
}
