//! `bellbird health`: asks a process of this machine whether it is well. For containers, which have no curl.

use crate::{Outcome, process};
use clap::{Args, ValueEnum};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Args)]
pub(crate) struct Options {
    /// Which process: the API at http.addr, or a worker at worker.http_addr.
    #[arg(default_value = "serve")]
    process: Process,
    /// Ask also whether it reaches its database and its queue.
    #[arg(long)]
    ready: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Process {
    Serve,
    Work,
}

const PATIENCE: Duration = Duration::from_secs(4);

#[expect(clippy::print_stdout, reason = "the command's answer")]
pub(crate) async fn run(file: Option<&Path>, options: Options) -> Outcome {
    let config = process::config_with_any_key(file)?;
    let addr = match options.process {
        Process::Serve => config.http.addr,
        Process::Work => {
            config.worker.http_addr()?.ok_or("this worker answers nowhere: set worker.http_addr")?
        }
    };
    let path = if options.ready { "/health/ready" } else { "/health" };
    let url = format!("http://{}{path}", from_here(addr));
    // no proxy stands between a process and its own machine
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
    let answer = http.get(&url).send().await.map_err(|error| format!("{url}: {error}"))?;
    let (status, body) = (answer.status(), answer.text().await?);
    println!("{body}");
    Ok(if status.is_success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Who listens everywhere is asked on loopback.
fn from_here(addr: SocketAddr) -> SocketAddr {
    match addr {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        other => other,
    }
}
