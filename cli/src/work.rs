//! `bellbird work`: a worker.

use crate::{Outcome, process};
use std::path::Path;
use std::process::ExitCode;

pub(crate) async fn run(config: Option<&Path>) -> Outcome {
    let services = process::services(process::settings(config)?).await?;
    bellbird_worker::run(services, process::shutdown()?).await?;
    Ok(ExitCode::SUCCESS)
}
