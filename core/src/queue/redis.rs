//! The lanes in Redis. The only file that names apalis-redis or its client.
//!
//! Every change is one Lua script (`redis/*.lua`, which also describe the keys), so it happens whole or not at
//! all; every clock is the server's; all keys of a lane share a `{hash tag}`, so it sits in one Cluster slot. A
//! task that is done leaves nothing behind.
//!
//! From apalis-redis we take its client, its connection manager type and its [`Config`] with the key names. What
//! does not hold, and so is ours:
//! * `apalis_redis::connect` keeps the client's 500 ms response time-out, which turns a short stall into an error;
//! * its scripts: fetch `unpack`s every due id (8,000 due tasks end the queue for good), a lease belongs to a
//!   worker instead of a task, a finished task keeps its body, and retry delays are ignored;
//! * `Config`'s done, failed, workers, meta and idempotency keys: a lane has no such thing.

use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use apalis_redis::{Client, Config, ConnectionManager, RedisError};
use futures::StreamExt;
use redis::aio::ConnectionManagerConfig;
use redis::{FromRedisValue, Script};

use super::outcome::QueueError;
use super::store::{
    Claimed, Claimer, DeadLetter, Depth, Due, LaneConfig, Leased, Listed, NewTask, Settle, Store, TaskState,
    Verdict,
};
use super::wake::Wake;

/// Tasks per script call: long enough to be cheap, short enough not to hold up the server (about 3 ms).
const CHUNK: usize = 1000;
/// Longer than any pause worth waiting out; an answer later than that counts as lost.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const RESUBSCRIBE_PAUSE: Duration = Duration::from_millis(200);

macro_rules! script {
    ($file:literal) => {
        LazyLock::new(|| Script::new(concat!(include_str!("redis/head.lua"), include_str!($file))))
    };
}
static PUSH: LazyLock<Script> = script!("redis/push.lua");
static CLAIM: LazyLock<Script> = script!("redis/claim.lua");
static SETTLE: LazyLock<Script> = script!("redis/settle.lua");
static REQUEUE: LazyLock<Script> = script!("redis/requeue.lua");
static TRIM: LazyLock<Script> = script!("redis/trim.lua");
static DEPTH: LazyLock<Script> = script!("redis/depth.lua");
static LIST: LazyLock<Script> = script!("redis/list.lua");
static LETTERS: LazyLock<Script> = script!("redis/letters.lua");
static BURIED: LazyLock<Script> = script!("redis/buried.lua");

/// A dead letter as the scripts give it: id, body, reason, when, how long ago.
type Letter = (String, String, String, u64, i64);

/// One way to a Redis server, shared by the lanes of a process.
#[derive(Clone)]
pub struct RedisLink {
    client: Client,
    connection: ConnectionManager,
}

impl RedisLink {
    /// Prepares the way; the connection is made by the first command and made again whenever it breaks.
    ///
    /// # Errors
    /// [`QueueError::Store`] when `url` cannot be read.
    pub fn new(url: &str) -> Result<Self, QueueError> {
        let client = Client::open(url).map_err(failed)?;
        let how = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            // The callers retry, with pauses of their own.
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), how).map_err(failed)?;
        Ok(Self { client, connection })
    }
}

