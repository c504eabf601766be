//! Takes values out of the map, and notes everything that is wrong with them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::super::components::card_key;
use super::super::placeholders::{Piece, pieces};
use super::{RenderError, Rendered, TooLong, Unusable, values};
use crate::senders::port::Meaning;

pub(super) struct Fill<'a> {
    values: &'a BTreeMap<String, String>,
    /// Stands before every key while a card is filled.
    prefix: String,
    used: BTreeSet<String>,
    error: RenderError,
}

impl<'a> Fill<'a> {
    pub(super) fn new(values: &'a BTreeMap<String, String>) -> Self {
        Self { values, prefix: String::new(), used: BTreeSet::new(), error: RenderError::default() }
    }

    pub(super) fn enter_card(&mut self, index: usize) {
        self.prefix = card_key(index, "");
    }

    pub(super) fn leave_card(&mut self) {
        self.prefix.clear();
    }

    /// The value for a key as it may stand in a text; empty, and noted, if there is none.
    pub(super) fn value(&mut self, key: &str) -> Cow<'a, str> {
        let raw = self.raw(key);
        clean(raw)
    }

    /// Whether there is a value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.values.get(&format!("{}{key}", self.prefix)).is_some_and(|value| !value.trim().is_empty())
    }

    /// The value for a key that may be left out.
    pub(super) fn optional(&mut self, key: &str, most: usize) -> Option<String> {
        if self.has(key) {
            return Some(self.short(key, most));
        }
        self.used.insert(format!("{}{key}", self.prefix));
        None
    }

    /// A value of at most so many characters.
    pub(super) fn short(&mut self, key: &str, most: usize) -> String {
        let value = self.value(key).into_owned();
        if value.chars().count() > most {
            self.unusable(key, format!("this can have {most} characters at most"));
        }
        value
    }

    /// A value that means something; `None`, and noted, if there is none or it does not.
    pub(super) fn parsed<T>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let raw = self.raw(key);
        if raw.is_empty() {
            return None;
        }
        match parse(raw) {
            Ok(value) => Some(value),
            Err(why) => {
                self.unusable(key, why);
                None
            }
        }
    }

    /// The same for a value that may be left out.
    pub(super) fn may_parse<T>(&mut self, key: &str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        if self.has(key) {
            return self.parsed(key, parse);
        }
        self.used.insert(format!("{}{key}", self.prefix));
        None
    }

    /// What the value of a gap is, if more than a text. Cards have texts only.
    pub(super) fn meaning(&mut self, name: &str) -> Option<Meaning> {
        if !self.prefix.is_empty() {
            return None;
        }
        let amount = self.may_parse(&format!("{name}.currency"), values::currency);
        let moment = self.may_parse(&format!("{name}.date_time"), values::date_time);
        if amount.is_some() && moment.is_some() {
            self.unusable(&format!("{name}.date_time"), "a value is an amount or a moment, not both".into());
        }
        amount.or(moment)
    }

    /// A text with its gaps filled.
    pub(super) fn text(&mut self, text: &str, key: impl Fn(&str) -> String) -> String {
        let mut filled = String::with_capacity(text.len() + 64);
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) | Piece::Broken(text) => filled.push_str(text),
                Piece::Variable(name) => filled.push_str(&self.value(&key(name))),
            }
        }
        filled
    }

    /// Notes a filled text that is too long.
    pub(super) fn length(&mut self, part: &str, text: &str, most: usize) {
        let length = text.chars().count();
        if length > most {
            let part = format!("{}{part}", self.prefix).trim_end_matches('.').to_owned();
            self.error.too_long.push(TooLong { part, length, most });
        }
    }

    pub(super) fn finish(mut self, rendered: Rendered) -> Result<Rendered, RenderError> {
        let extra = self.values.keys().filter(|key| !self.used.contains(*key)).cloned().collect();
        if self.error == RenderError::default() {
            return Ok(Rendered { extra, ..rendered });
        }
        self.error.extra = extra;
        Err(self.error)
    }

    fn raw(&mut self, key: &str) -> &'a str {
        let key = format!("{}{key}", self.prefix);
        let value = self.values.get(&key).map(|value| value.trim()).unwrap_or_default();
        if !self.used.contains(&key) {
            if clean(value).is_empty() {
                self.error.missing.push(key.clone());
            }
            self.used.insert(key);
        }
        value
    }

    fn unusable(&mut self, key: &str, why: String) {
        self.error.unusable.push(Unusable { key: format!("{}{key}", self.prefix), why });
    }
}

/// A value as it may be sent. Borrows when nothing has to change, which is nearly always.
pub(super) fn clean(value: &str) -> Cow<'_, str> {
    let value = value.trim();
    let forbidden = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if !value.contains(forbidden) && !value.contains("    ") {
        return Cow::Borrowed(value);
    }
    let mut cleaned = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(start) = rest.find(|c: char| c == ' ' || forbidden(c)) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c != ' ' && !forbidden(c)).unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        cleaned.push_str(before);
        cleaned.push_str(if run.len() < 4 && !run.contains(forbidden) { run } else { " " });
        rest = after;
    }
    cleaned.push_str(rest);
    match cleaned.trim() {
        trimmed if trimmed.len() == cleaned.len() => Cow::Owned(cleaned),
        trimmed => Cow::Owned(trimmed.to_owned()),
    }
}
