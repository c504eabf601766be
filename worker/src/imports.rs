//! Import jobs: files of people, slice by slice.

use crate::deps::Deps;
use crate::maintenance::Run;
use crate::messages::classify;
use bellbird_core::imports::jobs::ImportJob;
use bellbird_core::imports::run;
use bellbird_core::outbox::Progress;
use bellbird_core::queue::JobError;
use std::time::Duration;

/// An import that fails so many times in a row has failed, and says why.
const TRIES: u64 = 3;

/// Handles one job.
pub(crate) async fn handle(deps: &Deps, this: Run, job: ImportJob) -> Result<Progress, JobError> {
    let services = &deps.services;
    let ImportJob::RunImport { import, run } = job;
    match run::work(services, this.id, import, run).await {
        Ok(progress) => Ok(progress),
        Err(error) if this.attempt >= TRIES && !error.is_transient() => {
            tracing::error!(%import, %error, "import cannot go on");
            let why = "an error of ours stopped this import; the log has the reason";
            run::fail(services, import, run, why).await.map_err(classify)?;
            Ok(Progress::More { after: Duration::ZERO })
        }
        Err(error) => Err(classify(error)),
    }
}
