//! Background work of templates: ids only. The API never asks the provider itself; these do.

use crate::ids::{TemplateId, TemplateSyncId};
use serde::{Deserialize, Serialize};

/// Work on templates that outlives the request that asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum TemplateJob {
    /// Ask the provider for the change the template's row waits for.
    ChangeTemplate {
        /// Which template.
        template: TemplateId,
    },
    /// Read an account's templates from the provider.
    SyncTemplates {
        /// Which synchronisation.
        sync: TemplateSyncId,
    },
}