/// One lane in Redis.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    link: RedisLink,
    config: LaneConfig,
    /// `due, leases, body, claims, free, dead, reason`, as `head.lua` wants them.
    keys: [String; 7],
    channel: String,
    wake: Arc<Wake>,
    /// Only workers listen; whoever just pushes needs no second connection.
    listener: OnceLock<tokio::task::AbortHandle>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(listener) = self.listener.get() {
            listener.abort();
        }
    }
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the link: its address may hold a password.
        f.debug_struct("RedisStore").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl RedisStore {
    /// A lane over `link`; nothing is sent yet.
    pub fn new(link: RedisLink, config: LaneConfig) -> Self {
        let names = Config::default().queue(format!("{{{}}}", config.queue));
        let own = |part: &str| format!("{}:{part}", names.queue.as_ref());
        let keys = [
            names.scheduled_jobs_set(),
            names.inflight_jobs_set(),
            names.job_data_hash(),
            own("claims"),
            own("free"),
            names.dead_jobs_set(),
            own("reason"),
        ];
        let channel = own("wake");
        Self(Arc::new(Inner { link, config, keys, channel, wake: Arc::default(), listener: OnceLock::new() }))
    }

    fn connection(&self) -> ConnectionManager {
        self.0.link.connection.clone()
    }

    fn answer_key(&self, claimer: &str) -> String {
        format!("{{{}}}:answer:{claimer}", self.0.config.queue)
    }

    /// Runs `script` with the keys of this lane and what `args` adds.
    async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        args: impl FnOnce(&mut redis::ScriptInvocation<'_>),
    ) -> Result<T, QueueError> {
        let mut call = script.prepare_invoke();
        for key in &self.0.keys {
            call.key(key);
        }
        args(&mut call);
        call.invoke_async(&mut self.connection()).await.map_err(failed)
    }

    async fn counts(&self) -> Result<(u64, u64, u64, u64, i64), QueueError> {
        self.run(&DEPTH, |_| ()).await
    }
}

fn failed(error: RedisError) -> QueueError {
    QueueError::Store { store: "redis", source: error.into() }
}

