//! Control from inside the process.

use std::{
    ops::Deref,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use tokio::task::JoinHandle;

use crate::{
    SandboxError,
    behaviour::{Rule, RuleReport},
    config::WebhookConfig,
    gate::{Gate, GateRule},
    ledger::{Accepted, Counts, Duplicate, ReadMark, Refused, SameBy},
    shared::Shared,
    statuses::StatusProfile,
    webhooks::Command,
    world::World,
};

/// A running sandbox. It stops when this is dropped; [`SandboxHandle::shutdown`] also waits for it.
#[derive(Debug)]
pub struct SandboxHandle {
    pub(crate) control: Control,
    /// The server, the posting task and the agenda.
    pub(crate) tasks: [JoinHandle<()>; 3],
}

impl SandboxHandle {
    /// A control that other tasks can own.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Stops listening and posting, and waits until all its tasks have ended. Webhooks not yet acknowledged are given up.
    pub async fn shutdown(mut self) {
        self.control.shared.stop.cancel();
        // They end by the token; a panic in them has already been reported by the runtime.
        for task in &mut self.tasks {
            let _ = task.await;
        }
    }
}

impl Deref for SandboxHandle {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}

impl Drop for SandboxHandle {
    fn drop(&mut self) {
        self.control.shared.stop.cancel();
    }
}

/// Everything that can be asked of a sandbox and changed in it while it runs.
#[derive(Debug, Clone)]
pub struct Control {
    pub(crate) shared: Arc<Shared>,
}

impl Control {
    /// `http://127.0.0.1:port`, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// Adds to the world, or replaces what has the same id.
    pub fn apply(&self, world: World) -> Result<(), SandboxError> {
        let (portfolios, people) = (world.portfolios.clone(), world.people.clone());
        let catalogs = world.catalogs.clone();
        self.shared.registry.apply(world)?;
        for portfolio in portfolios {
            self.shared.portfolios.put(portfolio);
        }
        for catalog in catalogs {
            self.shared.catalogs.put(catalog);
        }
        people.into_iter().try_for_each(|person| self.put_person(person))
    }

    /// The world as it is.
    pub fn world(&self) -> World {
        World {
            portfolios: self.shared.portfolios.all(),
            people: self.shared.persons.all(),
            catalogs: self.shared.catalogs.all(),
            ..self.shared.registry.world()
        }
    }

    /// The sandbox's wall time, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.shared.now_ms()
    }

    /// Lets time pass at once: windows close, limits recover, reviews and pauses end.
    pub fn advance(&self, by: Duration) {
        self.shared.config.clock.advance(by);
    }

    /// Opens a customer's window as if they had just written.
    pub fn open_window(&self, phone_number_id: &str, wa_id: &str) {
        self.shared.registry.people.open_window(
            phone_number_id,
            &self.shared.persons.key(wa_id),
            self.shared.now_ms(),
        );
    }

    /// Closes a customer's window.
    pub fn close_window(&self, phone_number_id: &str, wa_id: &str) {
        self.shared.registry.people.close_window(phone_number_id, &self.shared.persons.key(wa_id));
    }

    /// From now on this token is answered with 190/463.
    pub fn expire_token(&self, token: &str) {
        self.shared.registry.expire_token(token);
    }

    /// Adds a rule at the end; gives its id.
    pub fn add_rule(&self, rule: Rule) -> u64 {
        self.shared.rules.add(rule)
    }

    /// Takes a rule away; false if it was not there.
    pub fn remove_rule(&self, id: u64) -> bool {
        self.shared.rules.remove(id)
    }

    /// Takes all rules away.
    pub fn clear_rules(&self) {
        self.shared.rules.clear();
    }

    /// The rules with how often each has matched.
    pub fn rules(&self) -> Vec<RuleReport> {
        self.shared.rules.report()
    }

    /// How statuses come from now on, where no rule says otherwise.
    pub fn set_statuses(&self, profile: StatusProfile) {
        *self.shared.statuses.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(profile);
    }

    /// How webhooks are posted from now on.
    pub fn set_webhooks(&self, config: WebhookConfig) {
        *self.shared.webhooks.write().unwrap_or_else(PoisonError::into_inner) = config;
        self.shared.tell_poster(Command::Wake);
    }

    /// Holds all webhooks back, or lets them go again.
    pub fn pause_webhooks(&self, paused: bool) {
        self.shared.webhooks_paused.store(paused, Ordering::Release);
        self.shared.tell_poster(Command::Wake);
    }

    /// Puts up a gate; sends that match are held there until it is released.
    pub fn gate(&self, rule: GateRule) -> Gate {
        self.shared.gates.add(rule)
    }

    /// The gates that stand.
    pub fn gates(&self) -> Vec<Gate> {
        self.shared.gates.standing()
    }

    /// Opens all gates for good.
    pub fn release_gates(&self) {
        self.shared.gates.release_all();
    }

    /// Everything accepted, in order.
    pub fn ledger(&self) -> Vec<Arc<Accepted>> {
        self.shared.ledger.page(0, usize::MAX)
    }

    /// What was accepted after `seq`, at most `limit`.
    pub fn ledger_page(&self, after: u64, limit: usize) -> Vec<Arc<Accepted>> {
        self.shared.ledger.page(after, limit)
    }

    /// The requests refused most recently (as many as the configuration keeps).
    pub fn refused(&self) -> Vec<Refused> {
        self.shared.ledger.refused()
    }

    /// The messages the business has marked as read, most recent last.
    pub fn read_marks(&self) -> Vec<ReadMark> {
        self.shared.ledger.read_marks()
    }

    /// How often things happened.
    pub fn counts(&self) -> Counts {
        let mut counts = self.shared.ledger.counts();
        counts.pending = self.shared.pending.load(Ordering::Acquire);
        counts
    }

    /// What was accepted more than once.
    pub fn duplicates(&self, same: SameBy) -> Vec<Duplicate> {
        self.shared.ledger.duplicates(same)
    }

    /// Waits until every status and webhook planned so far is acknowledged; false after `limit`.
    pub async fn settled(&self, limit: Duration) -> bool {
        let wait = async {
            loop {
                let settled = self.shared.settled.notified();
                tokio::pin!(settled);
                // Registered before looking, so that nothing is missed in between.
                settled.as_mut().enable();
                if self.shared.pending.load(Ordering::Acquire) == 0 {
                    return;
                }
                settled.await;
            }
        };
        tokio::time::timeout(limit, wait).await.is_ok()
    }

    /// Forgets ledger, counts and rules and opens all gates; the world stays.
    pub fn reset(&self) {
        self.release_gates();
        self.clear_rules();
        self.shared.ledger.clear();
    }
}
