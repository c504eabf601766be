//! Posting webhooks: one task owns everything that waits (statuses for their time, POSTs for a slot or a retry),
//! so nothing here needs a lock, and many statuses share a POST.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap, VecDeque},
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use reqwest::{StatusCode, header};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};

use crate::{
    config::WebhookConfig,
    payload::{StatusEvent, statuses_body},
    registry::Target,
    shared::Shared,
    signing::{sign, to_escaped_json},
};

/// What is not acknowledged by then is lost.
const GIVE_UP_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// What the posting task is told.
pub(crate) enum Command {
    /// Statuses for later, with the time each is due.
    Statuses(Vec<(Instant, StatusEvent)>),
    /// A status that must go out alone and now; the sender hears when it was acknowledged.
    Early(StatusEvent, oneshot::Sender<()>),
    /// A finished body for everybody who listens to the account.
    Body { targets: Vec<Target>, body: Vec<u8>, told: oneshot::Sender<()> },
    /// A POST came to its end.
    Finished { post: Post, acknowledged: bool },
    /// The settings have changed.
    Wake,
}

/// One POST, kept until it is acknowledged.
pub(crate) struct Post {
    target: Target,
    payload: Payload,
    /// When it was posted first, in milliseconds since 1970.
    since_ms: i64,
    failures: u32,
    told: Option<oneshot::Sender<()>>,
}

enum Payload {
    Statuses(Vec<StatusEvent>),
    Body(Vec<u8>),
}

impl Payload {
    /// How many pending things it stands for.
    fn weight(&self) -> u64 {
        match self {
            Self::Statuses(events) => events.len() as u64,
            Self::Body(_) => 1,
        }
    }
}

enum Due {
    Status(StatusEvent),
    Retry(Post),
}

/// Orders the heap by time, then by arrival.
struct Waiting {
    at: Reverse<(Instant, u64)>,
    due: Due,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}

/// Statuses that are due and wait for company.
struct Group {
    events: VecDeque<StatusEvent>,
    since: Instant,
}

struct Poster {
    shared: Arc<Shared>,
    later: BinaryHeap<Waiting>,
    arrivals: u64,
    groups: HashMap<Target, Group>,
    ready: VecDeque<Post>,
    in_flight: usize,
}

/// Runs until the sandbox stops.
pub(crate) async fn run(shared: Arc<Shared>, mut commands: mpsc::UnboundedReceiver<Command>) {
    let stop = shared.stop.clone();
    let mut poster = Poster {
        shared,
        later: BinaryHeap::new(),
        arrivals: 0,
        groups: HashMap::new(),
        ready: VecDeque::new(),
        in_flight: 0,
    };
    let mut batch = Vec::new();
    loop {
        let wake_at = poster.turn(Instant::now());
        tokio::select! {
            () = stop.cancelled() => return,
            received = commands.recv_many(&mut batch, 1_024) => {
                if received == 0 {
                    return;
                }
                for command in batch.drain(..) {
                    poster.obey(command);
                }
            }
            () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() => {}
        }
    }
}

impl Poster {
    fn obey(&mut self, command: Command) {
        match command {
            Command::Statuses(events) => {
                for (at, event) in events {
                    self.wait(at, Due::Status(event));
                }
            }
            Command::Early(event, told) => {
                let targets = self.shared.registry.targets_of(&event.message.number);
                self.fan_out(targets, || Payload::Statuses(vec![event.clone()]), told);
            }
            Command::Body { targets, body, told } => {
                self.fan_out(targets, || Payload::Body(body.clone()), told);
            }
            Command::Finished { post, acknowledged } => self.finished(post, acknowledged),
            Command::Wake => {}
        }
    }

    /// Makes one POST for each listener; the first one's acknowledgement is told.
    fn fan_out(&mut self, targets: Vec<Target>, payload: impl Fn() -> Payload, told: oneshot::Sender<()>) {
        let mut told = Some(told);
        if targets.is_empty() {
            self.shared.nobody_listens(1);
        }
        for (at, target) in targets.into_iter().enumerate() {
            if at > 0 {
                self.shared.pending.fetch_add(1, Ordering::AcqRel);
            }
            let (payload, since_ms) = (payload(), self.shared.now_ms());
            let post = Post { target, payload, since_ms, failures: 0, told: told.take() };
            self.ready.push_back(post);
        }
    }

    fn wait(&mut self, at: Instant, due: Due) {
        self.arrivals += 1;
        self.later.push(Waiting { at: Reverse((at, self.arrivals)), due });
    }

    /// Starts what can be started; says when to look again.
    fn turn(&mut self, now: Instant) -> Option<Instant> {
        let config = self.shared.webhook_config();
        while self.later.peek().is_some_and(|waiting| waiting.at.0.0 <= now) {
            match self.later.pop().map(|waiting| waiting.due) {
                Some(Due::Status(event)) => self.gather(event, now),
                Some(Due::Retry(post)) => self.ready.push_back(post),
                None => break,
            }
        }
        let next = self.later.peek().map(|waiting| waiting.at.0.0);
        if self.shared.webhooks_paused.load(Ordering::Acquire) {
            return next;
        }
        let linger = Duration::from_millis(config.linger_ms);
        while self.in_flight < config.concurrency.max(1) {
            let post = self.ready.pop_front().or_else(|| self.ripe(&config, now, linger));
            let Some(post) = post else { break };
            self.start(post, &config);
        }
        if self.in_flight >= config.concurrency.max(1) {
            // Nothing to look for before a POST is finished, and that will be told.
            return next;
        }
        let ripe_at = self.groups.values().map(|group| group.since + linger).min();
        next.into_iter().chain(ripe_at).min()
    }

