//! Gates: hold sends at a known point, so that a test can kill somebody at exactly that moment.

use std::sync::{
    Arc, Mutex, PoisonError, Weak,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, watch};

use crate::matcher::{Match, Matcher, Subject};

/// Where a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateAt {
    /// Before the message is accepted: who is cut off here has sent nothing.
    BeforeAccept,
    /// After it is accepted and before the answer: who is cut off here cannot know.
    BeforeAnswer,
}

/// Which sends are held, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateRule {
    /// Which sends.
    #[serde(default)]
    pub when: Match,
    /// Where they are held.
    pub at: GateAt,
}

/// A gate that stands; it stays until it is opened for good.
#[derive(Debug, Clone)]
pub struct Gate {
    inner: Arc<GateInner>,
}

/// How things stand at one gate.
#[derive(Debug, Clone, Serialize)]
pub struct GateReport {
    /// Names the gate over HTTP.
    pub id: u64,
    /// Requests held now.
    pub waiting: usize,
    /// Requests that ever came to it.
    pub arrived: usize,
    /// Where it stands.
    pub at: GateAt,
}

#[derive(Debug)]
struct GateInner {
    id: u64,
    at: GateAt,
    when: Matcher,
    /// (held now, ever arrived).
    counts: watch::Sender<(usize, usize)>,
    /// Closed when the gate is opened for good.
    passes: Semaphore,
    /// Weak, because the list owns the gate.
    gates: Weak<Mutex<Vec<Gate>>>,
}

impl Gate {
    /// Its name over HTTP.
    pub fn id(&self) -> u64 {
        self.inner.id
    }

    /// How many requests are held right now. A caller that hangs up is no longer held.
    pub fn waiting(&self) -> usize {
        self.inner.counts.borrow().0
    }

    /// How many requests ever came to the gate.
    pub fn arrived(&self) -> usize {
        self.inner.counts.borrow().1
    }

    /// Waits until at least `requests` are held at the same time.
    pub async fn wait_for(&self, requests: usize) {
        // The sender lives in self, so this cannot end early.
        let _ = self.inner.counts.subscribe().wait_for(|(waiting, _)| *waiting >= requests).await;
    }

    /// Lets so many of the held (or the next to come) through.
    pub fn release_some(&self, requests: usize) {
        self.inner.passes.add_permits(requests);
    }

    /// Opens the gate for good: everybody held goes on, nobody is held any more.
    pub fn release(&self) {
        self.inner.passes.close();
        if let Some(gates) = self.inner.gates.upgrade() {
            gates.lock().unwrap_or_else(PoisonError::into_inner).retain(|gate| gate.id() != self.id());
        }
    }

    pub(crate) fn report(&self) -> GateReport {
        let (waiting, arrived) = *self.inner.counts.borrow();
        GateReport { id: self.id(), waiting, arrived, at: self.inner.at }
    }

    async fn pass(&self) {
        self.inner.counts.send_modify(|counts| *counts = (counts.0 + 1, counts.1 + 1));
        let _held = Held(&self.inner.counts);
        if let Ok(permit) = self.inner.passes.acquire().await {
            permit.forget();
        }
    }
}

/// Counts a request out of the gate, also when its caller hangs up and the future is dropped.
struct Held<'a>(&'a watch::Sender<(usize, usize)>);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|counts| counts.0 -= 1);
    }
}

/// All gates that stand.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    next_id: AtomicU64,
    standing: Arc<Mutex<Vec<Gate>>>,
    /// Lets the usual case, no gate ever, skip the lock.
    any: AtomicBool,
}

impl Gates {
    pub(crate) fn add(&self, rule: GateRule) -> Gate {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed) + 1;
        let gate = Gate {
            inner: Arc::new(GateInner {
                id,
                at: rule.at,
                when: Matcher::new(rule.when, id),
                counts: watch::Sender::new((0, 0)),
                passes: Semaphore::new(0),
                gates: Arc::downgrade(&self.standing),
            }),
        };
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).push(gate.clone());
        self.any.store(true, Ordering::Release);
        gate
    }

    pub(crate) fn standing(&self) -> Vec<Gate> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens every gate.
    pub(crate) fn release_all(&self) {
        for gate in self.standing() {
            gate.release();
        }
    }

    /// Waits at every gate that wants this send at this point.
    pub(crate) async fn pass(&self, at: GateAt, subject: Subject<'_>) {
        if !self.any.load(Ordering::Acquire) {
            return;
        }
        for gate in self.standing() {
            if gate.inner.at == at && gate.inner.when.matches(subject) {
                gate.pass().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject<'static> {
        Subject { endpoint: "messages", to: "1", phone_number_id: "1", template: None, opaque: None, seed: 1 }
    }

    #[tokio::test]
    async fn a_gate_holds_until_it_is_released() {
        let gates = Arc::new(Gates::default());
        let gate = gates.add(GateRule { when: Match::all(), at: GateAt::BeforeAccept });
        gates.pass(GateAt::BeforeAnswer, subject()).await;
        let held: Vec<_> = (0..3)
            .map(|_| {
                let gates = Arc::clone(&gates);
                tokio::spawn(async move { gates.pass(GateAt::BeforeAccept, subject()).await })
            })
            .collect();
        gate.wait_for(3).await;
        gate.release_some(1);
        while gate.waiting() != 2 {
            tokio::task::yield_now().await;
        }
        held[2].abort();
        while gate.waiting() > 1 {
            tokio::task::yield_now().await;
        }
        gate.release();
        for task in held {
            let _ = task.await;
        }
        assert_eq!((gate.waiting(), gate.arrived(), gates.standing().len()), (0, 3, 0));
        gates.pass(GateAt::BeforeAccept, subject()).await;
    }
}
