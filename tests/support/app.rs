//! Bellbird as a whole, in this process: API, worker, database, queue, and the sandbox standing in for Meta.

use super::backend::{Backend, Store};
use super::client::Client;
use super::smtp::Mailbox;
use super::wait::{DEADLINE, wait_until};
use bellbird_core::clock::{Clock, ShiftedClock};
use bellbird_core::config::Config;
use bellbird_core::context::Services;
use bellbird_core::queue::LaneName;
use bellbird_core::secret::{Cipher, ExposeSecret};
use bellbird_core::webhooks::{self, WebhookStatus};
use bellbird_migration::{Migrator, MigratorTrait};
use bellbird_sandbox::{Sandbox, SandboxConfig, SandboxHandle, WallClock};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Makes `name::embedded` and `name::postgres` from one body: what holds on one back end holds on the other.
///
/// `both!(name, |app| { … })`, or with settings of its own: `both!(name, Setup { … }, |app| { … })`.
macro_rules! both {
    ($(#[$meta:meta])* $name:ident, |$app:ident| $body:block) => {
        both!($(#[$meta])* $name, $crate::support::app::Setup::default(), |$app| $body);
    };
    ($(#[$meta:meta])* $name:ident, $setup:expr, |$app:ident| $body:block) => {
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "not every body needs everything around it")]
            use super::*;
            use $crate::support::{app::TestApp, backend::Backend};

            async fn run(backend: Backend) {
                let app = TestApp::start_with(backend, $setup).await;
                {
                    let $app = &app;
                    $body
                }
                app.stop().await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn embedded() {
                Box::pin(run(Backend::Embedded)).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                Box::pin(run(Backend::Postgres)).await;
            }
        }
    };
}
pub(crate) use both;

/// The secret of the installation's default app.
pub(crate) const DEFAULT_APP_SECRET: &str = "the default app's secret";
/// The verify token of the installation's default app.
pub(crate) const DEFAULT_VERIFY_TOKEN: &str = "the default app's token";

/// What a test wants to be different.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    /// Settings, by section and key as in the environment: `("SENDING__BREAKER_AFTER", "3")`.
    pub(crate) settings: Vec<(&'static str, &'static str)>,
    /// The sandbox.
    pub(crate) sandbox: SandboxConfig,
    /// Start no worker; the test does.
    pub(crate) without_worker: bool,
    /// There is a mail server.
    pub(crate) with_email: bool,
}

/// Settings under which days of policy pass in a test's seconds, and a busy machine still makes no time-out.
const FAST: [(&str, &str); 18] = [
    ("QUEUE__LEASE_MS", "15000"),
    ("QUEUE__POLL_MS", "250"),
    ("META__CONNECT_TIMEOUT_MS", "2000"),
    ("META__TIMEOUT_MS", "4500"),
    ("SENDING__CLAIM_EXPIRES_MS", "15000"),
    ("SENDING__BREAKER_REST_MS", "1000"),
    ("SENDING__THROTTLE_WAIT_MS", "100"),
    ("WORKER__BULK_CONCURRENCY", "16"),
    ("WORKER__INTERACTIVE_CONCURRENCY", "4"),
    ("WORKER__FEED_EVERY_MS", "25"),
    ("WORKER__REAP_EVERY_MS", "50"),
    ("WORKER__FINISH_EVERY_MS", "50"),
    ("WEBHOOKS__GROUP_MS", "1"),
    ("TEMPLATES__SYNC_EVERY_MINUTES", "0"), // days pass in seconds here
    ("THROTTLE__CALLER_PER_SECOND", "100000"), // nobody asks as often as a test
    ("THROTTLE__ORGANIZATION_PER_SECOND", "100000"),
    ("THROTTLE__FAILURES_PER_MINUTE", "100000"),
    ("LOG__LEVEL", "warn"),
];

/// A running Bellbird of the test's own.
pub(crate) struct TestApp {
    /// Speaks to the API without a key.
    pub(crate) anyone: Client,
    /// Stands in for Meta.
    pub(crate) sandbox: SandboxHandle,
    /// Everybody's clock: days pass at will.
    pub(crate) clock: Arc<ShiftedClock>,
    /// What the mail server got, where there is one.
    pub(crate) mailbox: Option<Mailbox>,
    /// What the API's process has; for what has no door yet, and for looking into tables.
    pub(crate) services: Services,
    /// Numbers the shops.
    pub(super) shops: AtomicU32,
    store: Store,
    env: HashMap<String, String>,
    api: (JoinHandle<()>, CancellationToken),
    workers: Mutex<Vec<Worker>>,
}

/// A worker that runs in this process.
#[derive(Debug)]
pub(crate) struct Worker {
    running: JoinHandle<()>,
    stop: CancellationToken,
}

impl Worker {
    /// Stops it as SIGTERM would, and waits.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.running.await.expect("the worker ends without a panic");
    }
}

