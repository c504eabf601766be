//! Secrets: encrypted in the database, wrapped in memory, never printed.
//!
//! Envelope encryption (docs/adr/0014). Every organization has a *data key* that seals its secrets; the data keys stand
//! in the table `data_keys`, each *wrapped* by a key that is not in the database: from the environment, or from whoever
//! implements [`KeyWrapper`]. So the wrapping key changes without touching a secret ([`rewrap`]), and data keys change
//! without anybody entering a token again ([`reencrypt`]), both while processes are at work. [`columns`] lists every
//! column that holds something sealed.

mod cipher;
pub mod columns;
pub mod entity;
mod envelope;
mod environment;
pub mod reencrypt;
pub mod rewrap;
pub mod status;
mod wrapper;

pub use cipher::{Cipher, FRESH};
pub use columns::{Place, SealedColumn, Whose};
pub use environment::EnvironmentKeys;
pub use secrecy::{ExposeSecret, SecretString};
pub use wrapper::{KeyBytes, KeyWrapper, WrapError, WrappedKey};

use sha2::{Digest, Sha256};

/// A random token of 160 bits as hex, for keys people carry.
pub fn random_token() -> String {
    use std::fmt::Write;
    rand::random::<[u8; 20]>().iter().fold(String::new(), |mut token, byte| {
        let _ = write!(token, "{byte:02x}");
        token
    })
}

/// SHA-256 as hex: how keys and request bodies are recognised without being kept.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