    fn gather(&mut self, event: StatusEvent, now: Instant) {
        let targets = self.shared.registry.targets_of(&event.message.number);
        if targets.is_empty() {
            self.shared.nobody_listens(1);
        }
        for (at, target) in targets.into_iter().enumerate() {
            if at > 0 {
                self.shared.pending.fetch_add(1, Ordering::AcqRel);
            }
            let group =
                self.groups.entry(target).or_insert_with(|| Group { events: VecDeque::new(), since: now });
            group.events.push_back(event.clone());
        }
    }

    /// A POST from a group that is full or has waited long enough.
    fn ripe(&mut self, config: &WebhookConfig, now: Instant, linger: Duration) -> Option<Post> {
        let most = config.batch_max.max(1);
        let is_ripe = |group: &Group| group.events.len() >= most || group.since + linger <= now;
        let target =
            self.groups.iter().find(|(_, group)| is_ripe(group)).map(|(target, _)| target.clone())?;
        let group = self.groups.get_mut(&target)?;
        let events = group.events.drain(..most.min(group.events.len())).collect();
        if group.events.is_empty() {
            self.groups.remove(&target);
        }
        let since_ms = self.shared.now_ms();
        Some(Post { target, payload: Payload::Statuses(events), since_ms, failures: 0, told: None })
    }

    fn start(&mut self, mut post: Post, config: &WebhookConfig) {
        // The address and the secret are looked up each time: a receiver may come back somewhere else.
        let Some(app) = self.shared.registry.app(&post.target.app_id) else {
            self.shared.nobody_listens(post.payload.weight());
            return;
        };
        let Some(url) =
            post.target.override_url.as_deref().or(app.callback_url.as_deref()).map(str::to_owned)
        else {
            self.shared.nobody_listens(post.payload.weight());
            return;
        };
        self.in_flight += 1;
        let (client, shared) = (self.shared.client.clone(), Arc::clone(&self.shared));
        let timeout = Duration::from_millis(config.timeout_ms);
        tokio::spawn(async move {
            let body = match &mut post.payload {
                Payload::Statuses(events) => to_escaped_json(&statuses_body(events)).unwrap_or_default(),
                Payload::Body(body) => body.clone(),
            };
            let signature = sign(&app.secret, &body);
            let request = client
                .post(url)
                .timeout(timeout)
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::USER_AGENT, "facebookexternalua")
                .header("X-Hub-Signature-256", signature)
                .body(body);
            let answer = request.send().await;
            let acknowledged = answer.as_ref().is_ok_and(|answer| answer.status() == StatusCode::OK);
            if let Ok(answer) = answer {
                // Reading to the end lets the connection be used again.
                let _ = answer.bytes().await;
            }
            shared.tell_poster(Command::Finished { post, acknowledged });
        });
    }

    fn finished(&mut self, mut post: Post, acknowledged: bool) {
        self.in_flight -= 1;
        if !acknowledged {
            let config = self.shared.webhook_config();
            let wait =
                config.retry_first_ms.saturating_mul(1 << post.failures.min(20)).min(config.retry_max_ms);
            post.failures += 1;
            self.shared.ledger.count(|counts| counts.webhook_failures += 1);
            if self.shared.now_ms() - post.since_ms >= GIVE_UP_MS {
                self.shared.nobody_listens(post.payload.weight());
                return;
            }
            self.wait(Instant::now() + Duration::from_millis(wait), Due::Retry(post));
            return;
        }
        let mut by_name: BTreeMap<&'static str, u64> = BTreeMap::new();
        if let Payload::Statuses(events) = &post.payload {
            for event in events {
                *by_name.entry(event.planned.kind.name()).or_default() += 1;
            }
        }
        self.shared.ledger.count(|counts| {
            counts.webhooks += 1;
            for (name, more) in by_name {
                *counts.statuses.entry(name.to_owned()).or_default() += more;
            }
        });
        if let Some(told) = post.told.take() {
            // Nobody may be waiting any more; that is no failure.
            let _ = told.send(());
        }
        self.shared.settle(post.payload.weight());
    }
}

impl Shared {
    pub(crate) fn webhook_config(&self) -> WebhookConfig {
        self.webhooks.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn tell_poster(&self, command: Command) {
        // It fails only while the sandbox stops, when webhooks are to end anyway.
        let _ = self.commands.send(command);
    }

    /// Counts so many statuses that no app wanted.
    fn nobody_listens(&self, weight: u64) {
        self.ledger.count(|counts| counts.withheld += weight);
        self.settle(weight);
    }

    fn settle(&self, weight: u64) {
        if self.pending.fetch_sub(weight, Ordering::AcqRel) == weight {
            self.settled.notify_waiters();
        }
    }
}
