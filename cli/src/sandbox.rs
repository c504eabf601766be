//! `bellbird sandbox`: the simulator of Meta's Cloud API, on its own. docs/sandbox.md is its guide.

use crate::{Outcome, process};
use bellbird_core::telemetry::{self, LogFormat};
use bellbird_sandbox::{
    Catalog, DemoWorld, Portfolio, Sandbox, SandboxConfig, Scenario, Tier, World, demo_world,
};
use clap::Args;
use std::net::SocketAddr;
use std::process::ExitCode;

const APP: &str = "100000000000001";
const ACCOUNT: &str = "100000000000002";
const NUMBER: &str = "100000000000003";
const CATALOG: &str = "100000000000004";

#[derive(Args)]
pub(crate) struct Options {
    /// Where to listen; loopback only.
    #[arg(long, default_value = "127.0.0.1:8090")]
    addr: SocketAddr,
    /// Where webhooks go; loopback only.
    #[arg(long, default_value = "http://127.0.0.1:8080/webhooks/whatsapp")]
    webhook_url: String,
    /// Signs the webhooks; must be the app secret Bellbird knows.
    #[arg(long, default_value = "sandbox-app-secret")]
    app_secret: String,
    /// What the webhooks' receiver is asked for when its address is verified.
    #[arg(long, default_value = "sandbox-verify-token")]
    verify_token: String,
    /// The access token of the number.
    #[arg(long, default_value = "sandbox-token")]
    token: String,
    /// How it behaves: calm, rush, flaky, outage or strict. Without one, statuses come at once and nothing goes wrong.
    #[arg(long, value_parser = scenario)]
    scenario: Option<Scenario>,
}

fn scenario(name: &str) -> Result<Scenario, String> {
    let found = Scenario::ALL.into_iter().find(|(known, _)| *known == name);
    found.map(|(_, scenario)| scenario).ok_or_else(|| {
        let names: Vec<_> = Scenario::ALL.iter().map(|(known, _)| *known).collect();
        format!("there are {}", names.join(", "))
    })
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) async fn run(options: Options) -> Outcome {
    telemetry::start(LogFormat::Text, "info");
    let config = SandboxConfig { address: options.addr, magic_numbers: true, ..SandboxConfig::default() };
    let sandbox = Sandbox::start(config).await?;
    sandbox.apply(demo_world(DemoWorld {
        app_id: APP.into(),
        app_secret: options.app_secret,
        callback_url: options.webhook_url,
        verify_token: options.verify_token,
        waba_id: ACCOUNT.into(),
        phone_number_id: NUMBER.into(),
        display_phone_number: "+1 555-078-3881".into(),
        verified_name: "Sandbox Shop".into(),
        token: options.token,
    }))?;
    sandbox.apply(World {
        portfolios: vec![Portfolio {
            id: "sandbox".into(),
            limit: Tier::Unlimited,
            waba_ids: vec![ACCOUNT.into()],
        }],
        catalogs: vec![Catalog { id: CATALOG.into(), name: "Sandbox Shop".into(), waba_id: ACCOUNT.into() }],
        ..World::default()
    })?;
    if let Some(scenario) = options.scenario {
        sandbox.play(scenario)?;
    }
    println!("sandbox of Meta's Cloud API: {} (open it to see what it can do)", sandbox.base_url());
    println!("  BELLBIRD_GRAPH_URL={}", sandbox.base_url());
    println!("  app {APP}, account {ACCOUNT}, number {NUMBER}, catalog {CATALOG}");
    println!("  template welcome_offer (en_US), approved");
    println!("  a recipient ending in a code gets it: +919…131026 is not on WhatsApp");
    process::shutdown()?.cancelled().await;
    sandbox.shutdown().await;
    Ok(ExitCode::SUCCESS)
}
