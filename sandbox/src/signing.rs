//! Webhook bodies in the escaped form Meta signs, and the signature.

use std::io;

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};
use sha2::Sha256;

/// The value of `X-Hub-Signature-256` for these bytes.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
pub fn sign(app_secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()).expect("any key length will do");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// JSON as Meta writes it: everything outside ASCII as `\uXXXX` in lower case, and `/` as `\/`.
pub fn to_escaped_json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(1_024);
    value.serialize(&mut Serializer::with_formatter(&mut out, Escaping(CompactFormatter)))?;
    Ok(out)
}

struct Escaping(CompactFormatter);

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let mut plain = 0;
        for (at, letter) in text.char_indices().filter(|(_, letter)| *letter == '/' || !letter.is_ascii()) {
            self.0.write_string_fragment(writer, &text[plain..at])?;
            plain = at + letter.len_utf8();
            if letter == '/' {
                writer.write_all(b"\\/")?;
            } else {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        self.0.write_string_fragment(writer, &text[plain..])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn the_reference_signatures_come_out() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures/meta/signature_vectors.json");
        let reference: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let vectors = reference["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 4);
        for vector in vectors {
            let text = |key: &str| vector[key].as_str().unwrap();
            assert_eq!(
                sign(text("app_secret"), text("raw_body_utf8").as_bytes()),
                text("x_hub_signature_256")
            );
        }
    }

    #[test]
    fn text_is_escaped_as_meta_does_and_reads_back() {
        let value = json!({"text": "Größe 😀 a/b \"q\" \n <b>"});
        let escaped = String::from_utf8(to_escaped_json(&value).unwrap()).unwrap();
        assert_eq!(escaped, r#"{"text":"Gr\u00f6\u00dfe \ud83d\ude00 a\/b \"q\" \n <b>"}"#);
        assert_eq!(serde_json::from_str::<Value>(&escaped).unwrap(), value);
    }
}
