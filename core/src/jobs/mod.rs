//! Jobs as an organization sees them: those tasks of the queue that are about its own rows.
//!
//! The queue belongs to the installation and knows nothing of organizations, so each look reads tasks and asks the
//! database whose rows they name (`owner.rs`). What names rows of several organizations, or of none (the default app's
//! webhooks), is nobody's; operators see it at the command line (docs/adr/0012).

mod list;
mod owner;
mod requeue;

pub use list::{Place, list};
pub use owner::Subject;
pub use requeue::requeue;

use crate::clock::Timestamp;
use crate::queue::LaneName;
use crate::words::words;

words! {
    /// Where a job stands.
    pub enum JobState {
        /// Due now.
        Ready = "ready",
        /// Due later.
        Delayed = "delayed",
        /// Being worked on.
        Leased = "leased",
        /// It could not be done; `reason` says why.
        Dead = "dead",
    }
}

/// A task of the queue about rows of one organization.
#[derive(Debug, Clone)]
pub struct Job {
    /// The task's id.
    pub id: String,
    /// Its lane.
    pub lane: LaneName,
    /// Where it stands.
    pub state: JobState,
    /// What it is about.
    pub subject: Subject,
    /// When it is or was due, or when its lease ends; for a dead one, when it was buried.
    pub at: Timestamp,
    /// Counted deliveries so far; not kept for dead ones.
    pub attempt: Option<u64>,
    /// Why it is dead.
    pub reason: Option<String>,
}
