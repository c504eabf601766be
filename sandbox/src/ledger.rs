//! What the sandbox accepted and refused: the truth a test compares the sender's own books with.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::graph::GraphError;

/// One accepted send. It is never changed or removed afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// 1 for the first one accepted.
    pub seq: u64,
    /// The message id.
    pub wamid: String,
    /// The number it was sent from.
    pub phone_number_id: String,
    /// The recipient as Meta knows it: a `wa_id`, or a business-scoped user id.
    pub to: String,
    /// The recipient as it stood in the request.
    pub input: String,
    /// `template`, `text`, `image` …
    pub kind: String,
    /// The template's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The template's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// `biz_opaque_callback_data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opaque: Option<String>,
    /// Template parameters in the order header, body, buttons; of other kinds the text or caption.
    pub params: Vec<String>,
    /// The message quoted or answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// Of a message without template: the object named like its kind, as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Value>,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// A message the business has marked as read, and with it all before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadMark {
    /// The number it was sent to.
    pub phone_number_id: String,
    /// The customer's message.
    pub message_id: String,
    /// Whether the customer is shown that somebody is typing.
    pub typing: bool,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// One refused request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The number it was to be sent from.
    pub phone_number_id: String,
    /// The recipient, as far as it could be read.
    pub to: String,
    /// `biz_opaque_callback_data`.
    pub opaque: Option<String>,
    /// Meta's code; 0 for answers without one.
    pub code: u32,
    /// The HTTP status; 0 where the connection was closed.
    pub http_status: u16,
    /// What the answer said.
    pub details: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// How often things happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Calls of the messages endpoint, whatever became of them.
    pub requests: u64,
    /// Sends accepted.
    pub accepted: u64,
    /// Sends refused, by Meta's code (0: answered without one).
    pub refused: BTreeMap<u32, u64>,
    /// Sends cut off before they were accepted.
    pub dropped_before_accept: u64,
    /// Sends accepted whose caller got no answer, or an error.
    pub accepted_unanswered: u64,
    /// Messages marked as read by the business.
    pub marked_read: u64,
    /// How often the customer was shown that somebody is typing.
    #[serde(default)]
    pub typing: u64,
    /// Statuses the receiver acknowledged, by name; duplicates count.
    pub statuses: BTreeMap<String, u64>,
    /// Statuses nobody was told of.
    pub withheld: u64,
    /// Webhook POSTs acknowledged with 200.
    pub webhooks: u64,
    /// Webhook POSTs that failed and were, or will be, tried again.
    pub webhook_failures: u64,
    /// Statuses waiting for their time, their POST, or a retry.
    pub pending: u64,
}

/// Something accepted more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// What was the same.
    pub key: String,
    /// The messages accepted for it, in order.
    pub wamids: Vec<String>,
}

/// What makes two accepted sends the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameBy {
    /// The recipient.
    Recipient,
    /// The whole opaque data.
    Opaque,
    /// The opaque data up to the last such character: the message without the number of its attempt.
    OpaqueBefore(char),
}

