//! One-time codes of an authenticator app (RFC 6238): six digits, SHA-1, thirty seconds, as every app has it.

use crate::clock::Timestamp;
use crate::secret::SecretString;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// How long a code lives, in milliseconds.
const STEP_MS: i64 = 30_000;
/// Codes this many steps older or newer are taken: clocks differ, and people type slowly.
const DRIFT: i64 = 1;
/// 160 bits, as RFC 4226 advises.
const SECRET_BYTES: usize = 20;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A new secret as authenticator apps take it: base 32.
pub(super) fn new_secret() -> SecretString {
    SecretString::from(base32(&rand::random::<[u8; SECRET_BYTES]>()))
}

/// Base 32 (RFC 4648), without padding.
pub(super) fn base32(bytes: &[u8]) -> String {
    let (mut text, mut bits, mut held) = (String::new(), 0u32, 0u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[((held >> bits) & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(BASE32[((held << (5 - bits)) & 31) as usize]));
    }
    text
}

fn from_base32(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0u32);
    for digit in text.bytes().filter_map(|c| BASE32.iter().position(|known| *known == c)) {
        held = (held << 5) | u32::try_from(digit).unwrap_or(0);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(((held >> bits) & 255) as u8);
        }
    }
    bytes
}

/// The six digits of a step.
fn code_at(secret: &str, step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(&from_base32(secret)).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let four: [u8; 4] = digest.get(at..at + 4)?.try_into().ok()?;
    Some(format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000))
}

/// The step whose code this is, if it is one that counts now and none that was used before.
pub(super) fn step_of(secret: &str, code: &str, now: Timestamp, last_used: Option<i64>) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let current = now.0.div_euclid(STEP_MS);
    let mut found = None;
    for step in current - DRIFT..=current + DRIFT {
        let right = code_at(secret, step).is_some_and(|right| right.as_bytes().ct_eq(code.as_bytes()).into());
        if right && last_used.is_none_or(|last| step > last) {
            found = found.or(Some(step));
        }
    }
    found
}

/// What an authenticator app reads from a QR code.
pub(super) fn uri(secret: &str, email: &str) -> String {
    // an address is ASCII; only what has a meaning in a URI is escaped
    let escaped: String = email
        .bytes()
        .map(|b| match b {
            b if b.is_ascii_alphanumeric() || b"-._~@".contains(&b) => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect();
    format!(
        "otpauth://totp/Bellbird:{escaped}?secret={secret}&issuer=Bellbird&algorithm=SHA1&digits=6&period=30"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238's secret, `12345678901234567890`.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn the_codes_of_the_rfc() {
        assert_eq!(base32(b"12345678901234567890"), SECRET);
        assert_eq!(from_base32(SECRET), b"12345678901234567890");
        // the RFC's eight digits, of which ours are the last six
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(code_at(SECRET, seconds / 30).as_deref(), Some(code));
            let now = Timestamp(seconds * 1000);
            assert_eq!(step_of(SECRET, code, now, None), Some(seconds / 30));
            assert_eq!(
                step_of(SECRET, &format!("{} {}", &code[..3], &code[3..]), now, None),
                Some(seconds / 30)
            );
        }
    }

    #[test]
    fn a_code_counts_a_step_early_and_late_and_never_twice() {
        let (step, code) = (100, code_at(SECRET, 100).unwrap());
        let at = |step: i64| Timestamp(step * STEP_MS + 1);
        for (now, taken) in [(98, false), (99, true), (100, true), (101, true), (102, false)] {
            assert_eq!(step_of(SECRET, &code, at(now), None).is_some(), taken, "{now}");
        }
        assert_eq!(step_of(SECRET, &code, at(101), Some(step)), None, "used before");
        assert_eq!(step_of(SECRET, &code, at(101), Some(step - 1)), Some(step));
        for wrong in ["", "000000x", "28708", "2870822"] {
            assert_eq!(step_of(SECRET, wrong, at(100), None), None);
        }
    }

    #[test]
    fn the_uri_is_one() {
        let uri = uri(SECRET, "asha+shop@example.com");
        assert!(uri.starts_with("otpauth://totp/Bellbird:asha%2Bshop@example.com?secret=GEZD"), "{uri}");
    }
}
