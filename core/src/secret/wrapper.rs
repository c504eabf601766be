//! The port to whoever keeps the wrapping key: it wraps and unwraps data keys, and the key itself never comes out.

use crate::error::Error;
use async_trait::async_trait;
use secrecy::SecretBox;

/// 32 bytes nobody may see; wiped when they are let go.
pub type KeyBytes = SecretBox<[u8; 32]>;

/// A data key as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The id of the wrapping key that was used.
    pub by: String,
    /// The wrapped key, in the wrapper's own writing.
    pub text: String,
}

/// Why a key could not be wrapped or unwrapped.
#[derive(Debug, thiserror::Error)]
pub enum WrapError {
    /// It was wrapped by a key that is not at hand.
    #[error("it was wrapped by the key {0}, which this process was not given")]
    UnknownKey(String),
    /// The key is at hand and does not do it: the wrapped key is damaged or was moved, or a right is missing.
    #[error("{0}")]
    Refused(String),
    /// Whoever keeps the key does not answer: the same call may work in a moment.
    #[error("whoever keeps the wrapping key does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Wraps data keys. [`EnvironmentKeys`](super::EnvironmentKeys) does it with keys from the environment; a key management
/// service is another implementation: it is asked once for each data key and process, never for each secret.
#[async_trait]
pub trait KeyWrapper: std::fmt::Debug + Send + Sync {
    /// The id of the key that wraps from now on. Ids are no secrets: they are kept, logged and shown.
    fn current(&self) -> &str;

    /// Wraps a key for `context`; it unwraps for no other.
    async fn wrap(&self, context: &str, key: &KeyBytes) -> Result<WrappedKey, WrapError>;

    /// Unwraps what [`KeyWrapper::wrap`] made for the same context, with the current key or an earlier one.
    async fn unwrap(&self, context: &str, wrapped: &WrappedKey) -> Result<KeyBytes, WrapError>;
}

impl From<WrapError> for Error {
    fn from(error: WrapError) -> Self {
        match error {
            WrapError::Unavailable(source) => Self::Unavailable { what: "the wrapping key", source },
            other => Self::internal(format!("a data key cannot be used: {other}")),
        }
    }
}
