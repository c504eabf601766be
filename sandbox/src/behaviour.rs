//! Rules: which sends are to go wrong, and how.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    graph::error_table::{ErrorPhase, error_row},
    matcher::{Match, Matcher, Subject},
    statuses::StatusProfile,
};

/// What happens to a send a rule matches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Behaviour {
    /// Refused at once with this code.
    Refuse {
        /// Meta's code.
        code: u32,
        /// An HTTP status other than the table's.
        #[serde(default)]
        http_status: Option<u16>,
    },
    /// Accepted, then reported as failed with this code.
    FailLater {
        /// Meta's code.
        code: u32,
        /// How long after acceptance.
        #[serde(default)]
        after_ms: u64,
        /// Whether `sent` is reported before.
        #[serde(default)]
        sent_first: bool,
    },
    /// Takes longer; other rules still apply.
    Latency {
        /// How much longer.
        ms: u64,
        /// Whether the message is accepted before the wait rather than after it.
        #[serde(default)]
        after_accept: bool,
    },
    /// Never answered, until the caller gives up.
    Timeout {
        /// Whether the message is accepted nevertheless.
        accepted: bool,
    },
    /// Accepted, statuses follow, but the connection is closed without an answer.
    AcceptThenDrop,
    /// Not accepted, the connection is closed without an answer.
    DropBeforeAccept,
    /// Not accepted, answered with this HTTP status and a body that is not Meta's envelope.
    ErrorBeforeAccept {
        /// The HTTP status.
        http_status: u16,
    },
    /// Accepted, statuses follow, but the answer is an error.
    ErrorAfterAccept {
        /// The HTTP status.
        http_status: u16,
        /// Meta's code in the envelope.
        code: u32,
    },
    /// Accepted, but held to see how people like the template (pacing): later it goes its way, or fails with 132015
    /// and the template is paused.
    HeldForQuality {
        /// How long it is held.
        after_ms: u64,
        /// Whether people did not like it.
        fails: bool,
    },
    /// Accepted, and nothing is ever heard of it again.
    Silent,
    /// Accepted and delivered, but no webhook is posted about it; its statuses are counted as withheld.
    NoWebhook,
    /// Accepted, with statuses of its own.
    Statuses {
        /// How they come.
        profile: StatusProfile,
    },
}

impl Behaviour {
    /// Whether nothing reaches the recipient.
    pub(crate) fn refuses(&self) -> bool {
        matches!(
            self,
            Self::Refuse { .. }
                | Self::FailLater { .. }
                | Self::DropBeforeAccept
                | Self::ErrorBeforeAccept { .. }
                | Self::Timeout { accepted: false }
        )
    }
}

/// A condition and its consequence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Which sends.
    #[serde(default)]
    pub when: Match,
    /// What happens to them.
    pub then: Behaviour,
}

impl Rule {
    /// A rule.
    pub fn new(when: Match, then: Behaviour) -> Self {
        Self { when, then }
    }
}

/// A rule with how often it has matched.
#[derive(Debug, Clone, Serialize)]
pub struct RuleReport {
    /// Names the rule in `remove_rule`.
    pub id: u64,
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// How many sends it decided.
    pub hits: u64,
}

/// What the rules say about one send.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    pub(crate) latency_before: Duration,
    pub(crate) latency_after: Duration,
    pub(crate) verdict: Option<Behaviour>,
}

#[derive(Debug)]
struct LiveRule {
    id: u64,
    then: Behaviour,
    when: Matcher,
}

/// All rules, in the order they were added.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    next_id: AtomicU64,
    live: RwLock<Vec<Arc<LiveRule>>>,
}

