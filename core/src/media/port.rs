//! The door to the provider's own store of files.

use crate::error::Result;
use crate::senders::port::{Failure, SenderAccess};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use serde_json::Value;

/// A file as it comes.
pub type Content = BoxStream<'static, Result<Bytes>>;

/// Keeps files with the provider, and fetches what customers sent.
#[async_trait]
pub trait RemoteMedia: Send + Sync {
    /// Makes a copy of a file for one sender; gives its id.
    async fn upload(&self, from: &SenderAccess, file: OutgoingFile) -> Result<String, MediaError>;

    /// Makes a copy of a file to be looked at with a template; gives its handle.
    async fn handle(&self, from: &SenderAccess, file: OutgoingFile) -> Result<String, MediaError>;

    /// Fetches a file by its id at the provider.
    async fn fetch(&self, from: &SenderAccess, provider_id: &str) -> Result<FetchedFile, MediaError>;

    /// The file of an inbound message, if it has one. `content`: the provider's JSON.
    fn attachment(&self, kind: &str, content: &Value) -> Option<Attachment>;

    /// Whether a refused message may have been refused because the provider does not have its file any more.
    fn may_be_gone(&self, failure: &Failure) -> bool;
}

/// A file of ours on its way to the provider.
pub struct OutgoingFile {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub mime_type: String,
    /// In bytes.
    pub size: u64,
    /// The bytes.
    pub content: Content,
}

/// A file on its way to us.
pub struct FetchedFile {
    /// What the provider says it is.
    pub mime_type: Option<String>,
    /// What the provider says its SHA-256 is, in hex.
    pub sha256: Option<String>,
    /// The bytes; how many there are is not to be believed before they are counted.
    pub content: Content,
}

/// What an inbound message says about its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The provider's id.
    pub provider_id: String,
    /// What it is.
    pub mime_type: Option<String>,
    /// What it is called.
    pub file_name: Option<String>,
    /// Its SHA-256 in hex.
    pub sha256: Option<String>,
}

/// Why a file could not be copied or fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The provider will not have it, or does not have it.
    #[error("the provider refused (code {}): {}", .0.code, .0.detail.as_deref().unwrap_or(&.0.title))]
    Refused(Failure),
    /// The provider could not be asked, is too busy, or gave no clear answer.
    #[error("{0}")]
    NotNow(String),
    /// The provider named an address that is none of its own; nobody was asked.
    #[error("the provider named an address that is none of its own: {0}")]
    ForeignAddress(String),
    /// Files to be looked at are handed to an app, and nobody knows to which.
    #[error(
        "the provider does not say for which app the sender's access token was made; replace it with the token of a \
         system user of your app (PUT /api/v1/senders/{{sender_id}}/access-token)"
    )]
    NoApp,
}
