//! A lane as an apalis backend.
//!
//! apalis-core's ready-made `Persisted` is not used: it holds acks and heartbeats back while fetched tasks wait
//! in its buffer, and turns any store error into the end of the worker.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::future::BoxSyncFuture;
use apalis_core::backend::{Backend, BackendConfig};
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use apalis_core::worker::context::WorkerContext;
use futures::FutureExt;
use serde::de::DeserializeOwned;

use super::acks::{AckLayer, Acks, Ticket};
use super::outcome::QueueError;
use super::store::{Claimed, Claimer, LaneConfig, Leased, Store, Verdict};

/// Pause after the first failed claim; doubles up to 32 times this.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Shortest rest when the store says that something is due right now, so that a claim that comes a hair too early
/// is not repeated in a busy loop.
const SHORTEST_REST: Duration = Duration::from_millis(1);
/// How long closing may take; after that the leases speak.
const CLOSE_LIMIT: Duration = Duration::from_secs(10);

/// Feeds one worker with the tasks of one lane, read as `A`.
#[derive(Debug)]
pub struct Lane<S, A> {
    store: S,
    claimer: Claimer,
    acks: Option<Acks>,
    buffer: VecDeque<Leased>,
    /// When the claim behind the buffer was sent: the lease began no earlier.
    claimed_at: Instant,
    claim: Option<BoxSyncFuture<Result<Claimed, QueueError>>>,
    rest: Option<Pin<Box<tokio::time::Sleep>>>,
    seen: u64,
    failures: u32,
    closing: Option<BoxSyncFuture<()>>,
    args: PhantomData<fn() -> A>,
}

impl<S: Store, A> Lane<S, A> {
    /// A lane that claims at most `limit` tasks at a time. Not more than the worker runs at once, or tasks wait
    /// in its buffer while another worker is idle.
    pub fn new(store: S, limit: usize) -> Self {
        let name = Arc::from(format!("{:032x}", rand::random::<u128>()));
        Self {
            claimer: Claimer { name, asked: 0, answered: 0, limit: limit.max(1) },
            store,
            acks: None,
            buffer: VecDeque::new(),
            claimed_at: Instant::now(),
            claim: None,
            rest: None,
            seen: 0,
            failures: 0,
            closing: None,
            args: PhantomData,
        }
    }

    fn start_claim(&mut self) {
        self.claimer.asked += 1;
        self.claimed_at = Instant::now();
        let (store, claimer) = (self.store.clone(), self.claimer.clone());
        self.claim = Some(async move { store.claim(&claimer).await }.boxed().into());
    }

    /// Takes the answer in and decides how long to rest. An error is a longer rest, never the worker's end.
    fn end_claim(&mut self, answer: Result<Claimed, QueueError>) {
        let poll = self.store.config().poll;
        let rest = match answer {
            Ok(claimed) => {
                self.failures = 0;
                self.claimer.answered = self.claimer.asked;
                self.buffer = claimed.tasks.into();
                let next =
                    claimed.next_due.map_or(poll, |due| due.clamp(SHORTEST_REST, poll.max(SHORTEST_REST)));
                self.buffer.is_empty().then_some(next)
            }
            Err(error) => {
                let pause = FIRST_PAUSE * (1 << self.failures.min(5));
                self.failures = self.failures.saturating_add(1);
                let queue = &self.store.config().queue;
                tracing::warn!(queue, failures = self.failures, %error, "could not claim, trying again");
                Some(pause)
            }
        };
        self.rest = rest.map(|time| Box::pin(tokio::time::sleep(time)));
    }
}

impl<S: Store, A: DeserializeOwned> Lane<S, A> {
    /// The next task of the buffer that may start.
    fn take(&mut self) -> Option<Task<A>> {
        let acks = self.acks.as_ref()?;
        while let Some(leased) = self.buffer.pop_front() {
            // Less than half the lease left: a handler could outlive it, and the task run twice at once.
            if self.claimed_at.elapsed() > self.store.config().lease / 2 {
                acks.hand_back(leased);
                continue;
            }
            let args = match serde_json::from_str(&leased.body) {
                Ok(args) => args,
                Err(error) => {
                    let queue = &self.store.config().queue;
                    tracing::error!(queue, id = leased.id, %error, "job buried: unreadable body");
                    acks.settle(leased.id, leased.claim, Verdict::Dead(format!("unreadable body: {error}")));
                    continue;
                }
            };
            let earlier = usize::try_from(leased.delivery.saturating_sub(1)).unwrap_or(usize::MAX);
            let task = TaskBuilder::new(args)
                .data(Ticket { claim: leased.claim, delivery: leased.delivery })
                .attempt(earlier) // apalis adds this run when it starts
                .task_id(TaskId::from_string(leased.id)) // `from_str` would read "007" as the number 7
                .build();
            return Some(task);
        }
        None
    }
}

impl<S: Store, A: DeserializeOwned> Backend for Lane<S, A> {
    type Task = Task<A>;
    type Error = QueueError;

    /// Always ready: acks run on their own.
    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), QueueError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Option<Result<Task<A>, QueueError>>> {
        loop {
            if let Some(task) = self.take() {
                return Poll::Ready(Some(Ok(task)));
            }
            if let Some(claim) = &mut self.claim {
                let answer = ready!(claim.poll_unpin(cx));
                self.claim = None;
                if answer.is_ok() {
                    worker.heartbeat(cx);
                }
                self.end_claim(answer);
                continue;
            }
            let rung = self.store.wake().changed(cx, &mut self.seen);
            let rested = self.rest.as_mut().is_none_or(|rest| rest.as_mut().poll(cx).is_ready());
            if !rung && !rested {
                return Poll::Pending;
            }
            self.start_claim();
        }
    }

    /// Called when no handler runs any more: hands back what was not started and waits for the acks.
    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), QueueError>> {
        let Some(acks) = self.acks.clone() else { return Poll::Ready(Ok(())) };
        let (buffer, claim) = (&mut self.buffer, &mut self.claim);
        let closing = self.closing.get_or_insert_with(|| {
            let (mut left, claim): (Vec<_>, _) = (buffer.drain(..).collect(), claim.take());
            let work = async move {
                if let Some(mut claim) = claim {
                    let answer = std::future::poll_fn(|cx| claim.poll_unpin(cx)).await;
                    left.extend(answer.unwrap_or_default().tasks);
                }
                left.into_iter().for_each(|task| acks.hand_back(task));
                acks.flush().await;
            };
            async move { _ = tokio::time::timeout(CLOSE_LIMIT, work).await }.boxed().into()
        });
        closing.poll_unpin(cx).map(Ok)
    }
}

impl<S: Store, A> BackendConfig for Lane<S, A> {
    type Args = A;
    type Id = String;
    /// Means only that apalis does not decode: it would end the worker over one unreadable body.
    type Kind = Ephemeral;
    type Config = LaneConfig;
    type Layer = AckLayer;

    fn config(&self) -> &LaneConfig {
        self.store.config()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> AckLayer {
        self.store.listen();
        let acks = Acks::start(self.store.clone());
        self.acks = Some(acks.clone());
        AckLayer::new(acks, self.store.config().clone())
    }
}
