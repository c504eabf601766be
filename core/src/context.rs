//! What every use case is given: the services of the process, and for whom it acts.

use crate::clock::{Clock, Timestamp};
use crate::config::{Config, WorkerConfig};
use crate::db::Db;
use crate::emails::port::Mailer;
use crate::error::Result;
use crate::files::Files;
use crate::identity::roles::Grants;
use crate::identity::token_keys::TokenKeys;
use crate::ids::{ApiKeyId, OrganizationId, UserId};
use crate::media::port::RemoteMedia;
use crate::messages::counters::Shards;
use crate::outside::Outside;
use crate::queue::{LaneName, NewTask, Queues};
use crate::ratelimit::Limiter;
use crate::secret::Cipher;
use crate::senders::port::MessageSender;
use crate::templates::port::TemplateRegistry;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// However much time handlers have, others want the worker, too.
const LONGEST_SLICE: Duration = Duration::from_secs(4);

/// The services of one process; cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The truth.
    pub db: Db,
    /// The belt.
    pub queues: Queues,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// For secrets at rest.
    pub cipher: Cipher,
    /// Permits to send, shared by all workers.
    pub limiter: Limiter,
    /// What people uploaded.
    pub files: Files,
    /// How messages leave the house.
    pub provider: Arc<dyn MessageSender>,
    /// The provider's own store of files.
    pub media: Arc<dyn RemoteMedia>,
    /// Who keeps the templates.
    pub registry: Arc<dyn TemplateRegistry>,
    /// How emails leave the house, where they do.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// The keys of access tokens, as this process remembers them.
    pub tokens: TokenKeys,
    /// Addresses that people typed in.
    pub outside: Outside,
    /// All settings.
    pub config: Arc<Config>,
    /// This process's shards of every campaign's counters.
    pub shards: Shards,
}

impl Services {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How long a run of a long job works before it lets others have the worker: never so long that its last step has
    /// no time left, because whoever is cut off there begins anew, later each time.
    pub fn slice(&self) -> Duration {
        LONGEST_SLICE.min(WorkerConfig::handler_timeout(&self.config.queue) / 2)
    }

    /// Whether an account can sign in only once its address is confirmed: where that is wanted, and can be asked for.
    pub fn email_must_be_confirmed(&self) -> bool {
        self.config.auth.verify_email && self.mailer.is_some()
    }

    /// Begins a write.
    pub async fn begin(&self) -> Result<Tx> {
        let inner = self.db.begin().await?;
        let (queues, clock, cipher) = (self.queues.clone(), self.clock.clone(), self.cipher.clone());
        Ok(Tx { inner, queues, clock, cipher, pushes: Mutex::default(), changes: Mutex::default() })
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A developer's system, by its key.
    ApiKey(ApiKeyId),
    /// A person who signed in.
    Person(UserId),
    /// The person at the command line.
    Operator,
    /// Background work, for whoever asked for it.
    Worker,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ApiKey(id) => id.fmt(f),
            Self::Person(id) => id.fmt(f),
            Self::Operator => f.write_str("operator"),
            Self::Worker => f.write_str("worker"),
        }
    }
}

/// The authority of one call: which organization, on whose behalf, and how far it goes.
#[derive(Clone)]
pub struct Ctx {
    /// The services of the process.
    pub services: Services,
    /// The only organization this call can see.
    pub organization: OrganizationId,
    /// On whose behalf.
    pub actor: Actor,
    /// What it may do there.
    pub grants: Grants,
    /// The platform's administrator who acts in that person's name, if one does.
    pub impersonator: Option<UserId>,
    /// Whether the organization's trial has ended: it can look at everything, and start nothing.
    pub trial_over: bool,
}

impl Ctx {
    /// The authority of what runs in the house, which may do everything in one organization: an operator's command,
    /// or background work.
    pub fn trusted(services: Services, organization: OrganizationId, actor: Actor) -> Self {
        Self { services, organization, actor, grants: Grants::ALL, impersonator: None, trial_over: false }
    }
}

impl std::ops::Deref for Ctx {
    type Target = Services;
    fn deref(&self) -> &Services {
        &self.services
    }
}

/// A write in progress: one database transaction, and the pushes to make once it is committed.
pub struct Tx {
    inner: DatabaseTransaction,
    queues: Queues,
    clock: Arc<dyn Clock>,
    cipher: Cipher,
    pushes: Mutex<Vec<(LaneName, NewTask)>>,
    changes: Mutex<serde_json::Map<String, serde_json::Value>>,
}

impl Tx {
    /// The transaction, for queries.
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock, for new ids.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// For secrets at rest that a write needs.
    pub fn cipher(&self) -> &Cipher {
        &self.cipher
    }

    /// Pushes a task once this transaction is committed. Only for what a state row or the outbox brings back should
    /// the push fail: this is speed, not safety.
    pub fn push_after_commit(&self, lane: LaneName, task: NewTask) {
        self.pushes.lock().unwrap_or_else(PoisonError::into_inner).push((lane, task));
    }

    /// Notes for the audit log what stood in a field before and what stands there now. Only what is harmless to read:
    /// no secret, nothing about a customer.
    pub fn changed(&self, field: &str, before: impl serde::Serialize, after: impl serde::Serialize) {
        let change = serde_json::json!({ "before": before, "after": after });
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).insert(field.to_string(), change);
    }

    /// What was noted so far.
    pub(crate) fn changes(&self) -> serde_json::Map<String, serde_json::Value> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Commits, then pushes. A failed push is only logged: the rows say what is to be done, and the relay or the
    /// feeder will see them.
    pub async fn commit(self) -> Result<()> {
        self.inner.commit().await?;
        let pushes = self.pushes.into_inner().unwrap_or_else(PoisonError::into_inner);
        for lane in LaneName::ALL {
            let tasks: Vec<_> =
                pushes.iter().filter(|(l, _)| *l == lane).map(|(_, task)| task.clone()).collect();
            if tasks.is_empty() {
                continue;
            }
            if let Err(error) = self.queues.push(lane, tasks).await {
                tracing::warn!(lane = lane.as_str(), %error, "push after commit failed; the relay will push again");
            }
        }
        Ok(())
    }

    /// Undoes everything.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.inner.rollback().await?)
    }
}
