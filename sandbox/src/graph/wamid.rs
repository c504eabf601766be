//! Message ids.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::roll::mix;

/// A message id as Meta makes them: a small binary record that names the recipient, in base64.
pub(crate) fn wamid(salt: u64, seq: u64, to: &str) -> String {
    let name = to.as_bytes();
    let mut record = vec![0x1c, 0x18, u8::try_from(name.len()).unwrap_or(u8::MAX)];
    record.extend_from_slice(name);
    record.extend_from_slice(&[0x15, 0x02, 0x00, 0x11, 0x18, 0x12]);
    // The 64-bit part alone is different for each seq, because the mixing is a bijection.
    let unique = format!("{:016X}{:02X}", mix(salt.wrapping_add(seq)), salt & 0xff);
    record.extend_from_slice(unique.as_bytes());
    record.push(0);
    format!("wamid.{}", STANDARD.encode(record))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn message_ids_are_unique_and_look_like_metas() {
        let ids: HashSet<_> = (0..50_000).map(|seq| wamid(7, seq, "16503879439")).collect();
        assert_eq!(ids.len(), 50_000);
        // The same recipient gives the same beginning as in Meta's own examples.
        assert!(wamid(7, 1, "16503879439").starts_with("wamid.HBgLMTY1MDM4Nzk0MzkVAgARGB"));
    }
}
