//! What every request, the posting task and the handle share.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tokio::{
    sync::{Notify, mpsc},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    agenda::Agenda,
    behaviour::Rules,
    caps::MarketingCap,
    catalog::Catalogs,
    config::{SandboxConfig, WebhookConfig},
    gate::Gates,
    identity::Persons,
    ledger::Ledger,
    limits::{Limits, LimitsInForce},
    matcher::Subject,
    media::{Media, Uploads},
    payload::{StatusEvent, Tracked},
    portfolio::Portfolios,
    pricing::Till,
    registry::Registry,
    seen::Seen,
    statuses::{Planned, StatusProfile},
    template::{Review, ReviewDesk},
    usage::Usage,
    webhooks::Command,
};

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: SandboxConfig,
    /// `http://127.0.0.1:port`, without a slash at its end.
    pub(crate) base_url: Arc<str>,
    pub(crate) id_salt: u64,
    pub(crate) registry: Registry,
    pub(crate) rules: Rules,
    pub(crate) gates: Gates,
    pub(crate) ledger: Ledger,
    pub(crate) media: Media,
    pub(crate) uploads: Uploads,
    pub(crate) agenda: Agenda,
    pub(crate) review: ReviewDesk,
    pub(crate) persons: Persons,
    pub(crate) portfolios: Portfolios,
    pub(crate) limits: LimitsInForce,
    pub(crate) caps: MarketingCap,
    pub(crate) till: Till,
    pub(crate) seen: Seen,
    pub(crate) usage: Usage,
    pub(crate) catalogs: Catalogs,
    pub(crate) statuses: RwLock<Arc<StatusProfile>>,
    pub(crate) webhooks: RwLock<WebhookConfig>,
    pub(crate) webhooks_paused: AtomicBool,
    pub(crate) client: reqwest::Client,
    pub(crate) commands: mpsc::UnboundedSender<Command>,
    /// Statuses and bodies not yet acknowledged.
    pub(crate) pending: AtomicU64,
    pub(crate) settled: Notify,
    pub(crate) requests: AtomicU64,
    pub(crate) stop: CancellationToken,
}

impl Shared {
    pub(crate) fn new(
        config: SandboxConfig,
        base_url: Arc<str>,
        client: reqwest::Client,
        commands: mpsc::UnboundedSender<Command>,
    ) -> Self {
        let started = config.clock.now().timestamp_nanos_opt().unwrap_or_default().cast_unsigned();
        let after_ms = config.template_review.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        let limits =
            Limits { pair_rate: config.pair_rate || config.limits.pair_rate, ..config.limits.clone() };
        let review = Review { after_ms, ..Review::default() };
        Self {
            id_salt: config.id_salt.unwrap_or(started ^ u64::from(std::process::id()).rotate_left(48)),
            registry: Registry::default(),
            rules: Rules::default(),
            gates: Gates::default(),
            ledger: Ledger::default(),
            media: Media::default(),
            uploads: Uploads::default(),
            agenda: Agenda::default(),
            review: ReviewDesk::new(review),
            persons: Persons::default(),
            portfolios: Portfolios::default(),
            limits: LimitsInForce::new(limits),
            caps: MarketingCap::default(),
            till: Till::default(),
            seen: Seen::default(),
            usage: Usage::default(),
            catalogs: Catalogs::default(),
            base_url,
            statuses: RwLock::new(Arc::new(config.statuses.clone())),
            webhooks: RwLock::new(config.webhooks.clone()),
            webhooks_paused: AtomicBool::new(false),
            client,
            commands,
            pending: AtomicU64::new(0),
            settled: Notify::new(),
            requests: AtomicU64::new(0),
            stop: CancellationToken::new(),
            config,
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.config.clock.now().timestamp_millis()
    }

    /// The same in microseconds, for rates.
    pub(crate) fn now_us(&self) -> i64 {
        self.config.clock.now().timestamp_micros()
    }

    pub(crate) fn profile(&self) -> Arc<StatusProfile> {
        Arc::clone(&self.statuses.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Hands the statuses of one message over; all but the early one, which is returned.
    pub(crate) fn schedule(&self, message: &Arc<Tracked>, planned: Vec<Planned>) -> Option<StatusEvent> {
        self.pending.fetch_add(planned.len() as u64, Ordering::AcqRel);
        let accepted_at = Instant::now();
        let mut early = None;
        let mut later = Vec::with_capacity(planned.len());
        for planned in planned {
            let event = StatusEvent { message: Arc::clone(message), planned };
            if planned.early {
                early = Some(event);
            } else {
                later.push((accepted_at + planned.posted, event));
            }
        }
        if !later.is_empty() {
            self.tell_poster(Command::Statuses(later));
        }
        early
    }

    pub(crate) fn subject<'a>(
        &self,
        phone_number_id: &'a str,
        to: &'a str,
        template: Option<&'a str>,
        opaque: Option<&'a str>,
    ) -> Subject<'a> {
        Subject { endpoint: "messages", to, phone_number_id, template, opaque, seed: self.config.seed }
    }
}
