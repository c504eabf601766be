//! The cryptography: XChaCha20-Poly1305, a random nonce each, bound to a context so that nothing opens elsewhere.

use super::{ExposeSecret, KeyBytes, Place, SecretString};
use crate::ids::DataKeyId;
use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;

/// The format of what is sealed, written before it so that a later one can live beside this one. The first one had no
/// data keys and never left the house.
const VERSION: &str = "v2";

/// A data key in use.
#[derive(Debug)]
pub(super) struct DataKey {
    pub(super) id: DataKeyId,
    pub(super) bytes: KeyBytes,
}

/// What everything sealed under a data key begins with.
pub(super) fn prefix(id: DataKeyId) -> String {
    format!("{VERSION}.{id}.")
}

/// How many characters [`prefix`] has, whatever the key.
pub(super) const PREFIX: usize = VERSION.len() + DataKeyId::PREFIX.len() + 26 + 2;

/// Seals a secret for its place.
pub(super) fn seal(key: &DataKey, place: &Place, secret: &SecretString) -> Option<String> {
    let text = encrypt(&key.bytes, &place.context(), secret.expose_secret().as_bytes())?;
    Some(format!("{}{text}", prefix(key.id)))
}

/// Which data key something was sealed under, and the rest; `None`: it is in no format we know.
pub(super) fn read(sealed: &str) -> Option<(DataKeyId, &str)> {
    let (id, text) = sealed.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')?;
    Some((id.parse().ok()?, text))
}

/// Opens the rest for the same place.
pub(super) fn open(key: &DataKey, place: &Place, text: &str) -> Option<SecretString> {
    let plain = decrypt(&key.bytes, &place.context(), text)?;
    // copied, so that the buffer it was decrypted in is wiped as a whole
    Some(SecretString::from(std::str::from_utf8(&plain).ok()?.to_owned()))
}

/// Nonce and ciphertext as base64.
pub(super) fn encrypt(key: &KeyBytes, context: &str, plain: &[u8]) -> Option<String> {
    let nonce: [u8; 24] = rand::random();
    let payload = Payload { msg: plain, aad: context.as_bytes() };
    let cipher = XChaCha20Poly1305::new_from_slice(key.expose_secret()).ok()?;
    let sealed = cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
    Some(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

/// What [`encrypt`] was given, if key and context are the same and nothing was changed.
pub(super) fn decrypt(key: &KeyBytes, context: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = STANDARD.decode(text).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<24>()?;
    let payload = Payload { msg: sealed, aad: context.as_bytes() };
    let cipher = XChaCha20Poly1305::new_from_slice(key.expose_secret()).ok()?;
    cipher.decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::super::Whose;
    use super::super::columns::{APP_SECRET, APP_VERIFY_TOKEN, SENDER_TOKEN};
    use super::*;
    use crate::clock::SystemClock;
    use crate::ids::OrganizationId;

    fn data_key() -> DataKey {
        DataKey { id: DataKeyId::new(&SystemClock), bytes: KeyBytes::new(Box::new(rand::random())) }
    }

    #[test]
    fn a_secret_opens_only_in_its_place_and_with_its_key() {
        let (key, organization) = (data_key(), OrganizationId::new(&SystemClock));
        let place = APP_SECRET.place(organization, "app_1");
        let sealed = seal(&key, &place, &"EAAG…".into()).unwrap();
        assert!(!sealed.contains("EAAG") && sealed.starts_with(&prefix(key.id)));
        assert_eq!(prefix(key.id).len(), PREFIX);
        let (id, text) = read(&sealed).unwrap();
        assert_eq!((id, open(&key, &place, text).unwrap().expose_secret()), (key.id, "EAAG…"));
        for elsewhere in [
            APP_SECRET.place(organization, "app_2"),
            APP_SECRET.place(OrganizationId::new(&SystemClock), "app_1"),
            APP_VERIFY_TOKEN.place(organization, "app_1"),
            SENDER_TOKEN.place(organization, "app_1"),
            APP_SECRET.place(Whose::Installation, "app_1"),
        ] {
            assert!(open(&key, &elsewhere, text).is_none(), "{elsewhere:?}");
        }
        assert!(open(&data_key(), &place, text).is_none());
    }

    #[test]
    fn what_is_damaged_or_of_another_format_does_not_open() {
        let (key, place) = (data_key(), APP_SECRET.place(Whose::Installation, "app_1"));
        let sealed = seal(&key, &place, &"secret".into()).unwrap();
        let (_, text) = read(&sealed).unwrap();
        assert!(open(&key, &place, &text[..text.len() - 4]).is_none());
        for strange in ["", "v1.AAAA", "v2.AAAA", "v2.dek_1.AAAA", "v3.x.y", "plain text"] {
            assert!(read(strange).is_none(), "{strange}");
        }
    }
}
