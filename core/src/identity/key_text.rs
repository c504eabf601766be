//! What an API key looks like: `bb_`, 160 random bits and a checksum, so that scanners find a leaked one and a typo is
//! told from a stranger without asking the database.

use crate::secret::{ExposeSecret, SecretString, random_token, sha256_hex};

/// What every key begins with.
const KEY_PREFIX: &str = "bb_";
/// Characters of random bits, in hex.
const RANDOM: usize = 40;
/// Characters of checksum.
const CHECK: usize = 6;
/// So many characters are kept in the clear, to recognise a key by: 32 of its 160 bits.
const HINT: usize = KEY_PREFIX.len() + 8;

/// Makes up a key.
pub(super) fn make() -> SecretString {
    let random = random_token();
    SecretString::from(format!("{KEY_PREFIX}{random}{}", checksum(&random)))
}

/// Could this be a key? Nothing else is looked up.
pub(super) fn plausible(key: &str) -> bool {
    let Some(rest) = key.strip_prefix(KEY_PREFIX).filter(|rest| rest.len() == RANDOM + CHECK) else {
        return false;
    };
    rest.split_at_checked(RANDOM).is_some_and(|(random, check)| checksum(random) == check)
}

/// The part that may be shown.
pub(super) fn hint(key: &SecretString) -> String {
    key.expose_secret().chars().take(HINT).collect()
}

fn checksum(random: &str) -> String {
    let mut sum = sha256_hex(random.as_bytes());
    sum.truncate(CHECK);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_plausible_and_a_mistyped_one_is_not() {
        let key = make();
        let text = key.expose_secret();
        assert!(plausible(text));
        let mistyped = text.replacen(|c: char| c.is_ascii_digit(), "x", 1);
        for bad in ["", "bb_", "bb_0123456789", &text[..text.len() - 1], &text[3..], &mistyped, "bb_ü"] {
            assert!(!plausible(bad), "{bad}");
        }
        assert!(text.starts_with(&hint(&key)) && hint(&key).len() == 11);
    }
}
