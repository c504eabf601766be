//! How often somebody may try to sign in.
//!
//! Three counts: by address, whomever is tried; by account and address; and by account over all addresses it never
//! signed in from. The last one stops a thousand machines that share one account's guesses, and cannot be used to lock
//! the person out: where they signed in from before, it does not count.

use super::Visitor;
use crate::context::Services;
use crate::error::{Error, Result};
use crate::ratelimit::throttle::{Counted, Quota, throttle};
use std::net::IpAddr;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// Tries at signing in from one address, whomever is tried.
const ADDRESS: Quota = Quota { name: "sign-in address", requests: 60, window: Duration::from_secs(600) };
/// Tries at one account from one address.
const PAIR: Quota =
    Quota { name: "sign-in account and address", requests: 10, window: Duration::from_secs(600) };
/// Tries at one account from addresses it never signed in from.
const STRANGERS: Quota = Quota { name: "sign-in account", requests: 30, window: HOUR };
/// Organizations made from one address.
const REGISTRATIONS: Quota = Quota { name: "registrations", requests: 10, window: HOUR };
/// Emails one account has sent to itself.
const EMAILS: Quota = Quota { name: "emails of an account", requests: 5, window: HOUR };
/// Emails asked for from one address.
const EMAILS_FROM: Quota = Quota { name: "emails from an address", requests: 20, window: HOUR };
/// Tokens tried from one address: refreshing and links of emails.
const TOKENS: Quota = Quota { name: "tokens", requests: 120, window: MINUTE };

/// A network as far as it is one household's: an IPv6 customer has a whole /64 to choose addresses from.
pub(super) fn network(visitor: &Visitor) -> String {
    match visitor.address.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        None => "nowhere".into(),
    }
}

/// One try at an account; asked before anything is looked up.
pub(super) async fn sign_in(services: &Services, visitor: &Visitor, account: &str) -> Result<()> {
    let from = network(visitor);
    ask(services, &[ADDRESS.of(&from), PAIR.of(format!("{account} {from}"))]).await
}

/// The same from where the account never signed in, or at an account there is none of.
pub(super) async fn stranger(services: &Services, account: &str) -> Result<()> {
    ask(services, &[STRANGERS.of(account)]).await
}

/// One try to prove a password again, by somebody who is signed in.
pub(super) async fn prove_again(services: &Services, account: &str) -> Result<()> {
    ask(services, &[PAIR.of(format!("{account} signed in"))]).await
}

/// One new organization, and the email that follows.
pub(super) async fn registration(services: &Services, visitor: &Visitor, account: &str) -> Result<()> {
    ask(services, &[REGISTRATIONS.of(network(visitor)), EMAILS.of(account)]).await
}

/// One email to an account, whether there is one or not.
pub(super) async fn email(services: &Services, visitor: &Visitor, account: &str) -> Result<()> {
    ask(services, &[EMAILS_FROM.of(network(visitor)), EMAILS.of(account)]).await
}

/// One token that might be guessed.
pub(super) async fn token(services: &Services, visitor: &Visitor) -> Result<()> {
    ask(services, &[TOKENS.of(network(visitor))]).await
}

async fn ask(services: &Services, counted: &[Counted]) -> Result<()> {
    let allowance = throttle(&services.limiter, counted).await;
    if allowance.granted { Ok(()) } else { Err(Error::TooOften(allowance)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_network() {
        let at = |text: &str| network(&Visitor::new(text.parse().ok(), None, None));
        assert_eq!(at("203.0.113.7"), "203.0.113.7");
        assert_eq!(at("::ffff:203.0.113.7"), "203.0.113.7");
        assert_eq!(at("2001:db8:1:2:3:4:5:6"), at("2001:db8:1:2::1"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
    }
}
