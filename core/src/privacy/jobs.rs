//! Background work of privacy: ids only. A person's number has no business in a queue.

use crate::ids::{ErasureId, RetentionRunId};
use serde::{Deserialize, Serialize};

/// Work that outlives the request that asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum PrivacyJob {
    /// Take a person out of everything.
    ErasePerson {
        /// Which erasure.
        erasure: ErasureId,
    },
    /// Delete what is older than an organization wants to keep.
    ApplyRetention {
        /// Which run.
        retention: RetentionRunId,
    },
}
