//! `X-Hub-Signature-256`: proof that a webhook comes from Meta.
//!
//! The header is `sha256=` and the hex HMAC-SHA256 of the raw body, keyed with the app secret (Meta: "Create a webhook
//! endpoint"). It is computed over the bytes as sent, in which Meta escapes non-ASCII characters, so it must be checked
//! before the body is parsed: the same JSON written differently has another signature.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// Whether `header` is the signature of `raw` under one of `secrets`.
///
/// Several secrets allow for the days in which one replaces another. All are tried, and compared in constant time, so
/// that the time taken tells nothing. An empty secret never matches: everybody knows it.
pub fn verify_signature(secrets: &[SecretString], raw: &[u8], header: &str) -> bool {
    let Some(hex) = header.trim().strip_prefix("sha256=") else { return false };
    let mut given = [0_u8; 32];
    if hex::decode_to_slice(hex, &mut given).is_err() {
        return false;
    }
    let mut matches = Choice::from(0);
    for secret in secrets.iter().filter(|secret| !secret.expose_secret().is_empty()) {
        matches |= digest(secret, raw).ct_eq(&given);
    }
    matches.into()
}

/// The header value for `raw`, as Meta would compute it. For simulators and tests.
pub fn sign(secret: &SecretString, raw: &[u8]) -> String {
    format!("sha256={}", hex::encode(digest(secret, raw)))
}

fn digest(secret: &SecretString, raw: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).expect("any key length");
    mac.update(raw);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::meta::testing::fixture;

    #[test]
    fn agrees_with_the_vectors() {
        let Some(vectors) = fixture("signature_vectors.json") else { return };
        for vector in vectors["vectors"].as_array().unwrap() {
            let secret = SecretString::from(vector["app_secret"].as_str().unwrap());
            let raw = vector["raw_body_utf8"].as_str().unwrap().as_bytes();
            let header = vector["x_hub_signature_256"].as_str().unwrap();
            assert_eq!(sign(&secret, raw), header);
            let usable = !secret.expose_secret().is_empty();
            assert_eq!(verify_signature(&[secret], raw, header), usable);
        }
    }

    #[test]
    fn any_current_secret_will_do_and_nothing_else() {
        let [old, new] = ["old", "new"].map(SecretString::from);
        let header = sign(&new, b"{}");
        assert!(verify_signature(&[old.clone(), new.clone()], b"{}", &header));
        assert!(!verify_signature(&[old], b"{}", &header));
        assert!(!verify_signature(&[], b"{}", &header));
        let current = [new];
        assert!(verify_signature(&current, b"{}", &format!(" {header} ")));
        assert!(!verify_signature(&current, b"{ }", &header));
        for bad in ["", "sha256=", "sha256=00", "sha1=00", &header[7..], &format!("{header}00")] {
            assert!(!verify_signature(&current, b"{}", bad), "{bad}");
        }
    }
}