impl SameBy {
    fn key(self, sent: &Accepted) -> Option<&str> {
        match self {
            Self::Recipient => Some(&sent.to),
            Self::Opaque => sent.opaque.as_deref(),
            Self::OpaqueBefore(mark) => {
                let opaque = sent.opaque.as_deref()?;
                Some(opaque.rsplit_once(mark).map_or(opaque, |(message, _)| message))
            }
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    accepted: Vec<Arc<Accepted>>,
    refused: VecDeque<Refused>,
    read: VecDeque<ReadMark>,
    counts: Counts,
    /// Goes on after a reset, because message ids are made from it.
    last_seq: u64,
}

impl Ledger {
    /// Books a send; `write` gets its sequence number.
    pub(crate) fn accept(&self, write: impl FnOnce(u64) -> Accepted) -> Arc<Accepted> {
        self.with(|books| {
            books.counts.accepted += 1;
            books.last_seq += 1;
            let sent = Arc::new(write(books.last_seq));
            books.accepted.push(Arc::clone(&sent));
            sent
        })
    }

    pub(crate) fn refuse(&self, refused: Refused, kept: usize) {
        self.with(|books| {
            *books.counts.refused.entry(refused.code).or_default() += 1;
            books.refused.push_back(refused);
            while books.refused.len() > kept {
                books.refused.pop_front();
            }
        });
    }

    /// Books a message marked as read; only the most recent ones are kept.
    pub(crate) fn mark_read(&self, mark: ReadMark) {
        const KEPT: usize = 10_000;
        self.with(|books| {
            books.counts.marked_read += 1;
            books.counts.typing += u64::from(mark.typing);
            books.read.push_back(mark);
            while books.read.len() > KEPT {
                books.read.pop_front();
            }
        });
    }

    pub(crate) fn read_marks(&self) -> Vec<ReadMark> {
        self.with(|books| books.read.iter().cloned().collect())
    }

    /// The send with this id; sought from the end, where one that is asked about usually is.
    pub(crate) fn find(&self, wamid: &str) -> Option<Arc<Accepted>> {
        self.with(|books| books.accepted.iter().rev().find(|sent| sent.wamid == wamid).cloned())
    }

    /// Changes the counters.
    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.with(|books| change(&mut books.counts));
    }

    pub(crate) fn counts(&self) -> Counts {
        self.with(|books| books.counts.clone())
    }

    pub(crate) fn refused(&self) -> Vec<Refused> {
        self.with(|books| books.refused.iter().cloned().collect())
    }

    /// Entries after `seq`, at most `limit`.
    pub(crate) fn page(&self, after: u64, limit: usize) -> Vec<Arc<Accepted>> {
        self.with(|books| {
            let from = books.accepted.partition_point(|sent| sent.seq <= after);
            books.accepted.iter().skip(from).take(limit).cloned().collect()
        })
    }

    pub(crate) fn duplicates(&self, same: SameBy) -> Vec<Duplicate> {
        let all = self.page(0, usize::MAX);
        let mut by_key: HashMap<&str, Vec<&str>> = HashMap::new();
        for sent in &all {
            if let Some(key) = same.key(sent) {
                by_key.entry(key).or_default().push(&sent.wamid);
            }
        }
        let mut found: Vec<_> = by_key
            .into_iter()
            .filter(|(_, wamids)| wamids.len() > 1)
            .map(|(key, wamids)| Duplicate {
                key: key.to_owned(),
                wamids: wamids.into_iter().map(str::to_owned).collect(),
            })
            .collect();
        found.sort_by(|a, b| a.key.cmp(&b.key));
        found
    }

    /// Forgets the entries and counts from zero; sequence numbers go on.
    pub(crate) fn clear(&self) {
        self.with(|books| *books = Books { last_seq: books.last_seq, ..Books::default() });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Books) -> T) -> T {
        work(&mut self.books.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Refused {
    pub(crate) fn from_error(error: &GraphError, phone_number_id: &str, at_ms: i64) -> Self {
        Self {
            phone_number_id: phone_number_id.to_owned(),
            to: String::new(),
            opaque: None,
            code: error.code,
            http_status: error.http_status,
            details: error.details.clone().unwrap_or_else(|| error.title.clone()),
            at_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(ledger: &Ledger, to: &str, opaque: &str) {
        ledger.accept(|seq| Accepted {
            seq,
            wamid: format!("wamid.{seq}"),
            phone_number_id: "1".into(),
            to: to.to_owned(),
            input: to.to_owned(),
            kind: "text".into(),
            template: None,
            language: None,
            opaque: Some(opaque.to_owned()),
            params: Vec::new(),
            context: None,
            content: None,
            at_ms: 0,
        });
    }

    #[test]
    fn duplicates_are_found_by_what_is_the_same() {
        let ledger = Ledger::default();
        book(&ledger, "49", "msg_a:1");
        book(&ledger, "50", "msg_b:1");
        book(&ledger, "50", "msg_a:2");
        assert_eq!(ledger.duplicates(SameBy::Opaque), []);
        let wamids = |found: &[Duplicate]| found.iter().flat_map(|d| d.wamids.clone()).collect::<Vec<_>>();
        assert_eq!(wamids(&ledger.duplicates(SameBy::Recipient)), ["wamid.2", "wamid.3"]);
        let by_message = ledger.duplicates(SameBy::OpaqueBefore(':'));
        assert_eq!(
            (by_message[0].key.as_str(), wamids(&by_message)),
            ("msg_a", vec!["wamid.1".into(), "wamid.3".into()])
        );
    }

    #[test]
    fn pages_follow_each_other_and_survive_a_reset() {
        let ledger = Ledger::default();
        (0..5).for_each(|n| book(&ledger, &n.to_string(), ""));
        let seqs = |after, limit| ledger.page(after, limit).iter().map(|s| s.seq).collect::<Vec<_>>();
        assert_eq!((seqs(0, 3), seqs(3, 3), seqs(5, 3)), (vec![1, 2, 3], vec![4, 5], vec![]));
        ledger.clear();
        book(&ledger, "9", "");
        assert_eq!(seqs(0, 9), [6]);
    }
}
