//! Webhooks kept by the API, applied.

use crate::deps::Deps;
use crate::messages::classify;
use bellbird_core::providers::meta;
use bellbird_core::queue::JobError;
use bellbird_core::webhooks::apply;
use bellbird_core::webhooks::keep::ApplyWebhooks;

/// Handles one task of the inbound lane.
pub(crate) async fn handle(deps: Deps, job: ApplyWebhooks) -> Result<(), JobError> {
    apply::apply(&deps.services, meta::parse, &job.events).await.map_err(classify)
}
