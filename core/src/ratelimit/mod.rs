//! Permits to send, shared by every worker process; and how often callers may ask ([`throttle`]).
//!
//! Three scopes: messages per second of a **sender**, messages per minute of a **campaign**, and messages to one
//! person from one number, a **pair** ([`pairs`]). The fourth limit, a portfolio's people in 24 hours, is a set and no
//! bucket: `senders::portfolio_room`. The shared truth is a GCRA (one number per scope: when the scope will be "paid
//! up") in Redis, or in this process when embedded. A worker leases a small slice of permits at a time and hands them
//! out itself, so Redis is asked once per slice, not once per message; a slice not used within a second is worth nothing.
//! `governor` paces a sender's slices inside the process, so that a slice does not leave as one burst.
//!
//! An **interactive** message takes its permit from the sender's scope alone and unpaced, and may run further ahead of the
//! rate than a slice: it goes at once while a campaign has spent everything, and the campaign pays it back.
//!
//! A permit is taken just before the claim. Nobody waits for one in a worker's slot: a job without a permit is told
//! when to come back, each at a moment of its own, so that they do not come back all at once.

mod gcra;
pub mod pairs;
mod redis;
pub mod throttle;

use crate::clock::{Clock, Timestamp};
use crate::ids::{CampaignId, CustomerId, SenderId};
use gcra::{Gcra, HEAD_START_US, Lease, Reach, TOLERANCE_US};
use governor::clock::Clock as GovernorClock;
use governor::{Quota, RateLimiter, middleware::NoOpMiddleware};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a rate belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A phone number's messages per second.
    Sender(SenderId),
    /// A campaign's messages per minute.
    Campaign(CampaignId),
    /// Messages from one number to one person.
    Pair(SenderId, CustomerId),
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sender(id) => id.fmt(f),
            Self::Campaign(id) => id.fmt(f),
            Self::Pair(sender, customer) => write!(f, "{sender}.{customer}"),
        }
    }
}

/// So many in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    interval_us: i64,
}

impl Rate {
    /// `n` messages a second; at least one.
    pub fn per_second(n: u32) -> Self {
        Self { interval_us: 1_000_000 / i64::from(n.clamp(1, 100_000)) }
    }

    /// `n` messages a minute; at least one.
    pub fn per_minute(n: u32) -> Self {
        Self { interval_us: 60_000_000 / i64::from(n.clamp(1, 1_000_000)) }
    }

    /// How many fit into `span`, at least one.
    pub fn within(self, span: Duration) -> u32 {
        let n = i64::try_from(span.as_micros()).unwrap_or(i64::MAX) / self.interval_us;
        u32::try_from(n.max(1)).unwrap_or(u32::MAX)
    }
}

/// The answer to a request for a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// Send now.
    Granted,
    /// Come back after this long.
    Wait(Duration),
}

impl Permit {
    /// Granted, unless there are microseconds to wait.
    fn after_us(wait_us: i64) -> Self {
        match u64::try_from(wait_us) {
            Ok(wait) if wait > 0 => Self::Wait(Duration::from_micros(wait).max(SHORTEST_WAIT)),
            _ => Self::Granted,
        }
    }
}

/// How much is leased at once: a slice is small enough that what dies with a worker is nothing.
const SLICE: Duration = Duration::from_millis(50);
/// A slice is worth nothing after this long.
const SLICE_LIVES: Duration = Duration::from_secs(1);
/// Nobody is told to come back sooner.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);
/// Nobody is told to stay away longer than this because of others who wait too.
const LONGEST_QUEUE: Duration = Duration::from_secs(2);

#[derive(Debug)]
enum Shared {
    Process(Mutex<HashMap<String, Gcra>>),
    Redis(redis::RedisGcra),
}

/// One scope as this process sees it.
#[derive(Debug)]
struct Slice {
    left: u32,
    worthless_at: Timestamp,
    /// No permits before this moment: the scope is spent, or told to rest.
    closed_until_us: i64,
    /// When the next one without a permit is to come back; and the next interactive one, who does not queue behind bulk.
    next_in_line_us: i64,
    next_ahead_us: i64,
    /// Nobody gets a permit before this moment: the scope was told to rest.
    rests_until_us: i64,
}

/// Drives governor by our clock.
#[derive(Debug, Clone)]
struct Paced(Arc<dyn Clock>);

impl GovernorClock for Paced {
    type Instant = Duration;
    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().0).unwrap_or(0))
    }
}

type Pacer =
    RateLimiter<governor::state::NotKeyed, governor::state::InMemoryState, Paced, NoOpMiddleware<Duration>>;