impl Rules {
    pub(crate) fn add(&self, rule: Rule) -> u64 {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed) + 1;
        let live = LiveRule { id, then: rule.then, when: Matcher::new(rule.when, id) };
        self.live.write().unwrap_or_else(PoisonError::into_inner).push(Arc::new(live));
        id
    }

    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        let before = live.len();
        live.retain(|rule| rule.id != id);
        live.len() < before
    }

    pub(crate) fn clear(&self) {
        self.live.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn report(&self) -> Vec<RuleReport> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        let report = |rule: &Arc<LiveRule>| RuleReport {
            id: rule.id,
            rule: Rule::new(rule.when.when.clone(), rule.then.clone()),
            hits: rule.when.hits(),
        };
        live.iter().map(report).collect()
    }

    /// Latencies add up; of everything else the first rule that matches decides.
    pub(crate) fn decide(&self, subject: Subject<'_>, magic_numbers: bool) -> Decision {
        let mut decision = Decision::default();
        for rule in self.live.read().unwrap_or_else(PoisonError::into_inner).iter() {
            match &rule.then {
                Behaviour::Latency { ms, after_accept } if rule.when.matches(subject) => {
                    let wait = Duration::from_millis(*ms);
                    let slot = if *after_accept {
                        &mut decision.latency_after
                    } else {
                        &mut decision.latency_before
                    };
                    *slot += wait;
                }
                Behaviour::Latency { .. } => {}
                other if decision.verdict.is_none() && rule.when.matches(subject) => {
                    decision.verdict = Some(other.clone());
                }
                _ => {}
            }
        }
        if decision.verdict.is_none() && magic_numbers {
            decision.verdict = magic(subject.to);
        }
        decision
    }
}

/// The fate a number ending in a known six-digit code asks for.
fn magic(to: &str) -> Option<Behaviour> {
    let code: u32 = to.get(to.len().checked_sub(6)?..)?.parse().ok()?;
    let row = error_row(code).filter(|row| row.code >= 130_000)?;
    Some(match row.phase {
        ErrorPhase::Sync => Behaviour::Refuse { code, http_status: None },
        // The rate codes can come either way; what people want to see is the refusal.
        ErrorPhase::Both if matches!(code, 130_429 | 131_056) => {
            Behaviour::Refuse { code, http_status: None }
        }
        _ => Behaviour::FailLater { code, after_ms: 0, sent_first: false },
    })
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

    #[test]
    fn latencies_add_up_and_the_first_verdict_wins() {
        let rules = Rules::default();
        rules.add(Rule::new(Match::all(), Behaviour::Latency { ms: 5, after_accept: false }));
        rules.add(Rule::new(Match::all().first(1), Behaviour::Silent));
        rules.add(Rule::new(Match::all(), Behaviour::Latency { ms: 7, after_accept: false }));
        let last = rules.add(Rule::new(Match::all(), Behaviour::AcceptThenDrop));
        let first = rules.decide(subject("1"), false);
        assert_eq!(
            (first.latency_before, first.verdict),
            (Duration::from_millis(12), Some(Behaviour::Silent))
        );
        assert_eq!(rules.decide(subject("1"), false).verdict, Some(Behaviour::AcceptThenDrop));
        assert!(rules.remove(last));
        assert_eq!(rules.decide(subject("1"), false).verdict, None);
        assert_eq!(rules.report().iter().map(|r| r.hits).collect::<Vec<_>>(), [3, 1, 3]);
    }

    #[test]
    fn magic_numbers_carry_their_code() {
        assert_eq!(
            magic("15550131026"),
            Some(Behaviour::FailLater { code: 131_026, after_ms: 0, sent_first: false })
        );
        assert_eq!(magic("15550130429"), Some(Behaviour::Refuse { code: 130_429, http_status: None }));
        assert_eq!(magic("15550000100"), None);
        assert_eq!(magic("1"), None);
    }

    #[test]
    fn rules_read_from_json() {
        let rule: Rule = serde_json::from_str(
            r#"{"when": {"to_suffix": "7", "limit": 3}, "then": {"do": "refuse", "code": 131031}}"#,
        )
        .unwrap();
        assert_eq!(
            rule,
            Rule::new(Match::suffix("7").first(3), Behaviour::Refuse { code: 131_031, http_status: None })
        );
        assert!(serde_json::from_str::<Match>(r#"{"typo": 1}"#).is_err());
    }
}
