//! Where a message stands, and the one way its standing changes: by facts.
//!
//! Facts arrive late, twice, in any order, and about attempts that are over. So a standing is a set of facts (each with
//! the earliest moment it was reported for) and the status is computed from them; adding facts commutes, and the same
//! facts always end in the same standing. Only two things are not facts: decisions of ours (claim, cancel, hold,
//! resend), made by compare-and-set elsewhere, and the number of the current attempt.

use super::policy::Verdict;
use crate::clock::Timestamp;
use crate::words::words;

words! {
    /// Where a message stands. `docs/states.md` draws the ways between them.
    pub enum MessageStatus {
        /// A recipient of a campaign that was not launched yet.
        Planned = "planned",
        /// To be sent; waits for the feeder.
        Pending = "pending",
        /// Handed to the queue, until its lease ends.
        Queued = "queued",
        /// Claimed by a worker that is asking the provider right now.
        Sending = "sending",
        /// The provider took it. People are shown "sent".
        Accepted = "accepted",
        /// It left the provider.
        Sent = "sent",
        /// It reached a device.
        Delivered = "delivered",
        /// It was read.
        Read = "read",
        /// Will be tried again, not before `next_attempt_at`.
        Held = "held",
        /// It may or may not have been sent; a status or the policy decides.
        Unknown = "unknown",
        /// It will not arrive.
        Failed = "failed",
        /// It was never sent, for a reason known beforehand.
        Skipped = "skipped",
        /// The person stopped marketing messages.
        OptedOut = "opted_out",
        /// The campaign was cancelled before it was sent.
        Cancelled = "cancelled",
        /// Inbound.
        Received = "received",
    }
}

/// Why an accepted message has not left the provider: it waits for the template to be judged.
pub const HELD_FOR_QUALITY: &str = "held_for_quality";

impl MessageStatus {
    /// True while something is still to be done by us.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Pending | Self::Queued | Self::Sending | Self::Held)
    }

    /// Decided by us; only proof of delivery changes it.
    fn is_decided(self) -> bool {
        matches!(self, Self::Planned | Self::Skipped | Self::Cancelled | Self::Received)
    }
}

/// What was learned about one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The provider took it.
    Accepted,
    /// It left the provider.
    Sent,
    /// It reached a device.
    Delivered,
    /// It was read or played.
    Read,
    /// It failed; what follows is the policy's verdict.
    Failed {
        /// The provider's code.
        code: i32,
        /// The provider's title.
        title: String,
        /// More, for operators.
        detail: Option<String>,
        /// What the policy makes of it.
        verdict: Verdict,
    },
    /// It may or may not have been sent.
    Ambiguous {
        /// What happened.
        why: String,
    },
    /// It was certainly not sent: the request never reached the provider.
    NotSent {
        /// What happened.
        why: String,
        /// Not before this moment.
        again_at: Timestamp,
    },
}

/// A fact with its attempt and its moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// About which attempt, from 1.
    pub attempt: i32,
    /// When it happened.
    pub at: Timestamp,
    /// The provider's id of the attempt, where told.
    pub wamid: Option<String>,
    /// What happened.
    pub fact: Fact,
}

/// The part of a message's row that facts change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of messages::entity::Model, described there")]
pub struct Standing {
    pub status: MessageStatus,
    pub attempt: i32,
    pub reason: Option<String>,
    pub code: Option<i32>,
    pub error_title: Option<String>,
    pub error_detail: Option<String>,
    pub wamid: Option<String>,
    pub next_attempt_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub sent_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub read_at: Option<Timestamp>,
    pub failed_at: Option<Timestamp>,
    pub unknown_at: Option<Timestamp>,
    pub decided_at: Option<Timestamp>,
}

impl Standing {
    /// Adds a fact. Reports of earlier attempts only count as proof of delivery: a late failure of attempt 1 cannot
    /// fail attempt 2, but a late delivery of attempt 1 ends all retries.
    ///
    /// True when the standing changed.
    pub fn add(&mut self, report: &Report) -> bool {
        let before = self.clone();
        if report.attempt == self.attempt {
            self.add_current(report);
        } else if report.attempt < self.attempt {
            self.add_proof(report);
        }
        *self != before
    }

