//! Slugs: an organization's name in addresses, fit for a subdomain (`starling.example.com`).

/// The longest label of a domain name.
const LONGEST: usize = 63;
const SHORTEST: usize = 3;

/// What visitors would take for the installation itself.
const RESERVED: [&str; 38] = [
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "app",
    "assets",
    "auth",
    "bellbird",
    "billing",
    "blog",
    "console",
    "dashboard",
    "demo",
    "docs",
    "email",
    "ftp",
    "help",
    "login",
    "mail",
    "meta",
    "metrics",
    "ns1",
    "ns2",
    "oauth",
    "root",
    "sandbox",
    "security",
    "smtp",
    "sso",
    "static",
    "status",
    "support",
    "system",
    "webhook",
    "webhooks",
    "whatsapp",
    "www",
];

/// Reads a slug as people type it; or says in words what is wrong with it.
pub(super) fn read(text: &str) -> Result<String, &'static str> {
    let slug = text.trim().to_lowercase();
    let plain = slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !plain || !(SHORTEST..=LONGEST).contains(&slug.len()) {
        return Err("a slug is 3 to 63 letters a-z, digits and hyphens");
    }
    if slug.starts_with('-') || slug.ends_with('-') || slug.contains("--") {
        return Err("a slug's hyphens stand alone, between letters or digits");
    }
    if slug.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return Err("a slug has at least one letter");
    }
    if RESERVED.contains(&slug.as_str()) {
        return Err("this word is kept for the installation itself; choose another one");
    }
    Ok(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_fits_a_subdomain() {
        for (text, kept) in
            [(" Starling-Market ", "starling-market"), ("a1b", "a1b"), ("24-7-shop", "24-7-shop")]
        {
            assert_eq!(read(text).as_deref(), Ok(kept));
        }
        let long = "a".repeat(64);
        for text in [
            "",
            "ab",
            "-abc",
            "abc-",
            "a--b",
            "xn--bcher-kva",
            "1234",
            "a_b",
            "a.b",
            "bücher",
            "www",
            "API",
            &long,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