/// Hands out permits; cheap to clone.
#[derive(Clone)]
pub struct Limiter(Arc<Inner>);

struct Inner {
    shared: Shared,
    clock: Arc<dyn Clock>,
    slices: Mutex<HashMap<Scope, Slice>>,
    pacers: Mutex<HashMap<Scope, (Rate, Arc<Pacer>)>>,
    /// The pairs, when embedded.
    pairs: pairs::Here,
    /// What callers asked of this process alone.
    here: throttle::Here,
}

impl Limiter {
    /// For one process.
    pub fn embedded(clock: Arc<dyn Clock>) -> Self {
        Self::new(Shared::Process(Mutex::default()), clock)
    }

    /// Shared through Redis; keys begin with `prefix`.
    pub async fn redis(
        url: &str,
        prefix: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, crate::queue::QueueError> {
        Ok(Self::new(Shared::Redis(redis::RedisGcra::connect(url, prefix).await?), clock))
    }

    fn new(shared: Shared, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            shared,
            clock,
            slices: Mutex::default(),
            pacers: Mutex::default(),
            pairs: Mutex::default(),
            here: throttle::Here::default(),
        }))
    }

    /// Asks for one permit, for a message for which nobody waits.
    ///
    /// # Errors
    /// When Redis cannot be asked; the job is then released, and nothing is sent unlimited.
    pub async fn permit(&self, scope: Scope, rate: Rate) -> Result<Permit, crate::queue::QueueError> {
        if let Some(permit) = self.known_locally(scope, rate) {
            return Ok(permit);
        }
        let lease = self.lease(scope, rate, rate.within(SLICE), Reach::Slice).await?;
        let mut slices = self.0.slices.lock().unwrap_or_else(PoisonError::into_inner);
        let slice = slices.entry(scope).or_insert_with(Slice::empty);
        if lease.granted > 0 {
            slice.left += lease.granted;
            slice.worthless_at = self.0.clock.now().plus(SLICE_LIVES);
            slice.closed_until_us = 0;
        } else {
            slice.closed_until_us = self.now_us() + lease.wait_us;
        }
        drop(slices);
        Ok(self.known_locally(scope, rate).unwrap_or(Permit::Wait(Duration::from_millis(5))))
    }

    /// Asks for one permit, for a message a person waits for. It comes from the same scope as everybody's, and goes before
    /// them: a tenth of a second's worth further ahead of the rate than [`Limiter::permit`] goes.
    ///
    /// # Errors
    /// When Redis cannot be asked; the job is then released, and nothing is sent unlimited.
    pub async fn permit_ahead(&self, scope: Scope, rate: Rate) -> Result<Permit, crate::queue::QueueError> {
        let rests_us = {
            let slices = self.0.slices.lock().unwrap_or_else(PoisonError::into_inner);
            slices.get(&scope).map_or(0, |slice| slice.rests_until_us) - self.now_us()
        };
        let wait_us = match rests_us > 0 {
            true => rests_us,
            false => {
                let lease = self.lease(scope, rate, 1, Reach::Ahead).await?;
                if lease.granted > 0 { 0 } else { lease.wait_us.max(1) }
            }
        };
        let Permit::Wait(wait) = Permit::after_us(wait_us) else { return Ok(Permit::Granted) };
        let now_us = self.now_us();
        let mut slices = self.0.slices.lock().unwrap_or_else(PoisonError::into_inner);
        let slice = slices.entry(scope).or_insert_with(Slice::empty);
        Ok(Permit::Wait(line_up(&mut slice.next_ahead_us, now_us, wait, rate)))
    }

    /// Asks the shared truth.
    async fn lease(
        &self,
        scope: Scope,
        rate: Rate,
        want: u32,
        reach: Reach,
    ) -> Result<Lease, crate::queue::QueueError> {
        let (key, tolerance) = (scope.to_string(), reach.tolerance_us(rate));
        match &self.0.shared {
            Shared::Process(all) => {
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                Ok(all.entry(key).or_default().take(self.now_us(), rate, want, tolerance))
            }
            Shared::Redis(redis) => redis.take(&key, rate, want, tolerance).await,
        }
    }

    /// A permit or a refusal from what this process knows already; `None`: the shared truth must be asked.
    fn known_locally(&self, scope: Scope, rate: Rate) -> Option<Permit> {
        let now_us = self.now_us();
        let mut slices = self.0.slices.lock().unwrap_or_else(PoisonError::into_inner);
        let slice = slices.entry(scope).or_insert_with(Slice::empty);
        if slice.worthless_at <= self.0.clock.now() || slice.rests_until_us > now_us {
            slice.left = 0;
        }
        if slice.left > 0 {
            let early = self.pacer(scope, rate).check().err();
            if let Some(early) = early {
                let wait = early.wait_time_from(Paced(self.0.clock.clone()).now());
                return Some(Permit::Wait(line_up(&mut slice.next_in_line_us, now_us, wait, rate)));
            }
            slice.left -= 1;
            return Some(Permit::Granted);
        }
        (slice.closed_until_us > now_us).then(|| {
            let wait = Duration::from_micros((slice.closed_until_us - now_us).unsigned_abs());
            Permit::Wait(line_up(&mut slice.next_in_line_us, now_us, wait, rate))
        })
    }

    /// Gives a permit back that was not used after all.
    pub fn give_back(&self, scope: Scope) {
        let mut slices = self.0.slices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slice) = slices.get_mut(&scope) {
            slice.left += 1;
        }
    }

    /// Nobody gets a permit of this scope for a while: the provider said "too fast", or stopped answering.
    pub async fn rest(&self, scope: Scope, rest: Duration) -> Result<(), crate::queue::QueueError> {
        let rest_us = i64::try_from(rest.as_micros()).unwrap_or(i64::MAX / 4);
        {
            let mut slices = self.0.slices.lock().unwrap_or_else(PoisonError::into_inner);
            let slice = slices.entry(scope).or_insert_with(Slice::empty);
            slice.left = 0;
            slice.closed_until_us = slice.closed_until_us.max(self.now_us() + rest_us);
            slice.rests_until_us = slice.rests_until_us.max(self.now_us() + rest_us);
        }
        self.spend(scope, rest_us, TOLERANCE_US + HEAD_START_US).await
    }

    /// Nobody is written to from this number for a while, like [`Limiter::rest`]: the provider said that this person
    /// gets too many messages. What the pair could borrow is gone with it.
    pub async fn rest_pair(
        &self,
        pair: pairs::Pair,
        rest: Duration,
        rate: pairs::PairRate,
    ) -> Result<(), crate::queue::QueueError> {
        let rest_us = i64::try_from(rest.as_micros()).unwrap_or(i64::MAX / 4);
        // one message's time less, or the first would wait for that, too
        let tolerance = rate.tolerance_us() - rate.interval_us();
        match &self.0.shared {
            Shared::Process(_) => {
                let mut all = self.0.pairs.lock().unwrap_or_else(PoisonError::into_inner);
                all.entry(pair).or_default().rest(self.now_us(), rest_us, tolerance);
                Ok(())
            }
            Shared::Redis(_) => self.spend(pair.scope(), rest_us, tolerance).await,
        }
    }

    /// Spends everything of a scope up to a while from now.
    async fn spend(
        &self,
        scope: Scope,
        rest_us: i64,
        tolerance: i64,
    ) -> Result<(), crate::queue::QueueError> {
        match &self.0.shared {
            Shared::Process(all) => {
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.entry(scope.to_string()).or_default().rest(self.now_us(), rest_us, tolerance);
                Ok(())
            }
            Shared::Redis(redis) => redis.rest(&scope.to_string(), rest_us, tolerance).await,
        }
    }

    fn pacer(&self, scope: Scope, rate: Rate) -> Arc<Pacer> {
        let mut pacers = self.0.pacers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, pacer)) = pacers.get(&scope)
            && *known == rate
        {
            return pacer.clone();
        }
        let interval = Duration::from_micros(rate.interval_us.unsigned_abs());
        let burst = NonZeroU32::new(rate.within(SLICE)).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(interval).unwrap_or_else(|| Quota::per_second(NonZeroU32::MIN));
        let pacer =
            Arc::new(RateLimiter::direct_with_clock(quota.allow_burst(burst), Paced(self.0.clock.clone())));
        pacers.insert(scope, (rate, pacer.clone()));
        pacer
    }

    fn now_us(&self) -> i64 {
        self.0.clock.now().0 * 1000
    }
}

impl Slice {
    fn empty() -> Self {
        Self {
            left: 0,
            worthless_at: Timestamp(0),
            closed_until_us: 0,
            next_in_line_us: 0,
            next_ahead_us: 0,
            rests_until_us: 0,
        }
    }
}

/// A place in line: no two who wait come back at the same moment.
fn line_up(next_us: &mut i64, now_us: i64, wait: Duration, rate: Rate) -> Duration {
    let first = now_us + i64::try_from(wait.as_micros()).unwrap_or(0);
    let last = first + i64::try_from(LONGEST_QUEUE.as_micros()).unwrap_or(0);
    *next_us = (*next_us + rate.interval_us).clamp(first, last);
    Duration::from_micros((*next_us - now_us).unsigned_abs()).max(SHORTEST_WAIT)
}
