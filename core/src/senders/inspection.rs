//! What an operator may ask the provider about itself and about a sender, beside sending. The doctor does.

use super::port::{NumberFacts, ProveError, SenderAccess};
use crate::clock::Timestamp;
use async_trait::async_trait;

/// Answers an operator's questions. Asks the provider only what changes nothing there.
#[async_trait]
pub trait SenderInspector: Send + Sync {
    /// Whether the provider answers at all; what its clock says, to the second, if it says so.
    ///
    /// # Errors
    /// What went wrong, in the network's words.
    async fn reach(&self) -> Result<Option<Timestamp>, String>;

    /// What the sender's access token may do, and until when.
    async fn token(&self, from: &SenderAccess) -> Result<TokenFacts, ProveError>;

    /// What the provider says about the number.
    async fn number(&self, from: &SenderAccess) -> Result<NumberFacts, ProveError>;

    /// Which apps hear of what happens in the sender's account.
    async fn subscriptions(&self, from: &SenderAccess) -> Result<Vec<SubscribedApp>, ProveError>;
}

/// What the provider says about an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFacts {
    /// Whether it works.
    pub is_valid: bool,
    /// When it stops working; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// Permissions we need and it lacks, in the provider's words.
    pub missing: Vec<String>,
    /// The provider's id of the app it was made for.
    pub app_id: Option<String>,
}

/// An app that hears of an account's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribedApp {
    /// The provider's id of the app.
    pub id: String,
    /// What it is called there.
    pub name: String,
    /// Where this account's webhooks go instead of the app's own address.
    pub override_url: Option<String>,
}
