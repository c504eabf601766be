//! Collects what is wrong with a content, all of it at once.

use crate::clock::Timestamp;
use crate::error::Problem;
use std::collections::HashSet;
use std::hash::Hash;

/// At most so many problems are told at once.
const MOST: usize = 100;
/// Longest address. No limit of the provider's is known for most of them; nobody needs more.
const LONGEST_URL: usize = 2_000;

/// What was found wrong so far.
#[derive(Debug)]
pub struct Faults {
    pub(super) now: Timestamp,
    problems: Vec<Problem>,
}

impl Faults {
    /// Nothing yet, at this moment.
    pub fn at(now: Timestamp) -> Self {
        Self { now, problems: Vec::new() }
    }

    /// Everything found.
    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Something is wrong with a field.
    pub fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        if self.problems.len() < MOST {
            self.problems.push(Problem::new(field, code, message));
        }
    }

    /// A text says something, in at most `most` characters.
    pub(super) fn text(&mut self, field: String, text: &str, most: usize) {
        let length = text.chars().count();
        if text.trim().is_empty() {
            self.add(field, "too_short", "at least one character is needed");
        } else if length > most {
            self.add(
                field,
                "too_long",
                format!("at most {most} characters are allowed here, this has {length}"),
            );
        }
    }

    /// A text that may be left out.
    pub(super) fn optional(&mut self, field: String, text: Option<&str>, most: usize) {
        if let Some(text) = text {
            self.text(field, text, most);
        }
    }

    /// A list has so many items.
    pub(super) fn count(&mut self, field: String, n: usize, least: usize, most: usize) {
        if n < least {
            self.add(field, "too_few", format!("at least {least} must be given"));
        } else if n > most {
            self.add(field, "too_many", format!("at most {most} are allowed, {n} were given"));
        }
    }

    /// No two are the same: a tap could not be told from another.
    pub(super) fn unique<T: Eq + Hash>(&mut self, what: &str, of: impl IntoIterator<Item = (String, T)>) {
        let mut seen = HashSet::new();
        for (field, value) in of {
            if !seen.insert(value) {
                self.add(field, "duplicate", format!("every {what} must be different from the others"));
            }
        }
    }

    /// An address of the web. The provider or the person's phone opens it, never we.
    pub(super) fn url(&mut self, field: String, url: &str) {
        let parsed = reqwest::Url::parse(url).ok().filter(|parsed| parsed.has_host());
        if url.len() > LONGEST_URL {
            self.add(field, "too_long", format!("an address has at most {LONGEST_URL} characters"));
        } else if !parsed.is_some_and(|parsed| matches!(parsed.scheme(), "http" | "https")) {
            self.add(field, "invalid_url", "must be an address beginning with https:// or http://");
        }
    }
}
