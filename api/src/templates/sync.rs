//! Synchronisation with the provider, on the wire.

use crate::Time;
use bellbird_core::Timestamp;
use bellbird_core::ids::TemplateSyncId;
use bellbird_core::templates::{self, SyncStatus};
use poem_openapi::Object;

/// What is to be synchronised.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct SyncTemplates {
    /// Meta's id of one account; all that have a sender when not given.
    #[oai(validator(max_length = 64))]
    pub waba_id: Option<String>,
}

/// How the synchronisation of an account's templates stands. There is one per account.
#[derive(Object, Debug)]
pub struct TemplateSync {
    /// Its id.
    pub id: TemplateSyncId,
    /// Meta's id of the account.
    pub waba_id: String,
    /// How far it is.
    pub status: SyncStatus,
    /// Templates read so far.
    pub found: i32,
    /// Why it failed, or waits.
    #[oai(skip_serializing_if_is_none)]
    pub error: Option<String>,
    /// When it was last asked for.
    pub requested_at: Time,
    /// When it ended.
    #[oai(skip_serializing_if_is_none)]
    pub finished_at: Option<Time>,
}

/// The synchronisations of all accounts.
#[derive(Object, Debug)]
pub struct TemplateSyncs {
    /// One per account.
    pub items: Vec<TemplateSync>,
}

impl From<templates::TemplateSync> for TemplateSync {
    fn from(row: templates::TemplateSync) -> Self {
        Self {
            id: row.id,
            waba_id: row.waba_id,
            status: row.status,
            found: row.found,
            error: row.error,
            requested_at: row.requested_at.to_utc(),
            finished_at: row.finished_at.map(Timestamp::to_utc),
        }
    }
}

impl From<Vec<templates::TemplateSync>> for TemplateSyncs {
    fn from(rows: Vec<templates::TemplateSync>) -> Self {
        Self { items: rows.into_iter().map(Into::into).collect() }
    }
}