fn letter((id, body, reason, at_ms, ago): Letter) -> DeadLetter {
    DeadLetter { id, body, reason, at_ms, ago: Duration::from_millis(u64::try_from(ago).unwrap_or_default()) }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Rings the bell for every push of any process. On a connection of its own; every (re)connect rings too, so
/// nothing published meanwhile is missed. A half-open connection is noticed by the slow poll only.
async fn listen(client: Client, channel: String, wake: Arc<Wake>) {
    loop {
        match client.get_async_pubsub().await {
            Ok(mut pubsub) => match pubsub.subscribe(&channel).await {
                Ok(()) => {
                    wake.notify();
                    let mut messages = pubsub.on_message();
                    while messages.next().await.is_some() {
                        wake.notify();
                    }
                }
                Err(error) => tracing::debug!(%error, channel, "wake-ups: could not subscribe"),
            },
            Err(error) => tracing::debug!(%error, channel, "wake-ups: could not connect"),
        }
        tokio::time::sleep(RESUBSCRIBE_PAUSE).await;
    }
}

impl Store for RedisStore {
    fn config(&self) -> &LaneConfig {
        &self.0.config
    }

    fn wake(&self) -> &Wake {
        &self.0.wake
    }

    fn listen(&self) {
        let inner = &self.0;
        inner.listener.get_or_init(|| {
            tokio::spawn(listen(inner.link.client.clone(), inner.channel.clone(), inner.wake.clone()))
                .abort_handle()
        });
    }

    async fn push(&self, tasks: &[NewTask]) -> Result<u64, QueueError> {
        let mut added = 0;
        for chunk in tasks.chunks(CHUNK) {
            let fill = |call: &mut redis::ScriptInvocation<'_>| {
                call.arg(&self.0.channel);
                for task in chunk {
                    let due = match task.due {
                        Due::Now => "+0".to_owned(),
                        Due::After(wait) => format!("+{}", millis(wait)),
                        Due::At(ms) => ms.to_string(),
                    };
                    call.arg(&task.id).arg(&task.body).arg(due);
                }
            };
            added += self.run::<u64>(&PUSH, fill).await?;
        }
        Ok(added)
    }

    async fn claim(&self, claimer: &Claimer) -> Result<Claimed, QueueError> {
        let config = &self.0.config;
        type Row = (String, String, u64, u64);
        let (wait, rows): (i64, Vec<Row>) = self
            .run(&CLAIM, |call| {
                call.key(self.answer_key(&claimer.name));
                call.arg(claimer.limit.min(config.batch))
                    .arg(millis(config.lease))
                    .arg(config.max_deliveries);
                call.arg(claimer.asked).arg(claimer.answered);
            })
            .await?;
        let tasks = rows.into_iter().map(|(id, body, claim, delivery)| Leased { id, body, claim, delivery });
        Ok(Claimed { tasks: tasks.collect(), next_due: u64::try_from(wait).ok().map(Duration::from_millis) })
    }

    async fn settle(&self, batch: &[Settle]) -> Result<(), QueueError> {
        for chunk in batch.chunks(CHUNK) {
            let fill = |call: &mut redis::ScriptInvocation<'_>| {
                call.arg(&self.0.channel);
                for settle in chunk {
                    call.arg(&settle.id).arg(settle.claim);
                    match &settle.verdict {
                        Verdict::Done => call.arg("done").arg(""),
                        Verdict::Dead(why) => call.arg("dead").arg(why),
                        Verdict::Back { after, counted: true } => call.arg("back").arg(millis(*after)),
                        Verdict::Back { after, counted: false } => call.arg("free").arg(millis(*after)),
                    };
                }
            };
            self.run::<u64>(&SETTLE, fill).await?;
        }
        Ok(())
    }

    async fn depth(&self) -> Result<Depth, QueueError> {
        let (ready, delayed, leased, dead, _) = self.counts().await?;
        Ok(Depth { ready, delayed, leased, dead })
    }

    async fn oldest_age(&self) -> Result<Option<Duration>, QueueError> {
        let (.., age) = self.counts().await?;
        Ok(u64::try_from(age).ok().map(Duration::from_millis))
    }

    async fn list(&self, state: TaskState, skip: usize, n: usize) -> Result<Vec<Listed>, QueueError> {
        if n == 0 {
            return Ok(Vec::new());
        }
        let fill = |call: &mut redis::ScriptInvocation<'_>| _ = call.arg(state.as_str()).arg(skip).arg(n);
        let rows: Vec<(String, String, i64, u64)> = self.run(&LIST, fill).await?;
        let task = |(id, body, due_in_ms, deliveries)| Listed { id, body, due_in_ms, deliveries };
        Ok(rows.into_iter().map(task).collect())
    }

    async fn dead(&self, skip: usize, n: usize) -> Result<Vec<DeadLetter>, QueueError> {
        if n == 0 {
            return Ok(Vec::new());
        }
        let rows: Vec<Letter> = self.run(&LETTERS, |call| _ = call.arg(skip).arg(n)).await?;
        Ok(rows.into_iter().map(letter).collect())
    }

    async fn buried(&self, ids: &[String]) -> Result<Vec<DeadLetter>, QueueError> {
        let mut letters = Vec::new();
        for chunk in ids.chunks(CHUNK) {
            let rows: Vec<Letter> = self.run(&BURIED, |call| _ = call.arg(chunk)).await?;
            letters.extend(rows.into_iter().map(letter));
        }
        Ok(letters)
    }

    async fn requeue(&self, ids: &[String]) -> Result<u64, QueueError> {
        let mut found = 0;
        for chunk in ids.chunks(CHUNK) {
            found += self.run::<u64>(&REQUEUE, |call| _ = call.arg(&self.0.channel).arg(chunk)).await?;
        }
        Ok(found)
    }

    async fn trim_dead(&self, older_than: Duration) -> Result<u64, QueueError> {
        let (age, mut trimmed) = (millis(older_than), 0);
        loop {
            let some: u64 = self.run(&TRIM, |call| _ = call.arg(age).arg(CHUNK)).await?;
            trimmed += some;
            if some < CHUNK as u64 {
                return Ok(trimmed);
            }
        }
    }

    async fn ping(&self) -> Result<(), QueueError> {
        redis::cmd("PING").query_async(&mut self.connection()).await.map_err(failed)
    }
}
