//! A simulator of Meta's WhatsApp Cloud API: a real HTTP server on loopback that accepts sends, refuses them with
//! Meta's own errors, posts signed webhooks, and can be told to fail in every way the real one does.
//!
//! ```no_run
//! # async fn demo() -> Result<(), bellbird_sandbox::SandboxError> {
//! use bellbird_sandbox::{Behaviour, Match, Rule, Sandbox, SandboxConfig};
//!
//! let sandbox = Sandbox::start(SandboxConfig::default()).await?;
//! sandbox.add_rule(Rule::new(Match::suffix("7"), Behaviour::AcceptThenDrop));
//! println!("send to {}/v24.0/<phone_number_id>/messages", sandbox.base_url());
//! sandbox.shutdown().await;
//! # Ok(()) }
//! ```
//!
//! The path of a send: `server` → `graph/messages` (is it valid? [`Rule`]s, [`Gate`]s, [`Limits`]) → `graph/accept` (it
//! is booked in the `ledger`, priced, and its fate decided) → `statuses` (when that will be told) → `webhooks` (posting).
//! Every other call: `graph/managed` (rules, the hourly limit) → `graph/routes` → the part that answers. What happens
//! later without a request is in the `agenda`. `handle` changes things from inside the process, `control` over HTTP under
//! `/_sandbox/`; `docs/sandbox.md` is the guide.

mod agenda;
mod behaviour;
mod bucket;
mod caps;
mod catalog;
mod clock;
mod config;
mod connection;
mod control;
mod gate;
mod graph;
mod handle;
mod identity;
mod inbound;
mod ledger;
mod limits;
mod matcher;
mod media;
mod number;
mod payload;
mod people;
mod portfolio;
mod pricing;
mod registry;
mod roll;
mod scenario;
mod seen;
mod server;
mod shared;
mod signing;
mod statuses;
mod template;
mod usage;
mod webhooks;
mod world;

use std::{sync::Arc, time::Duration};

use poem::{Server, listener::TcpAcceptor};
use tokio::{net::TcpListener, sync::mpsc};

pub use crate::{
    behaviour::{Behaviour, Rule, RuleReport},
    catalog::Catalog,
    clock::WallClock,
    config::{SandboxConfig, WebhookConfig},
    gate::{Gate, GateAt, GateReport, GateRule},
    graph::{ErrorPhase, ErrorRow, GraphError, error_row},
    handle::{Control, SandboxHandle},
    identity::Person,
    inbound::{EXAMPLES, Inbound, InboundButton, Preference, RawWebhook},
    ledger::{Accepted, Counts, Duplicate, ReadMark, Refused, SameBy},
    limits::Limits,
    matcher::Match,
    portfolio::{Portfolio, PortfolioReport, Tier},
    scenario::Scenario,
    signing::{sign, to_escaped_json},
    statuses::{Delay, StatusProfile},
    template::{Review, Template, TemplateKey},
    world::{App, DemoWorld, PhoneNumber, Subscription, Waba, Window, World, demo_world},
};
use crate::{
    connection::{Connections, CuttingAcceptor},
    server::Api,
    shared::Shared,
};

/// How long open requests may go on once the sandbox is to stop.
const GRACE: Duration = Duration::from_millis(100);

/// Why the sandbox cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The sandbox listens and posts on this machine only.
    #[error("{0} is not a loopback address")]
    NotLoopback(String),
    /// The port cannot be used.
    #[error("cannot listen: {0}")]
    Listen(#[from] std::io::Error),
    /// The client for webhooks cannot be made.
    #[error("cannot make an HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// There is no such thing.
    #[error("unknown: {0}")]
    Unknown(String),
    /// The request makes no sense.
    #[error("{0}")]
    Invalid(String),
}

/// The simulator; [`Sandbox::start`] runs one.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Starts a sandbox on its own port.
    pub async fn start(config: SandboxConfig) -> Result<SandboxHandle, SandboxError> {
        if !config.address.ip().is_loopback() {
            return Err(SandboxError::NotLoopback(config.address.to_string()));
        }
        let listener = TcpListener::bind(config.address).await?;
        let base_url: Arc<str> = format!("http://{}", listener.local_addr()?).into();
        // Through no proxy: everything the sandbox talks to is on this machine.
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .build()?;
        let (commands, orders) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::new(config, base_url, client, commands));
        let poster = tokio::spawn(webhooks::run(Arc::clone(&shared), orders));
        let keeper = tokio::spawn(agenda::run(Arc::clone(&shared)));
        let connections = Connections::default();
        let acceptor =
            CuttingAcceptor { inner: TcpAcceptor::from_tokio(listener)?, connections: connections.clone() };
        let api = Api { shared: Arc::clone(&shared), connections };
        let stop = shared.stop.clone();
        let server = tokio::spawn(async move {
            let server = Server::new_with_acceptor(acceptor).name("bellbird-sandbox");
            let run = server.run_with_graceful_shutdown(api, stop.cancelled_owned(), Some(GRACE));
            if let Err(error) = run.await {
                tracing::error!(%error, "sandbox.stopped_by_error");
            }
        });
        let control = Control { shared };
        Ok(SandboxHandle { control, tasks: [server, poster, keeper] })
    }
}
