//! Background work of emails: ids only.

use crate::ids::EmailId;
use serde::{Deserialize, Serialize};

/// Work on emails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum EmailJob {
    /// Give an email to the mail server.
    SendEmail {
        /// Which email.
        email: EmailId,
    },
}
