//! What a mail server does for us.

use crate::clock::Timestamp;
use crate::secret::SecretString;
use async_trait::async_trait;

/// One email, as it is given to a mail server.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Names it among all emails; sent again it is recognised.
    pub id: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Plain text.
    pub text: SecretString,
    /// When it was written.
    pub at: Timestamp,
}

/// Why an email was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server does not answer, or says "later".
    #[error("the mail server cannot take it now: {0}")]
    Away(String),
    /// It never will be: an address that does not exist, a sender that may not send.
    #[error("the mail server refused it: {0}")]
    Refused(String),
}

/// Hands emails to a mail server.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Gives one email away. `Ok` when the server has taken it over.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
