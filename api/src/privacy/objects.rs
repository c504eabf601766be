//! Erasures and retention on the wire.

use crate::Time;
use crate::messages::objects::utc;
use bellbird_core::Result;
use bellbird_core::consent::ConsentState;
use bellbird_core::ids::{CustomerId, ErasureId, RetentionRunId};
use bellbird_core::privacy::retention::Periods;
use bellbird_core::privacy::{self, ErasureStage, RetentionStage, WorkStatus};
use poem_openapi::Object;

/// How a customer is erased.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct EraseCustomer {
    /// Count everything, change nothing; false when not given.
    pub dry_run: Option<bool>,
}

/// How many rows an erasure changed, or of a dry run: would change.
#[derive(Debug, Object)]
pub struct ErasureCounts {
    /// The customer, and those that were merged into it.
    pub customers: u64,
    /// Their tags.
    pub tags: u64,
    /// Their words in the consent ledger.
    pub consent_events: u64,
    /// Messages that waited to be sent to them.
    pub cancelled: u64,
    /// Messages to and from them.
    pub messages: u64,
    /// Attempts at messages before the current ones.
    pub attempts: u64,
    /// Files they sent.
    pub media: u64,
    /// Receipts that named them.
    pub receipts: u64,
    /// Rows of imports that did not go in.
    pub import_rejects: u64,
    /// Rows of files that wait to be imported.
    pub import_rows: u64,
    /// Webhooks that named them.
    pub webhooks: u64,
    /// Kept changes that named them.
    pub kept_changes: u64,
    /// Events that were told, or to be told, to integrators.
    pub events: u64,
}

/// The erasure of one person.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Erasure {
    /// Its id.
    pub id: ErasureId,
    /// Who; leads nowhere once they are gone.
    pub customer_id: CustomerId,
    /// Whether everything is only counted.
    pub dry_run: bool,
    /// How far it got.
    pub status: WorkStatus,
    /// What it is at, while it runs.
    pub stage: Option<ErasureStage>,
    /// How many rows so far.
    pub counts: ErasureCounts,
    /// What they last said about marketing.
    pub last_word: Option<ConsentState>,
    /// When they said it.
    pub last_word_at: Option<Time>,
    /// The id of the key that asked for it, or `operator`.
    pub requested_by: String,
    /// When it was asked for.
    pub requested_at: Time,
    /// When nothing was left.
    pub finished_at: Option<Time>,
}

impl Erasure {
    /// An erasure as the wire has it.
    pub(super) fn of(row: privacy::Erasure) -> Result<Self> {
        let counts = row.counts()?;
        Ok(Self {
            id: row.id,
            customer_id: row.customer_id,
            dry_run: row.dry_run,
            status: row.status,
            stage: (row.status == WorkStatus::Running).then_some(row.stage),
            counts: ErasureCounts {
                customers: counts.customers,
                tags: counts.tags,
                consent_events: counts.consent_events,
                cancelled: counts.cancelled,
                messages: counts.messages,
                attempts: counts.attempts,
                media: counts.media,
                receipts: counts.receipts,
                import_rejects: counts.import_rejects,
                import_rows: counts.import_rows,
                webhooks: counts.webhooks,
                kept_changes: counts.kept_changes,
                events: counts.events,
            },
            last_word: row.last_word,
            last_word_at: utc(row.last_word_at),
            requested_by: row.requested_by,
            requested_at: row.requested_at.to_utc(),
            finished_at: utc(row.finished_at),
        })
    }
}

/// How long what is kept, in months (1 to 120); what is absent is kept for ever.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct Retention {
    /// What messages said, in and out. To whom they went, and what became of them, stays.
    pub content_months: Option<u32>,
    /// To whom a campaign went, counted from its end. Its numbers stay.
    pub recipients_months: Option<u32>,
    /// Files customers sent.
    pub media_months: Option<u32>,
    /// Webhooks of your own apps as they came (failed ones too), kept changes, receipts.
    pub webhooks_months: Option<u32>,
}

impl From<Periods> for Retention {
    fn from(periods: Periods) -> Self {
        Self {
            content_months: periods.content,
            recipients_months: periods.recipients,
            media_months: periods.media,
            webhooks_months: periods.webhooks,
        }
    }
}

impl Retention {
    /// What was asked for.
    pub(super) fn periods(&self) -> Periods {
        Periods {
            content: self.content_months,
            recipients: self.recipients_months,
            media: self.media_months,
            webhooks: self.webhooks_months,
        }
    }
}

/// How a retention policy is applied.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct ApplyRetention {
    /// Count what would go, change nothing; false when not given.
    pub dry_run: Option<bool>,
}

/// How many rows a retention policy changed, or of a dry run: would change.
#[derive(Debug, Object)]
pub struct RetentionCounts {
    /// Messages whose content was forgotten.
    pub messages: u64,
    /// Recipients of campaigns who were anonymised.
    pub recipients: u64,
    /// Files that were deleted.
    pub media: u64,
    /// Webhooks, kept changes and receipts that were deleted.
    pub webhooks: u64,
}

/// One application of a retention policy.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RetentionRun {
    /// Its id.
    pub id: RetentionRunId,
    /// Whether everything is only counted.
    pub dry_run: bool,
    /// How far it got.
    pub status: WorkStatus,
    /// What it is at, while it runs.
    pub stage: Option<RetentionStage>,
    /// The policy as it stood when this began.
    pub policy: Retention,
    /// How many rows so far.
    pub counts: RetentionCounts,
    /// The id of the key that asked for it, `operator`, or `schedule`.
    pub requested_by: String,
    /// When it began; months are counted back from here.
    pub started_at: Time,
    /// When nothing was left.
    pub finished_at: Option<Time>,
}

impl RetentionRun {
    /// A run as the wire has it.
    pub(super) fn of(row: privacy::RetentionRun) -> Result<Self> {
        let counts = row.counts()?;
        Ok(Self {
            id: row.id,
            dry_run: row.dry_run,
            status: row.status,
            stage: (row.status == WorkStatus::Running).then_some(row.stage),
            policy: row.periods()?.into(),
            counts: RetentionCounts {
                messages: counts.messages,
                recipients: counts.recipients,
                media: counts.media,
                webhooks: counts.webhooks,
            },
            requested_by: row.requested_by,
            started_at: row.started_at.to_utc(),
            finished_at: utc(row.finished_at),
        })
    }
}
