//! Passwords: which are taken, and Argon2id over them.
//!
//! Length is what is asked for, not kinds of characters. The few passwords everybody tries first are refused, and the
//! person's own address and name. A hash costs 19 MiB and some tens of milliseconds (OWASP's parameters); hashing runs
//! on threads of its own, a few at once, so that a crowd at the door neither stops the process nor fills its memory.

use super::email::EmailAddress;
use crate::error::{Error, Problem, Result};
use crate::secret::{ExposeSecret, SecretString};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// The fewest characters.
pub const SHORTEST: usize = 10;
/// The most characters: enough for any sentence, and not for keeping a processor busy.
pub const LONGEST: usize = 200;

/// Passwords of ten characters and more that stand in every attacker's list.
const COMMON: &str = include_str!("common_passwords.txt");

/// Hashes computed at once.
static HANDS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, |n| n.get().clamp(1, 8))));
/// Who waits longer than this for a hand is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// Verified when there is no such account, so that the time it takes tells nothing. Made once, from nothing known.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| hash_now(&crate::secret::random_token()).ok());

/// Says what is wrong with a new password; nothing when it is taken.
pub fn check(field: &str, password: &SecretString, email: &EmailAddress, name: &str) -> Vec<Problem> {
    let text = normal(password);
    let length = text.chars().count();
    let plain = text.to_lowercase();
    let problem = |code, message: &str| vec![Problem::new(field, code, message)];
    if length < SHORTEST {
        return problem("password_too_short", "use at least 10 characters; a few words are easy to remember");
    }
    if length > LONGEST {
        return problem("password_too_long", "use at most 200 characters");
    }
    let name = name.trim().to_lowercase();
    let own = [email.as_str(), email.local(), &name];
    if own.iter().any(|own| !own.is_empty() && (plain == *own || plain == own.repeat(2))) {
        return problem("password_is_name", "your address or name is the first thing others try");
    }
    let mut letters: Vec<char> = plain.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 3 || COMMON.lines().any(|common| common == plain) {
        return problem("password_common", "this is one of the passwords everybody tries first");
    }
    Vec::new()
}

/// The same password whichever keyboard it was typed on.
fn normal(password: &SecretString) -> String {
    password.expose_secret().nfkc().collect()
}

fn hash_now(text: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(text.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| Error::internal(format!("hashing a password: {error}")))
}

fn verify_now(text: &str, hash: &str) -> bool {
    let parsed = PasswordHash::new(hash);
    parsed.is_ok_and(|parsed| Argon2::default().verify_password(text.as_bytes(), &parsed).is_ok())
}

/// Runs `work` on a thread of its own, when there is a hand for it.
async fn at_hand<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let hand = tokio::time::timeout(PATIENCE, HANDS.acquire()).await;
    let busy = |why: &str| Error::Unavailable { what: "signing in", source: why.into() };
    let _hand = hand.map_err(|_| busy("too many passwords to hash"))?.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

/// Hashes a password for its row.
pub async fn hash(password: &SecretString) -> Result<String> {
    let text = SecretString::from(normal(password));
    at_hand(move || hash_now(text.expose_secret())).await?
}

/// Compares a password with a row's hash; without a row the answer is no, after the same work.
pub async fn verify(password: &SecretString, hash: Option<&str>) -> Result<bool> {
    // nobody has one so long, and hashing it would be free work for a stranger
    if password.expose_secret().len() > 4 * LONGEST {
        return Ok(false);
    }
    let (text, hash) = (SecretString::from(normal(password)), hash.map(str::to_string));
    at_hand(move || {
        // made by whoever comes first, with an account or without
        let nobody = NOBODY.clone().unwrap_or_default();
        verify_now(text.expose_secret(), hash.as_ref().unwrap_or(&nobody)) && hash.is_some()
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> Option<&'static str> {
        let email = EmailAddress::read("asha.patel@example.com").unwrap();
        let problems = check("password", &SecretString::from(password), &email, "Asha Patel-Khan");
        problems.first().map(|problem| problem.code)
    }

    #[test]
    fn length_counts_and_what_everybody_tries_is_refused() {
        for (password, code) in [
            ("too short", Some("password_too_short")),
            ("Asha.Patel@example.com", Some("password_is_name")),
            ("asha.patel", Some("password_is_name")),
            ("asha patel-khan", Some("password_is_name")),
            ("Password123", Some("password_common")),
            ("ｐａｓｓｗｏｒｄ１２３", Some("password_common")), // full-width
            ("aaaaaaaaaaaa", Some("password_common")),
            ("1212121212", Some("password_common")),
            ("drei gelbe Fahrräder", None),
            ("correct horse battery", None),
        ] {
            assert_eq!(refused(password), code, "{password}");
        }
        assert_eq!(refused(&"ab c".repeat(51)), Some("password_too_long"));
    }

    #[test]
    fn every_common_password_is_long_enough_to_matter() {
        for line in COMMON.lines() {
            assert!(line.chars().count() >= SHORTEST && line == line.to_lowercase(), "{line}");
        }
    }

    #[tokio::test]
    async fn a_hash_is_argon2id_and_fits_its_password_only() {
        let hash = hash(&SecretString::from("drei gelbe Fahrräder")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let verify = async |text: &str, hash| verify(&SecretString::from(text), hash).await.unwrap();
        assert!(verify("drei gelbe Fahrräder", Some(&hash)).await);
        assert!(verify("drei gelbe Fahrra\u{308}der", Some(&hash)).await, "however the ä was typed");
        assert!(!verify("drei gelbe Fahrrader", Some(&hash)).await);
        assert!(!verify("drei gelbe Fahrräder", None).await);
    }
}
