//! The maintenance lane: work that outlives the request that asked for it. Each slice has an enum of its own jobs;
//! here they are told apart and handed over.

use crate::deps::Deps;
use crate::messages::classify;
use crate::{campaigns, emails, imports, privacy, templates};
use bellbird_core::campaigns::jobs::CampaignJob;
use bellbird_core::emails::jobs::EmailJob;
use bellbird_core::ids::OutboxId;
use bellbird_core::imports::jobs::ImportJob;
use bellbird_core::outbox::{self, Envelope, Progress};
use bellbird_core::privacy::jobs::PrivacyJob;
use bellbird_core::queue::JobError;
use bellbird_core::templates::jobs::TemplateJob;
use serde::Deserialize;

/// A job of any slice. Their names (`job`) differ, which is how they are told apart.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(crate) enum MaintenanceJob {
    /// Of a campaign.
    Campaign(CampaignJob),
    /// Of an import.
    Import(ImportJob),
    /// Of templates.
    Template(TemplateJob),
    /// Of emails.
    Email(EmailJob),
    /// Of privacy.
    Privacy(PrivacyJob),
}

/// One run of a job.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// Its row in the outbox, to be deleted by the transaction that ends it.
    pub(crate) id: OutboxId,
    /// How often it failed and was tried again, from 1; a slice that leaves more to do is not counted.
    pub(crate) attempt: u64,
}

/// Handles one task of the lane.
pub(crate) async fn handle(
    deps: Deps,
    envelope: Envelope<MaintenanceJob>,
    attempt: u64,
) -> Result<(), JobError> {
    let Envelope { id, job } = envelope;
    if !outbox::is_open(deps.services.db.read(), id).await.map_err(classify)? {
        return Ok(()); // done before
    }
    let run = Run { id, attempt };
    let progress = match job {
        MaintenanceJob::Campaign(job) => campaigns::handle(&deps, run, job).await?,
        MaintenanceJob::Import(job) => imports::handle(&deps, run, job).await?,
        MaintenanceJob::Template(job) => templates::handle(&deps, run, job).await?,
        MaintenanceJob::Email(job) => emails::handle(&deps, run, job).await?,
        MaintenanceJob::Privacy(job) => privacy::handle(&deps, run, job).await?,
    };
    match progress {
        Progress::Done => Ok(()),
        Progress::More { after } => Err(JobError::release(after, "more to do")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_known_by_its_name_and_a_strange_one_is_refused() {
        let (job, id) = ("job_01kawz1m4cf0tr2v6x8yab3c5d", "01kawz1m4cf0tr2v6x8yab3c5d");
        let read = |body: String| serde_json::from_str::<Envelope<MaintenanceJob>>(&body);
        let known = [
            ("expand_audience", "campaign", "cmp_"),
            ("cancel_recipients", "campaign", "cmp_"),
            ("run_import", "import", "imp_"),
            ("change_template", "template", "tpl_"),
            ("sync_templates", "sync", "tsy_"),
            ("send_email", "email", "eml_"),
            ("erase_person", "erasure", "ers_"),
            ("apply_retention", "retention", "rtr_"),
        ];
        for (name, field, prefix) in known {
            let body = format!(r#"{{"id":"{job}","job":"{name}","{field}":"{prefix}{id}","run":1}}"#);
            let read = read(body).unwrap();
            assert_eq!(read.id.to_string(), job);
            let slice = match read.job {
                MaintenanceJob::Campaign(_) => "campaign",
                MaintenanceJob::Import(_) => "import",
                MaintenanceJob::Template(TemplateJob::ChangeTemplate { .. }) => "template",
                MaintenanceJob::Template(TemplateJob::SyncTemplates { .. }) => "sync",
                MaintenanceJob::Email(_) => "email",
                MaintenanceJob::Privacy(PrivacyJob::ErasePerson { .. }) => "erasure",
                MaintenanceJob::Privacy(PrivacyJob::ApplyRetention { .. }) => "retention",
            };
            assert_eq!(slice, field);
        }
        assert!(read(format!(r#"{{"id":"{job}","job":"dance","campaign":"cmp_{id}"}}"#)).is_err());
    }
}
