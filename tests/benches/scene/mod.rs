//! What benches run against: a sandbox, `bellbird serve`, and a shop, all on loopback.

use super::backend::{Backend, Store};
use super::client::Client;
use super::process::Bellbird;
use bellbird_core::clock::{Clock, SystemClock};
use bellbird_core::config::Config;
use bellbird_core::context::Services;
use bellbird_core::ids::OrganizationId;
use bellbird_core::secret::{Cipher, ExposeSecret};
use bellbird_core::{identity, organizations};
use bellbird_sandbox::{
    App, PhoneNumber, Sandbox, SandboxConfig, SandboxHandle, StatusProfile, Subscription, Template, Waba,
    World,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

/// How long the sandbox takes for a request: about as long as Meta.
const LATENCY: Duration = Duration::from_millis(100);

const META_APP: &str = "1001";
const ACCOUNT: &str = "2001";
const NUMBER: &str = "3001";
const SECRET: &str = "the app secret";
const TOKEN: &str = "the token";
const TEXT: &str = "Hi {{1}}, have a look at what is new this week.";

/// A sandbox, `bellbird serve`, and a shop whose number is as fast here as there.
pub(crate) struct Scene {
    // dropped in this order: the API before what it stands on
    pub(crate) serve: Bellbird,
    pub(crate) api: Client,
    pub(crate) sandbox: SandboxHandle,
    pub(crate) sender: String,
    pub(crate) template: String,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) store: Store,
    pub(crate) organization: OrganizationId,
}

impl Scene {
    pub(crate) async fn start(mps: u32) -> Self {
        let sandbox = Sandbox::start(SandboxConfig {
            latency: LATENCY,
            statuses: StatusProfile::instant(),
            ..SandboxConfig::default()
        });
        let sandbox = sandbox.await.expect("the sandbox starts");
        let store = Store::new(Backend::Postgres).await;
        let address = format!("127.0.0.1:{}", free_port());
        let base = format!("http://{address}");
        let mut env: BTreeMap<String, String> = store.env.clone().into_iter().collect();
        for (name, value) in [
            ("BELLBIRD_SECRET_KEY", Cipher::generate_key().expose_secret()),
            ("BELLBIRD_GRAPH_URL", sandbox.base_url()),
            ("BELLBIRD_HTTP_ADDR", &address),
            ("BELLBIRD_PUBLIC_URL", &base),
            ("BELLBIRD__DATABASE__MAX_CONNECTIONS", "12"),
            // more than the rate needs at this latency, so that the limiter is what limits
            ("BELLBIRD__WORKER__BULK_CONCURRENCY", "128"),
            ("BELLBIRD__THROTTLE__CALLER_PER_SECOND", "100000"),
            ("BELLBIRD__THROTTLE__ORGANIZATION_PER_SECOND", "100000"),
            ("BELLBIRD__LOG__LEVEL", "info"),
        ] {
            env.insert(name.to_string(), value.to_string());
        }
        let (organization, key) = key(&env).await;
        let mut serve = Bellbird::start("serve", &env);
        serve.says("api started").await;
        let api = Client::new(&base, Some(&key));
        let (sender, template) = connect(&api, &sandbox, mps).await;
        Self { serve, api, sandbox, sender, template, env, store, organization }
    }

    /// A draft to so many people of its own.
    pub(crate) async fn campaign(&self, n: usize, people: usize) -> String {
        let draft = json!({
            "name": format!("Campaign {n}"), "template_id": self.template, "sender_ids": [self.sender],
            "variables": {"1": {"attribute": "name", "default": "friend"}},
        });
        let id = created(&self.api, "/api/v1/campaigns", draft).await;
        let at = SystemClock.now().minus(Duration::from_secs(3_600)).to_utc().to_rfc3339();
        let numbers: Vec<String> = (0..people).map(|person| format!("+{}{person:07}", prefix(n))).collect();
        for some in numbers.chunks(1_000) {
            let opt_in = json!({"state": "opted_in", "source": "checkout", "at": at});
            let recipients: Vec<Value> =
                some.iter().map(|phone| json!({"phone": phone, "name": "Ana", "opt_in": opt_in})).collect();
            let path = format!("/api/v1/campaigns/{id}/recipients");
            self.api.post(&path, json!({"recipients": recipients})).await.ok();
        }
        id
    }

    pub(crate) async fn stop(mut self) {
        self.serve.terminate().await;
        self.sandbox.shutdown().await;
        self.store.remove().await;
    }
}

/// A new organization and a key of it.
async fn key(env: &BTreeMap<String, String>) -> (OrganizationId, String) {
    let all: HashMap<String, String> = env.clone().into_iter().collect();
    let config = Config::from_parts(None, &all).expect("the settings are good");
    let services = Services::start(config, Arc::new(SystemClock)).await.expect("the services start");
    let tx = services.begin().await.expect("a transaction");
    let organization = organizations::create(&tx, "A shop", Some("IN")).await.expect("an organization");
    let key = identity::create_key(&tx, organization.id, "bench").await.expect("a key");
    tx.commit().await.expect("committed");
    (organization.id, key.secret.expose_secret().to_string())
}

/// App, number and template, here and in the sandbox.
async fn connect(api: &Client, sandbox: &SandboxHandle, mps: u32) -> (String, String) {
    let app = api.post("/api/v1/apps", json!({"name": "Bench", "app_secret": SECRET})).await.ok();
    let text = |key: &str| app[key].as_str().expect(key).to_string();
    let body = json!([{"type": "BODY", "text": TEXT, "example": {"body_text": [["Ana"]]}}]);
    let world = World {
        apps: vec![App {
            id: META_APP.into(),
            name: "Bench".into(),
            secret: SECRET.into(),
            callback_url: Some(text("webhook_url")),
            verify_token: Some(text("verify_token")),
        }],
        wabas: vec![Waba {
            id: ACCOUNT.into(),
            name: "Bench".into(),
            subscriptions: vec![Subscription { app_id: META_APP.into(), override_callback_uri: None }],
        }],
        numbers: vec![PhoneNumber { mps, ..PhoneNumber::new(NUMBER, ACCOUNT, META_APP, TOKEN) }],
        templates: vec![Template::approved(ACCOUNT, "offer", "en_US", "MARKETING", body)],
        ..World::default()
    };
    sandbox.apply(world).expect("the sandbox takes the shop");
    let number = json!({
        "app_id": text("id"), "phone_number_id": NUMBER, "waba_id": ACCOUNT, "access_token": TOKEN, "mps": mps,
    });
    let template = json!({
        "waba_id": ACCOUNT, "name": "offer", "language": "en_US", "category": "marketing", "body": TEXT,
        "examples": {"1": "Ana"},
    });
    (created(api, "/api/v1/senders", number).await, created(api, "/api/v1/templates", template).await)
}

pub(crate) async fn created(api: &Client, path: &str, body: Value) -> String {
    api.post(path, body).await.ok()["id"].as_str().expect("an id").to_string()
}

/// A port nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// How the numbers of the `n`th campaign's people begin.
pub(crate) fn prefix(n: usize) -> String {
    format!("9198{}", n + 2)
}
