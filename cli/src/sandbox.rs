//! `bellbird sandbox`: the simulator of Meta's Cloud API, on its own.

use crate::{Outcome, process};
use bellbird_core::telemetry::{self, LogFormat};
use bellbird_sandbox::{DemoWorld, Sandbox, SandboxConfig, demo_world};
use clap::Args;
use std::net::SocketAddr;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Options {
    /// Where to listen; loopback only.
    #[arg(long, default_value = "127.0.0.1:8090")]
    addr: SocketAddr,
    /// Where webhooks go.
    #[arg(long, default_value = "http://127.0.0.1:8080/webhooks/whatsapp")]
    webhook_url: String,
    /// Signs the webhooks; must be the app secret Bellbird knows.
    #[arg(long, default_value = "sandbox-app-secret")]
    app_secret: String,
    /// The access token of the number.
    #[arg(long, default_value = "sandbox-token")]
    token: String,
}

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) async fn run(options: Options) -> Outcome {
    telemetry::start(LogFormat::Text, "info");
    let config = SandboxConfig { address: options.addr, magic_numbers: true, ..SandboxConfig::default() };
    let sandbox = Sandbox::start(config).await?;
    sandbox.apply(demo_world(DemoWorld {
        app_id: "100000000000001".into(),
        app_secret: options.app_secret,
        callback_url: options.webhook_url,
        verify_token: "sandbox-verify-token".into(),
        waba_id: "100000000000002".into(),
        phone_number_id: "100000000000003".into(),
        display_phone_number: "+1 555-078-3881".into(),
        verified_name: "Sandbox Shop".into(),
        token: options.token,
    }))?;
    println!("sandbox of Meta's Cloud API: {}", sandbox.base_url());
    println!("  BELLBIRD_GRAPH_URL={}", sandbox.base_url());
    println!("  account 100000000000002, number 100000000000003, template welcome_offer (en_US)");
    println!("  a recipient ending in a code gets it: +919…131026 is not on WhatsApp");
    process::shutdown()?.cancelled().await;
    sandbox.shutdown().await;
    Ok(ExitCode::SUCCESS)
}
