//! What handlers share in one worker process.

use crate::batch::Batcher;
use crate::breaker::Breakers;
use crate::cache::Cache;
use crate::refusals::Refusals;
use bellbird_core::clock::Timestamp;
use bellbird_core::context::Services;
use bellbird_core::error::Error;
use bellbird_core::ids::MessageId;
use bellbird_core::messages::ledger::{self, News};
use bellbird_core::messages::{Message, claim};
use bellbird_core::queue::QueueError;
use bellbird_core::ratelimit::Permit;
use bellbird_core::ratelimit::pairs::{Pair, PairRate};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// At most so many rows in one statement.
const MOST: usize = 500;
/// Files copied to the provider at once, per process.
const UPLOADS: usize = 8;
/// How long a stopping worker waits for its last answers to be written.
const LAST_ANSWERS: Duration = Duration::from_secs(30);

/// What a claim came to: the row, or nothing when it may not be sent now.
pub(crate) type Claimed = Result<Option<Message>, Arc<Error>>;

/// Whether one more message may go to a person now.
pub(crate) type PairPermit = Result<Permit, Arc<QueueError>>;

/// Shared by all handlers of a process; cheap to clone.
#[derive(Clone)]
pub(crate) struct Deps {
    /// Unique per boot.
    pub(crate) name: Arc<str>,
    pub(crate) services: Services,
    pub(crate) cache: Cache,
    pub(crate) breakers: Breakers,
    /// Claims of handlers that ask at about the same moment are one statement.
    pub(crate) claims: Batcher<MessageId, Claimed>,
    /// So are their answers. Recording outlasts a database that is away, whatever becomes of the handler that asked.
    pub(crate) records: Batcher<News, ()>,
    /// Permits to write to one person: asked for together, because there are as many pairs as messages. `None`: the
    /// provider is left to judge.
    pub(crate) pairs: Option<Batcher<Pair, PairPermit>>,
    /// Files being copied to the provider at once.
    pub(crate) uploads: Arc<Semaphore>,
    /// What came of it when the provider refused, until that is recorded.
    pub(crate) refusals: Refusals,
    /// Requests under way. They outlive a handler that ran out of time: an answer that comes is recorded.
    pub(crate) requests: TaskTracker,
}

impl Deps {
    pub(crate) fn new(services: Services) -> Self {
        let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "worker".into());
        let boot: u32 = rand::random();
        let (for_claims, for_records) = (services.clone(), services.clone());
        let pairs = PairRate::of(&services.config.sending).map(|rate| {
            let services = services.clone();
            Batcher::start(MOST, move |asked| pair_batch(services.clone(), rate, asked))
        });
        Self {
            name: format!("{host}-{}-{boot:08x}", std::process::id()).into(),
            cache: Cache::new(services.clone()),
            breakers: Breakers::new(services.clock.clone(), &services.config.sending),
            claims: Batcher::start(MOST, move |ids| claim_batch(for_claims.clone(), ids)),
            records: Batcher::start(MOST, move |news| record_batch(for_records.clone(), news)),
            pairs,
            uploads: Arc::new(Semaphore::new(UPLOADS)),
            refusals: Refusals::default(),
            requests: TaskTracker::new(),
            services,
        }
    }

    /// Waits until every request under way is answered and every answer recorded. With the database away for too long
    /// it gives up; the reaper of another worker then finds the messages and calls them unknown.
    pub(crate) async fn close(&self) {
        let all = async {
            self.requests.close();
            self.requests.wait().await;
            if let Some(pairs) = &self.pairs {
                pairs.close().await;
            }
            self.claims.close().await;
            self.records.close().await;
        };
        if tokio::time::timeout(LAST_ANSWERS, all).await.is_err() {
            tracing::error!("stopped with answers not recorded; their messages will become unknown");
        }
    }
}

async fn pair_batch(services: Services, rate: PairRate, asked: Vec<Pair>) -> Vec<PairPermit> {
    match services.limiter.pairs(&asked, rate).await {
        Ok(permits) => permits.into_iter().map(Ok).collect(),
        Err(error) => {
            let error = Arc::new(error);
            asked.iter().map(|_| Err(error.clone())).collect()
        }
    }
}

async fn claim_batch(services: Services, ids: Vec<MessageId>) -> Vec<Claimed> {
    let now = services.now();
    match claim::claim(&services, &ids, now).await {
        Ok(rows) => {
            let mut rows: HashMap<MessageId, Message> = rows.into_iter().map(|row| (row.id, row)).collect();
            ids.iter().map(|id| Ok(rows.remove(id))).collect()
        }
        Err(error) => {
            let error = Arc::new(error);
            let answers = ids.iter().map(|_| Err(error.clone())).collect();
            tokio::spawn(undo(services, ids, now));
            answers
        }
    }
}

/// The claim may have been committed though its answer got lost. Nobody will act on it, so it is taken back.
async fn undo(services: Services, ids: Vec<MessageId>, claimed_at: Timestamp) {
    let mut pause = Duration::from_millis(50);
    loop {
        match claim::undo(&services, &ids, claimed_at).await {
            Ok(0) => return,
            Ok(messages) => return tracing::warn!(messages, "claims whose answer got lost were taken back"),
            Err(error) if error.is_transient() => {}
            Err(error) => {
                return tracing::error!(%error, "lost claims not taken back; the reaper will find them");
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}

/// An answer of the provider exists only here until it is written: tried for as long as the database is away. Only an
/// answer the database refuses is dropped, loudly; the reaper then finds its message.
async fn record_batch(services: Services, news: Vec<News>) -> Vec<()> {
    let mut pause = Duration::from_millis(50);
    while let Err(error) = ledger::record(&services, &news).await {
        if error.is_transient() {
            tracing::warn!(%error, answers = news.len(), "cannot record answers yet");
        } else if news.len() > 1 {
            tracing::error!(%error, answers = news.len(), "cannot record answers together; one by one");
            for one in &news {
                if let Err(error) = ledger::record(&services, std::slice::from_ref(one)).await {
                    tracing::error!(%error, target = ?one.target, "answer not recorded; the reaper will find the message");
                }
            }
            break;
        } else {
            tracing::error!(%error, "answer not recorded; the reaper will find the message");
            break;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
    news.iter().map(|_| ()).collect()
}
