//! Which sends a rule or a gate is about.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::roll::Roll;

/// Which sends a rule or a gate is about; every condition that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// Calls of this kind instead of sends: `media`, `message_templates`, `phone_numbers`, `object` (`GET /{id}`) …
    /// Of the conditions below only the counting ones matter then.
    pub endpoint: Option<String>,
    /// Exactly this recipient (digits only).
    pub to: Option<String>,
    /// Recipients starting with these digits.
    pub to_prefix: Option<String>,
    /// Recipients ending in these digits.
    pub to_suffix: Option<String>,
    /// Sends from this number.
    pub phone_number_id: Option<String>,
    /// Sends of this template.
    pub template: Option<String>,
    /// Every Nth of the sends the conditions above let through.
    pub every_nth: Option<u64>,
    /// This share of them (0 to 100), drawn from the seed, the recipient and the opaque data.
    pub percent: Option<f64>,
    /// Let the first so many through.
    pub skip_first: u64,
    /// Match at most so many.
    pub limit: Option<u64>,
}

impl Match {
    /// Every send.
    pub fn all() -> Self {
        Self::default()
    }

    /// Sends to one recipient.
    pub fn to(recipient: impl Into<String>) -> Self {
        Self { to: Some(recipient.into()), ..Self::default() }
    }

    /// Sends to recipients ending in these digits.
    pub fn suffix(digits: impl Into<String>) -> Self {
        Self { to_suffix: Some(digits.into()), ..Self::default() }
    }

    /// The same, but at most `hits` times.
    #[must_use]
    pub fn first(mut self, hits: u64) -> Self {
        self.limit = Some(hits);
        self
    }
}

/// What a matcher is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) endpoint: &'a str,
    pub(crate) to: &'a str,
    pub(crate) phone_number_id: &'a str,
    pub(crate) template: Option<&'a str>,
    pub(crate) opaque: Option<&'a str>,
    pub(crate) seed: u64,
}

/// A [`Match`] with its counters.
#[derive(Debug)]
pub(crate) struct Matcher {
    pub(crate) when: Match,
    salt: String,
    /// Sends seen (for `every_nth` and `skip_first`) and matched (for `limit`); one lock, so that the limit is exact.
    counters: Mutex<(u64, u64)>,
}

impl Matcher {
    pub(crate) fn new(when: Match, id: u64) -> Self {
        Self { when, salt: id.to_string(), counters: Mutex::default() }
    }

    pub(crate) fn hits(&self) -> u64 {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    pub(crate) fn matches(&self, subject: Subject<'_>) -> bool {
        let is =
            |wanted: &Option<String>, got: Option<&str>| wanted.as_deref().is_none_or(|w| Some(w) == got);
        let when = &self.when;
        if when.endpoint.as_deref().unwrap_or("messages") != subject.endpoint
            || !is(&when.to, Some(subject.to))
            || !is(&when.phone_number_id, Some(subject.phone_number_id))
            || !is(&when.template, subject.template)
            || when.to_prefix.as_deref().is_some_and(|p| !subject.to.starts_with(p))
            || when.to_suffix.as_deref().is_some_and(|s| !subject.to.ends_with(s))
        {
            return false;
        }
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters.0 += 1;
        let seen = counters.0;
        if seen <= when.skip_first || when.limit.is_some_and(|limit| counters.1 >= limit) {
            return false;
        }
        if when.every_nth.is_some_and(|n| !(seen - when.skip_first).is_multiple_of(n.max(1))) {
            return false;
        }
        if let Some(percent) = when.percent {
            // Without opaque data a second try at the same recipient would meet the same fate for ever.
            let turn = subject.opaque.map_or_else(|| seen.to_string(), str::to_owned);
            if !Roll::new(subject.seed, &[&self.salt, subject.to, &turn]).chance(percent / 100.0) {
                return false;
            }
        }
        counters.1 += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(to: &str) -> Subject<'_> {
        Subject {
            endpoint: "messages",
            to,
            phone_number_id: "1",
            template: Some("welcome"),
            opaque: None,
            seed: 3,
        }
    }

    fn hits(when: Match) -> Vec<usize> {
        let matcher = Matcher::new(when, 1);
        (0..12).filter(|n| matcher.matches(subject(&format!("4917012340{n:02}")))).collect()
    }

    #[test]
    fn conditions_match_what_they_say() {
        assert_eq!(hits(Match::to("491701234003")), [3]);
        assert_eq!(hits(Match::suffix("1")), [1, 11]);
        assert_eq!(hits(Match { to_prefix: Some("4917012340".into()), ..Match::all() }).len(), 12);
        assert_eq!(hits(Match { template: Some("other".into()), ..Match::all() }), Vec::<usize>::new());
        assert_eq!(hits(Match { phone_number_id: Some("2".into()), ..Match::all() }), Vec::<usize>::new());
        assert_eq!(hits(Match { every_nth: Some(5), ..Match::all() }), [4, 9]);
        assert_eq!(hits(Match { skip_first: 10, ..Match::all() }), [10, 11]);
        assert_eq!(hits(Match::all().first(2)), [0, 1]);
        assert_eq!(hits(Match { percent: Some(100.0), ..Match::all() }).len(), 12);
        assert_eq!(hits(Match { percent: Some(0.0), ..Match::all() }).len(), 0);
    }
}