    /// Notes that the provider took it but holds it back, which only matters until it has left.
    pub(super) fn held_for_quality(&mut self) {
        if self.status == MessageStatus::Accepted {
            self.reason = Some(HELD_FOR_QUALITY.to_string());
        }
    }

    fn add_current(&mut self, report: &Report) {
        if self.wamid.is_none() {
            self.wamid.clone_from(&report.wamid);
        }
        match &report.fact {
            Fact::Accepted => earliest(&mut self.accepted_at, report.at),
            Fact::Sent => earliest(&mut self.sent_at, report.at),
            Fact::Delivered | Fact::Read => return self.add_proof(report),
            Fact::Failed { code, title, detail, verdict } => {
                // of two failures of one attempt the earlier counts, and of two at one moment the smaller code
                let known = self.failed_at.map(|at| (at, self.code.unwrap_or(i32::MAX)));
                if known.is_none_or(|known| (report.at, *code) < known) {
                    self.failed_at = Some(report.at);
                    self.code = Some(*code);
                    self.error_title = Some(title.clone());
                    self.error_detail.clone_from(detail);
                    return self.settle(Some(verdict));
                }
            }
            Fact::Ambiguous { why } => {
                earliest(&mut self.unknown_at, report.at);
                if self.failed_at.is_none() && self.error_title.is_none() {
                    self.error_title = Some(why.clone());
                }
            }
            Fact::NotSent { why, again_at } => {
                if self.status == MessageStatus::Sending && !self.has_facts() {
                    self.status = MessageStatus::Pending;
                    self.next_attempt_at = Some(*again_at);
                    self.error_title = Some(why.clone());
                }
            }
        }
        self.settle(None);
    }

    fn add_proof(&mut self, report: &Report) {
        match report.fact {
            Fact::Read => earliest(&mut self.read_at, report.at),
            Fact::Delivered => earliest(&mut self.delivered_at, report.at),
            _ => return,
        }
        self.settle(None);
    }

    fn has_facts(&self) -> bool {
        [self.accepted_at, self.sent_at, self.delivered_at, self.read_at, self.failed_at]
            .iter()
            .any(Option::is_some)
    }

    /// Computes the status from the facts. `verdict` is given when a new failure was just added.
    fn settle(&mut self, verdict: Option<&Verdict>) {
        use MessageStatus::{
            Accepted, Delivered, Failed, Held, OptedOut, Pending, Queued, Read, Sending, Sent, Unknown,
        };
        if self.read_at.is_some() || self.delivered_at.is_some() {
            self.status = if self.read_at.is_some() { Read } else { Delivered };
            (self.next_attempt_at, self.reason) = (None, None);
        } else if self.status.is_decided() {
            // our decision stands
        } else if let Some(verdict) = verdict {
            match verdict {
                Verdict::Hold { until, reason } => {
                    self.status = Held;
                    self.next_attempt_at = Some(*until);
                    self.reason = Some((*reason).to_string());
                }
                Verdict::Fail => (self.status, self.next_attempt_at, self.reason) = (Failed, None, None),
                Verdict::OptOut => (self.status, self.next_attempt_at, self.reason) = (OptedOut, None, None),
            }
        } else if self.failed_at.is_some() {
            // what the verdict made of it, or what was done about it since
        } else if self.sent_at.is_some() || self.accepted_at.is_some() {
            self.status = if self.sent_at.is_some() { Sent } else { Accepted };
            (self.next_attempt_at, self.reason) = (None, None);
        } else if self.unknown_at.is_some() && matches!(self.status, Sending | Unknown) {
            self.status = Unknown;
        } else {
            debug_assert!(matches!(
                self.status,
                Pending | Queued | Sending | Held | Unknown | Failed | OptedOut
            ));
        }
    }
}

fn earliest(known: &mut Option<Timestamp>, at: Timestamp) {
    *known = Some(known.map_or(at, |k| k.min(at)));
}

#[cfg(test)]
mod tests;
