//! Email addresses of people, in the one spelling by which a person is found.
//!
//! Two people must not look the same, so what is kept is plain: the part before the `@` is ASCII after normalisation
//! (full-width and other compatible letters are folded, look-alikes of other scripts are refused), the domain is ASCII
//! by IDNA, in which a foreign letter shows as `xn--…`.

use crate::error::Problem;
use unicode_normalization::UnicodeNormalization;

/// A normalised address: lower-case ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

/// RFC 5321: the longest address a server has to take.
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;

impl EmailAddress {
    /// Reads an address as a person types it; or says in words what is wrong with it.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        // a huge text is refused before it is worked on
        if text.len() > 4 * LONGEST {
            return Err("this is too long for an email address");
        }
        let folded: String = text.trim().nfkc().flat_map(char::to_lowercase).nfkc().collect();
        let (local, domain) =
            folded.split_once('@').ok_or("an email address has an @, like asha@example.com")?;
        if !local.is_ascii() {
            return Err("the part before the @ must be plain letters and digits (a-z, 0-9, and ._+-)");
        }
        let domain = idna::domain_to_ascii_strict(domain)
            .map_err(|_| "the part after the @ is not a domain, like example.com")?;
        let address = format!("{local}@{domain}");
        if !is_local(local) || !is_domain(&domain) || address.len() > LONGEST {
            return Err("this is not an email address like asha@example.com");
        }
        Ok(Self(address))
    }

    /// What is wrong, about a field.
    pub fn problem(field: &str, message: &str) -> Problem {
        Problem::new(field, "invalid_email", message)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// RFC 5322's dot-atom. Quoted parts exist on paper only.
fn is_local(local: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= LONGEST_LOCAL && local.split('.').all(atom)
}

/// A name with a dot whose last part is no number, so that no bare IP address passes.
fn is_domain(domain: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(label) && !last.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        EmailAddress::read(text).ok().map(|email| email.0)
    }

    #[test]
    fn an_address_has_one_spelling() {
        for (text, kept) in [
            (" Asha@Example.COM ", "asha@example.com"),
            ("asha+shop@example.com", "asha+shop@example.com"),
            ("ａｓｈａ＠example．com", "asha@example.com"), // full-width letters
            ("asha@bücher.example", "asha@xn--bcher-kva.example"),
            ("asha@BÜCHER.example", "asha@xn--bcher-kva.example"),
        ] {
            assert_eq!(read(text).as_deref(), Some(kept), "{text}");
        }
    }

    #[test]
    fn look_alikes_are_refused_or_plainly_another_domain() {
        assert_eq!(read("аsha@example.com"), None, "a Cyrillic а before the @");
        assert_eq!(read("ashá@example.com"), None);
        assert_eq!(read("ash\u{200b}a@example.com"), None, "a letter nobody sees");
        let cyrillic = read("asha@exаmple.com").unwrap_or_default();
        assert!(cyrillic.starts_with("asha@xn--"), "{cyrillic}");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "asha",
            "@example.com",
            "asha@",
            "asha@example",
            "asha@127.0.0.1",
            "asha@[127.0.0.1]",
            "a b@example.com",
            "a..b@example.com",
            ".a@example.com",
            "\"a\"@example.com",
            "a@b@example.com",
            "a@-example.com",
            "a@exam ple.com",
            "a@example.com\r\nBcc: b@example.com",
            "a\r\nBcc: b@example.com",
            "asha@example.com,b@example.com",
            &long,
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
