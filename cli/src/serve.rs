//! `bellbird serve`: the API.

use crate::{Outcome, process};
use std::path::Path;
use std::process::ExitCode;
use tokio::net::TcpListener;

pub(crate) async fn run(config: Option<&Path>) -> Outcome {
    let config = process::settings(config)?;
    let addr = config.http.addr;
    let services = process::services(config).await?;
    let listener = TcpListener::bind(addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another address with BELLBIRD_HTTP_ADDR")
    })?;
    let addr = listener.local_addr()?; // the port, if any would do
    tracing::info!(%addr, "api started");
    bellbird_api::run(services, listener, process::shutdown()?).await?;
    Ok(ExitCode::SUCCESS)
}
