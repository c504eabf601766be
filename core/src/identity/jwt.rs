//! Access tokens: JSON Web Tokens (RFC 7519) with one algorithm, HMAC-SHA256, and no other, whatever a header says.
//!
//! Written here rather than taken from a library: with one algorithm little is left to do, our [`Clock`](crate::Clock)
//! judges the times, and a library brings algorithms along that we would have to keep refusing. What is read first is
//! the signature, over the bytes as they came; the header is compared with the only one we write.

use crate::clock::Timestamp;
use crate::ids::{OrganizationId, SessionId, UserId};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// No token of ours is longer.
const LONGEST: usize = 2_000;
/// Another process's clock may be this far ahead of ours.
const SKEW_S: i64 = 5;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    /// Who made it.
    pub(super) iss: String,
    /// For whom it is good.
    pub(super) aud: String,
    /// The person.
    pub(super) sub: UserId,
    /// Their session.
    pub(super) sid: SessionId,
    /// The organization they work in.
    pub(super) org: OrganizationId,
    /// When it was made, in seconds.
    pub(super) iat: i64,
    /// When it ends, in seconds.
    pub(super) exp: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// A token taken apart; nothing in it is believed yet.
pub(super) struct Unproved<'t> {
    /// Header and claims as they came: what the signature is over.
    signed: &'t str,
    claims: &'t str,
    signature: Vec<u8>,
    /// The key it names.
    pub(super) kid: String,
}

fn mac(secret: &[u8], signed: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(signed.as_bytes());
    Some(mac)
}

fn part(value: &impl Serialize) -> Option<String> {
    Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).ok()?))
}

/// Makes a token.
pub(super) fn sign(kid: &str, secret: &[u8], claims: &Claims) -> Option<String> {
    let header = Header { alg: "HS256".into(), typ: "JWT".into(), kid: kid.into() };
    let signed = format!("{}.{}", part(&header)?, part(claims)?);
    let signature = mac(secret, &signed)?.finalize().into_bytes();
    Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Takes a token apart. `None`: not one of ours, another algorithm, or none.
pub(super) fn read(token: &str) -> Option<Unproved<'_>> {
    if token.len() > LONGEST {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let ours = header.alg == "HS256" && header.typ == "JWT" && !claims.contains('.');
    ours.then_some(Unproved { signed, claims, signature, kid: header.kid })
}

impl Unproved<'_> {
    /// What it says, if this key signed it for this audience and it lives now.
    pub(super) fn prove(&self, secret: &[u8], iss: &str, aud: &str, now: Timestamp) -> Option<Claims> {
        mac(secret, self.signed)?.verify_slice(&self.signature).ok()?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(self.claims).ok()?).ok()?;
        let now = now.0.div_euclid(1000);
        let good = claims.iss == iss && claims.aud == aud && now < claims.exp && claims.iat <= now + SKEW_S;
        good.then_some(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ManualClock};
    use std::time::Duration;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn claims(clock: &dyn Clock) -> Claims {
        let iat = clock.now().0 / 1000;
        Claims {
            iss: "https://a".into(),
            aud: "api".into(),
            sub: UserId::new(clock),
            sid: SessionId::new(clock),
            org: OrganizationId::new(clock),
            iat,
            exp: iat + 900,
        }
    }

    fn prove(token: &str, secret: &[u8], aud: &str, now: Timestamp) -> Option<Claims> {
        read(token)?.prove(secret, "https://a", aud, now)
    }

    #[test]
    fn a_token_is_good_for_its_audience_until_it_ends() {
        let clock = ManualClock::new(Timestamp(1_795_000_000_000));
        let claims = claims(&clock);
        let token = sign("k1", KEY, &claims).unwrap();
        assert_eq!(read(&token).unwrap().kid, "k1");
        assert_eq!(prove(&token, KEY, "api", clock.now()), Some(claims));
        assert_eq!(prove(&token, KEY, "another", clock.now()), None);
        assert_eq!(prove(&token, b"another key", "api", clock.now()), None);
        assert!(read(&token).unwrap().prove(KEY, "https://b", "api", clock.now()).is_none());
        let early = clock.now().minus(Duration::from_secs(6));
        assert_eq!(prove(&token, KEY, "api", early), None, "made in the future");
        let last = clock.now().plus(Duration::from_secs(899));
        assert!(prove(&token, KEY, "api", last).is_some());
        assert_eq!(prove(&token, KEY, "api", last.plus(Duration::from_secs(1))), None);
    }

    #[test]
    fn one_header_is_read_and_no_other() {
        let clock = ManualClock::new(Timestamp(1_795_000_000_000));
        let token = sign("k1", KEY, &claims(&clock)).unwrap();
        let (_, rest) = token.split_once('.').unwrap();
        for header in [
            r#"{"alg":"none","typ":"JWT","kid":"k1"}"#,
            r#"{"alg":"None","typ":"JWT","kid":"k1"}"#,
            r#"{"alg":"RS256","typ":"JWT","kid":"k1"}"#,
            r#"{"alg":"HS512","typ":"JWT","kid":"k1"}"#,
            r#"{"alg":"HS256","typ":"JWT"}"#,
            r#"{"alg":"HS256","typ":"JWT","kid":"k1","jwk":{}}"#,
            r#"{"alg":"HS256","typ":"JWT","kid":"k1","crit":["x"]}"#,
            "[]",
        ] {
            let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
            assert!(read(&forged).is_none(), "{header}");
        }
        // a header of ours, but not the one that was signed
        let other = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT","kid":"k2"}"#);
        assert_eq!(prove(&format!("{other}.{rest}"), KEY, "api", clock.now()), None);
    }

    #[test]
    fn what_is_broken_is_refused() {
        let clock = ManualClock::new(Timestamp(1_795_000_000_000));
        let token = sign("k1", KEY, &claims(&clock)).unwrap();
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let broken = String::from_utf8(bytes).unwrap();
            // the last digit of base64 has bits that say nothing, and is refused when they are set
            assert_eq!(prove(&broken, KEY, "api", clock.now()), None, "{at}");
        }
        let unsigned = token.rsplit_once('.').unwrap().0;
        for broken in ["", ".", "..", "a.b.c", unsigned, &format!("{unsigned}."), &format!("{token}.")] {
            assert_eq!(prove(broken, KEY, "api", clock.now()), None, "{broken}");
        }
    }
}
