//! From a handler's answer to a settled task.
//!
//! Settling runs beside the worker, in groups, whatever the worker is doing: a task that is done is settled even
//! while its neighbours of the same claim still wait in the buffer, and a store that is away holds up nobody.

use std::panic::AssertUnwindSafe;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use apalis_core::error::{AbortError, BoxDynError};
use apalis_core::task::Task;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::outcome::verdict;
use super::store::{LaneConfig, Leased, Settle, Store, Verdict};

/// Settles of one store call.
const GROUP: usize = 512;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// A late `Done` still counts as long as nobody has claimed the task again, so it is worth trying past the lease.
const GIVE_UP_AFTER_LEASES: u32 = 10;

enum Message {
    Settle(Settle),
    Flush(oneshot::Sender<()>),
}

/// Takes settles for one worker. The task behind it ends with its last clone, after settling what it was given.
#[derive(Clone, Debug)]
pub(super) struct Acks(mpsc::UnboundedSender<Message>);

impl Acks {
    /// Starts the settling task.
    pub(super) fn start<S: Store>(store: S) -> Self {
        // Not bounded, yet never long: it holds at most one settle per claimed task, and while the store is away
        // nothing can be claimed.
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(settle_in_groups(store, receiver));
        Self(sender)
    }

    /// Passes a verdict on. If the settling task is gone, so is the process, and the lease will speak.
    pub(super) fn settle(&self, id: String, claim: u64, verdict: Verdict) {
        _ = self.0.send(Message::Settle(Settle { id, claim, verdict }));
    }

    /// Gives back a task that was not started: due at once, not counted.
    pub(super) fn hand_back(&self, task: Leased) {
        self.settle(task.id, task.claim, Verdict::Back { after: Duration::ZERO, counted: false });
    }

    /// Waits until everything passed on so far is settled or given up.
    pub(super) async fn flush(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.0.send(Message::Flush(sender)).is_ok() {
            _ = receiver.await;
        }
    }
}

async fn settle_in_groups<S: Store>(store: S, mut receiver: mpsc::UnboundedReceiver<Message>) {
    let mut inbox = Vec::new();
    while receiver.recv_many(&mut inbox, GROUP).await > 0 {
        let (mut batch, mut waiting) = (Vec::new(), Vec::new());
        for message in inbox.drain(..) {
            match message {
                Message::Settle(settle) => batch.push(settle),
                Message::Flush(done) => waiting.push(done),
            }
        }
        if !batch.is_empty() {
            settle_patiently(&store, &batch).await;
        }
        for done in waiting {
            _ = done.send(());
        }
    }
}

async fn settle_patiently<S: Store>(store: &S, batch: &[Settle]) {
    let queue = &store.config().queue;
    let (start, mut pause) = (Instant::now(), FIRST_PAUSE);
    while let Err(error) = store.settle(batch).await {
        if start.elapsed() > store.config().lease * GIVE_UP_AFTER_LEASES {
            tracing::error!(queue, tasks = batch.len(), %error, "settling given up, the leases will end");
            return;
        }
        tracing::warn!(queue, tasks = batch.len(), %error, "could not settle, trying again");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Which claim a running task belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    pub(super) claim: u64,
    pub(super) delivery: u64,
}

/// Outermost layer of a worker: settles each task by its handler's answer.
///
/// It also ends a run at half a lease. A run starts with at least half a lease left, so it cannot outlive it; but
/// a handler moved to a task of its own by an inner layer goes on, which is why workers have a shorter time-out
/// inside that layer.
#[derive(Clone, Debug)]
pub struct AckLayer {
    acks: Acks,
    config: LaneConfig,
}

impl AckLayer {
    pub(super) fn new(acks: Acks, config: LaneConfig) -> Self {
        Self { acks, config }
    }
}

impl<T> tower::Layer<T> for AckLayer {
    type Service = AckService<T>;
    fn layer(&self, inner: T) -> AckService<T> {
        AckService { inner, layer: self.clone() }
    }
}

/// See [`AckLayer`].
#[derive(Clone, Debug)]
pub struct AckService<T> {
    inner: T,
    layer: AckLayer,
}

impl<T, A> tower::Service<Task<A>> for AckService<T>
where
    T: tower::Service<Task<A>>,
    T::Future: Send + 'static,
    T::Error: Into<BoxDynError>,
    T::Response: Send,
{
    type Response = T::Response;
    type Error = BoxDynError;
    type Future = BoxFuture<'static, Result<T::Response, BoxDynError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, task: Task<A>) -> Self::Future {
        let id = task.task_id().map(ToString::to_string);
        let ticket = task.ctx().data().get::<Ticket>().copied();
        let run = AssertUnwindSafe(self.inner.call(task)).catch_unwind();
        let AckLayer { acks, config } = self.layer.clone();
        async move {
            let result = match tokio::time::timeout(config.lease / 2, run).await {
                Ok(Ok(result)) => result.map_err(Into::into),
                Ok(Err(_panic)) => Err(AbortError::new("handler panicked").into()),
                Err(elapsed) => Err(elapsed.into()),
            };
            // Only a lane feeds this layer, and it sets both.
            if let (Some(id), Some(ticket)) = (id, ticket) {
                let verdict = verdict(&result, ticket.delivery, &config);
                log(&config.queue, &id, ticket, &verdict, result.as_ref().err());
                acks.settle(id, ticket.claim, verdict);
            }
            result
        }
        .boxed()
    }
}

/// A failure is logged here, once: this is where it is decided what becomes of it.
fn log(queue: &str, id: &str, ticket: Ticket, verdict: &Verdict, error: Option<&BoxDynError>) {
    let (delivery, error) = (ticket.delivery, error.map(ToString::to_string).unwrap_or_default());
    match verdict {
        Verdict::Done => {}
        Verdict::Back { after, counted: false } => {
            tracing::debug!(queue, id, delivery, after_ms = after.as_millis(), error, "job released");
        }
        Verdict::Back { after, counted: true } => {
            tracing::warn!(
                queue,
                id,
                delivery,
                after_ms = after.as_millis(),
                error,
                "job failed, will run again"
            );
        }
        Verdict::Dead(_) => tracing::error!(queue, id, delivery, error, "job buried"),
    }
}
