//! Background work of imports: ids only.

use crate::ids::ImportId;
use serde::{Deserialize, Serialize};

/// Work on an import that outlives the request that asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum ImportJob {
    /// Bring its rows in, then clear up behind it.
    RunImport {
        /// Which import.
        import: ImportId,
        /// Which start of it; an older one has nothing to do but clear up.
        run: i32,
    },
}