impl TestApp {
    /// Starts everything, with one worker unless told otherwise.
    pub(crate) async fn start_with(backend: Backend, setup: Setup) -> Self {
        let clock = Arc::new(ShiftedClock::default());
        let wall = clock.clone();
        let sandbox =
            SandboxConfig { clock: WallClock::from_fn(move || wall.now().to_utc()), ..setup.sandbox };
        let sandbox = Sandbox::start(sandbox).await.expect("the sandbox starts");
        let store = Store::new(backend).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let mut env = store.env.clone();
        let given = FAST.iter().chain(&setup.settings);
        env.extend(given.map(|(key, value)| (format!("BELLBIRD__{key}"), (*value).to_string())));
        env.extend([
            ("BELLBIRD_SECRET_KEY".to_string(), Cipher::generate_key().expose_secret().to_string()),
            ("BELLBIRD_GRAPH_URL".to_string(), sandbox.base_url().to_string()),
            ("BELLBIRD_PUBLIC_URL".to_string(), base.clone()),
            ("BELLBIRD__META__APP_SECRET".to_string(), DEFAULT_APP_SECRET.to_string()),
            ("BELLBIRD__META__VERIFY_TOKEN".to_string(), DEFAULT_VERIFY_TOKEN.to_string()),
        ]);
        let mailbox = if setup.with_email { Some(Mailbox::start().await) } else { None };
        if let Some(mailbox) = &mailbox {
            env.insert("BELLBIRD_SMTP_URL".to_string(), mailbox.url.clone());
            env.insert(
                "BELLBIRD__EMAIL__FROM".to_string(),
                "Bellbird <no-reply@bellbird.example>".to_string(),
            );
        }
        let services = services(&env, &clock).await;
        if !store.migrated {
            Migrator::up(services.db.write(), None).await.expect("the migrations run");
        }
        let stop = CancellationToken::new();
        let api = {
            let (services, stop) = (services.clone(), stop.clone());
            tokio::spawn(async move {
                bellbird_api::run(services, listener, stop).await.expect("the API ends in order");
            })
        };
        let app = Self {
            anyone: Client::new(&base, None),
            sandbox,
            clock,
            mailbox,
            services,
            shops: AtomicU32::new(0),
            store,
            env,
            api: (api, stop),
            workers: Mutex::default(),
        };
        if !setup.without_worker {
            app.start_worker().await;
        }
        app
    }

    /// Starts one more worker; the app stops it at the end.
    pub(crate) async fn start_worker(&self) {
        let worker = self.worker().await;
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }

    /// Starts one more worker, with connections of its own where several processes are allowed.
    pub(crate) async fn worker(&self) -> Worker {
        let services = match self.services.db.is_embedded() {
            true => self.services.clone(),
            false => services(&self.env, &self.clock).await,
        };
        self.worker_with(services)
    }

    /// Starts one more worker with these services.
    pub(crate) fn worker_with(&self, services: Services) -> Worker {
        let stop = CancellationToken::new();
        let running = tokio::spawn({
            let stop = stop.clone();
            async move { bellbird_worker::run(services, stop).await.expect("the worker ends in order") }
        });
        Worker { running, stop }
    }

    /// The settings of the app's processes, for one more of them.
    pub(crate) fn env(&self) -> std::collections::BTreeMap<String, String> {
        self.env.clone().into_iter().collect()
    }

    /// Lets time pass for everybody but the queue's leases.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// The next number nobody has.
    pub(super) fn next(&self) -> u32 {
        self.shops.fetch_add(1, Ordering::Relaxed)
    }

    /// How many webhooks stand so.
    pub(crate) async fn webhooks(&self, status: WebhookStatus) -> u64 {
        let find = webhooks::entity::Entity::find();
        let found = find.filter(webhooks::entity::Column::Status.eq(status)).count(self.services.db.read());
        found.await.expect("webhooks can be counted")
    }

    /// Waits until Meta has told us everything and it is applied.
    pub(crate) async fn heard_everything(&self) {
        assert!(self.sandbox.settled(DEADLINE).await, "webhooks are not acknowledged");
        wait_until("every webhook to be applied", async || self.webhooks(WebhookStatus::Pending).await == 0)
            .await;
    }

    /// Stops everything in order. Fails the test if tasks are left in a lane, or something was given up on the way.
    pub(crate) async fn stop(self) {
        self.heard_everything().await;
        for lane in LaneName::ALL {
            wait_until(&format!("the lane {lane} to be empty"), async || {
                let depth = self.services.queues.depth(lane).await.expect("the queue answers");
                depth.ready + depth.delayed + depth.leased == 0
            })
            .await;
            let dead = self.services.queues.dead(lane, 10).await.expect("the queue answers");
            assert!(dead.is_empty(), "dead letters in {lane}: {dead:?}");
        }
        assert_eq!(self.webhooks(WebhookStatus::Failed).await, 0, "webhooks that could not be applied");
        for worker in self.workers.into_inner().unwrap_or_else(PoisonError::into_inner) {
            worker.stop().await;
        }
        let (api, stop) = self.api;
        stop.cancel();
        api.await.expect("the API ends without a panic");
        self.sandbox.shutdown().await;
        drop(self.services);
        self.store.remove().await;
    }
}

async fn services(env: &HashMap<String, String>, clock: &Arc<ShiftedClock>) -> Services {
    let config = Config::from_parts(None, env).expect("the tests' settings are good");
    Services::start(config, clock.clone()).await.expect("the services start")
}
