//! Secrets: encrypted in the database, wrapped in memory, never printed.

use crate::error::{Error, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
pub use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// The version written before every ciphertext, so that a later scheme can live beside this one.
const VERSION: &str = "v1";

/// Encrypts and decrypts secrets with the installation's key (`BELLBIRD_SECRET_KEY`): XChaCha20-Poly1305, a random
/// nonce each, bound to its place (`table.column:row`) so that a ciphertext moved elsewhere does not open.
#[derive(Clone)]
pub struct Cipher(XChaCha20Poly1305);

impl std::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cipher(…)")
    }
}

impl Cipher {
    /// Takes 32 bytes, written as base64 or hex.
    pub fn new(key: &SecretString) -> Result<Self, String> {
        let text = key.expose_secret().trim();
        let bytes = hex::decode(text).ok().or_else(|| STANDARD.decode(text).ok()).unwrap_or_default();
        XChaCha20Poly1305::new_from_slice(&bytes).map(Self).map_err(|_| {
            "must be 32 random bytes as base64; make one with `openssl rand -base64 32`".to_string()
        })
    }

    /// A new random key, as base64.
    pub fn generate_key() -> SecretString {
        SecretString::from(STANDARD.encode(rand::random::<[u8; 32]>()))
    }

    /// Encrypts `secret` for its place.
    pub fn seal(&self, place: &str, secret: &SecretString) -> Result<String> {
        let nonce: [u8; 24] = rand::random();
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: place.as_bytes() };
        let sealed = self
            .0
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| Error::internal(format!("cannot encrypt {place}")))?;
        Ok(format!("{VERSION}.{}", STANDARD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Decrypts what [`Cipher::seal`] made for the same place; fails when the key is another one.
    pub fn open(&self, place: &str, sealed: &str) -> Result<SecretString> {
        let failed = || {
            Error::internal(format!(
                "cannot decrypt {place}: is BELLBIRD_SECRET_KEY the key it was written with?"
            ))
        };
        let bytes = sealed.strip_prefix(VERSION).and_then(|s| s.strip_prefix('.'));
        let bytes = bytes.and_then(|s| STANDARD.decode(s).ok()).ok_or_else(failed)?;
        let (nonce, sealed) = bytes.split_first_chunk::<24>().ok_or_else(failed)?;
        let payload = Payload { msg: sealed, aad: place.as_bytes() };
        let plain = self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| failed())?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| failed())
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_in_its_place_and_with_its_key() {
        let cipher = Cipher::new(&Cipher::generate_key()).unwrap();
        let sealed = cipher.seal("senders.access_token:1", &SecretString::from("EAAG…")).unwrap();
        assert!(!sealed.contains("EAAG"));
        assert_eq!(cipher.open("senders.access_token:1", &sealed).unwrap().expose_secret(), "EAAG…");
        assert!(cipher.open("senders.access_token:2", &sealed).is_err());
        assert!(
            Cipher::new(&Cipher::generate_key()).unwrap().open("senders.access_token:1", &sealed).is_err()
        );
        assert!(cipher.open("senders.access_token:1", "v1.AAAA").is_err());
    }

    #[test]
    fn a_short_key_is_refused_with_the_cure() {
        assert!(Cipher::new(&SecretString::from("short")).unwrap_err().contains("openssl rand"));
    }
}
