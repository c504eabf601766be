//! Privacy: what is known about one person, taken out for them or taken out of everything, and how long an
//! organization keeps what.
//!
//! The slice owns no personal data. It knows where all of it lies ([`columns`]) and asks the slices that own it, which
//! is why it stands above all of them.
//!
//! An erasure ([`mod@erase`]) is a job ([`run`]) that goes through stages: wait for what is just coming in, take the
//! person out of the customers, then out of everything that named them, some rows at a time. Each step is a
//! transaction that also notes how far it came, so that it may be killed anywhere and run twice. What was counted stays
//! counted. A retention policy ([`retention`]) is applied by the same means ([`retain`]).

pub mod columns;
pub mod erase;
pub mod erasure_entity;
pub mod export;
pub mod jobs;
pub mod last_word;
pub mod policy_entity;
pub mod queries;
pub mod retain;
pub mod retention;
pub mod run;
pub mod run_entity;
mod stages;
mod subject;

pub use erasure_entity::Model as Erasure;
pub use run_entity::Model as RetentionRun;

use crate::context::Actor;
use crate::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// How far a piece of this slice's background work got.
    pub enum WorkStatus {
        /// A worker goes on with it whenever there is something to do.
        Running = "running",
        /// Nothing is left to do.
        Completed = "completed",
    }
}

words! {
    /// What an erasure is at.
    pub enum ErasureStage {
        /// Webhooks and imports that came before it and name the person are applied first.
        Waiting = "waiting",
        /// The customer, their tags and their consent ledger; what waits to be sent to them is cancelled.
        Person = "person",
        /// Everything that had begun before the person was gone ends first.
        Settling = "settling",
        /// The files they sent.
        Media = "media",
        /// The ledger.
        Messages = "messages",
        /// What was told about messages past their own way.
        Receipts = "receipts",
        /// Rows of files that did not go in.
        ImportRejects = "import_rejects",
        /// Files that wait to be imported.
        ImportFiles = "import_files",
        /// Webhooks as they came.
        Webhooks = "webhooks",
        /// Changes that ask for nothing yet.
        KeptChanges = "kept_changes",
    }
}

/// How many rows an erasure changed, or would change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
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
    /// Attempts before the current ones.
    pub attempts: u64,
    /// Files they sent.
    pub media: u64,
    /// Receipts that named them.
    pub receipts: u64,
    /// Rejected rows of imports.
    pub import_rejects: u64,
    /// Rows of files that wait to be imported.
    pub import_rows: u64,
    /// Webhooks that named them.
    pub webhooks: u64,
    /// Kept changes that named them.
    pub kept_changes: u64,
}

words! {
    /// What the application of a retention policy is at.
    pub enum RetentionStage {
        /// What messages said.
        Content = "content",
        /// To whom campaigns went.
        Recipients = "recipients",
        /// Files customers sent.
        Media = "media",
        /// Webhooks as they came, kept changes, receipts.
        Webhooks = "webhooks",
    }
}

/// How many rows a retention policy changed, or would change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
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

/// On whose behalf, in a word that names no person.
fn word(actor: Actor) -> String {
    match actor {
        Actor::Worker => "schedule".into(),
        asked => asked.to_string(),
    }
}
