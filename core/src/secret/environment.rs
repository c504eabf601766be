//! Wrapping keys from the environment: one that wraps, and others that still, or already, unwrap.

use super::envelope::{decrypt, encrypt};
use super::{ExposeSecret, KeyBytes, KeyWrapper, SecretString, WrapError, WrappedKey, sha256_hex};
use crate::config::SecretsConfig;
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::zeroize::Zeroizing;

/// `BELLBIRD_SECRET_KEY`, and those of `BELLBIRD_SECRET_KEY_PREVIOUS`.
pub struct EnvironmentKeys {
    current: Named,
    others: Vec<Named>,
}

struct Named {
    /// Its fingerprint: tells keys apart and nothing about them.
    id: String,
    key: KeyBytes,
}

impl std::fmt::Debug for EnvironmentKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EnvironmentKeys({})", self.current.id)
    }
}

impl EnvironmentKeys {
    /// Takes 32 bytes, written as base64 or hex.
    ///
    /// # Errors
    /// What is wrong with it, with the cure.
    pub fn new(key: &SecretString) -> Result<Self, String> {
        Ok(Self { current: Named::read(key.expose_secret())?, others: Vec::new() })
    }

    /// Unwraps with these, too: keys like the first, with commas between them; none when empty.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn accepting(mut self, others: &SecretString) -> Result<Self, String> {
        let others = others.expose_secret().split(',').map(str::trim).filter(|other| !other.is_empty());
        self.others = others.map(Named::read).collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// Those of the settings.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn of(settings: &SecretsConfig) -> Result<Self, String> {
        Self::new(&settings.key)?.accepting(&settings.previous)
    }
}

impl Named {
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bytes = hex::decode(text).ok().or_else(|| STANDARD.decode(text).ok()).unwrap_or_default();
        let bytes = Zeroizing::new(bytes);
        let key: Box<[u8; 32]> = bytes
            .as_slice()
            .try_into()
            .map(Box::new)
            .map_err(|_| "must be 32 random bytes as base64; make one with `openssl rand -base64 32`")?;
        let named = Zeroizing::new([b"bellbird wrapping key ".as_slice(), key.as_slice()].concat());
        let id = format!("env:{}", &sha256_hex(&named)[..16]);
        Ok(Self { id, key: KeyBytes::new(key) })
    }
}

#[async_trait]
impl KeyWrapper for EnvironmentKeys {
    fn current(&self) -> &str {
        &self.current.id
    }

    async fn wrap(&self, context: &str, key: &KeyBytes) -> Result<WrappedKey, WrapError> {
        let text = encrypt(&self.current.key, context, key.expose_secret());
        let text = text.ok_or_else(|| WrapError::Refused("it cannot be encrypted".into()))?;
        Ok(WrappedKey { by: self.current.id.clone(), text })
    }

    async fn unwrap(&self, context: &str, wrapped: &WrappedKey) -> Result<KeyBytes, WrapError> {
        let named = std::iter::once(&self.current).chain(&self.others).find(|key| key.id == wrapped.by);
        let named = named.ok_or_else(|| WrapError::UnknownKey(wrapped.by.clone()))?;
        let plain = decrypt(&named.key, context, &wrapped.text);
        let plain = plain.and_then(|plain| plain.as_slice().try_into().map(Box::new).ok());
        let damaged =
            || WrapError::Refused(format!("the key {} does not unwrap it: it is damaged", named.id));
        plain.map(KeyBytes::new).ok_or_else(damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Cipher;

    fn random() -> KeyBytes {
        KeyBytes::new(Box::new(rand::random()))
    }

    #[tokio::test]
    async fn a_key_unwraps_only_in_its_context_and_by_a_key_that_is_accepted() {
        let (old, new) = (Cipher::generate_key(), Cipher::generate_key());
        let first = EnvironmentKeys::new(&old).unwrap();
        let key = random();
        let wrapped = first.wrap("data_keys|1", &key).await.unwrap();
        assert_eq!(wrapped.by, first.current());
        assert_eq!(first.unwrap("data_keys|1", &wrapped).await.unwrap().expose_secret(), key.expose_secret());
        assert!(matches!(first.unwrap("data_keys|2", &wrapped).await, Err(WrapError::Refused(_))));

        let stranger = EnvironmentKeys::new(&new).unwrap();
        let refused = stranger.unwrap("data_keys|1", &wrapped).await;
        assert!(matches!(refused, Err(WrapError::UnknownKey(by)) if by == wrapped.by));
        let both = EnvironmentKeys::new(&new).unwrap().accepting(&old).unwrap();
        assert!(both.unwrap("data_keys|1", &wrapped).await.is_ok());
        assert_ne!(both.wrap("data_keys|1", &key).await.unwrap().by, wrapped.by, "the current one wraps");
    }

    #[test]
    fn a_bad_key_is_refused_with_the_cure_wherever_it_stands() {
        let key = Cipher::generate_key();
        assert!(EnvironmentKeys::new(&"short".into()).unwrap_err().contains("openssl rand"));
        let keys = || EnvironmentKeys::new(&key).unwrap();
        assert!(keys().accepting(&"short".into()).unwrap_err().contains("openssl rand"));
        assert!(keys().accepting(&"".into()).unwrap().others.is_empty());
        let two = format!("{}, {}", Cipher::generate_key().expose_secret(), "ab".repeat(32));
        assert_eq!(keys().accepting(&two.into()).unwrap().others.len(), 2);
    }

    #[test]
    fn a_key_is_not_printed() {
        let key = Cipher::generate_key();
        let said = format!("{:?}", EnvironmentKeys::new(&key).unwrap());
        assert!(said.starts_with("EnvironmentKeys(env:") && !said.contains(key.expose_secret()));
    }
}
