//! What a sandbox can be told before it starts.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{clock::WallClock, limits::Limits, statuses::StatusProfile};

/// How a sandbox starts; most of it can be changed while it runs.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// Where to listen; only loopback is allowed, port 0 takes a free one.
    pub address: SocketAddr,
    /// Decides every random choice; equal seeds and equal requests give equal outcomes.
    pub seed: u64,
    /// Makes message ids unique between runs; set it only to get the same ids twice.
    pub id_salt: Option<u64>,
    /// Wall time.
    pub clock: WallClock,
    /// The statuses a message gets when no rule says otherwise.
    pub statuses: StatusProfile,
    /// How webhooks are posted.
    pub webhooks: WebhookConfig,
    /// Time every send takes before it is accepted.
    pub latency: Duration,
    /// Whether Meta's pair rate is enforced; the same as `limits.pair_rate`.
    pub pair_rate: bool,
    /// The other limits.
    pub limits: Limits,
    /// Whether a recipient whose number ends in a known six-digit code gets that code, so `+15550131026` is not
    /// on WhatsApp.
    pub magic_numbers: bool,
    /// Whether the answer's `wa_id` may differ from the number asked for, as it does in Brazil and Mexico.
    pub normalise_wa_ids: bool,
    /// Whether webhooks name business-scoped user ids beside phone numbers.
    pub user_ids: bool,
    /// How long a template created through the API waits for its approval; none leaves it to the caller.
    pub template_review: Option<Duration>,
    /// How long a batch of products takes.
    pub catalog_batch: Duration,
    /// Most templates of one account: 6,000 for a verified business, 250 for others.
    pub templates_max: usize,
    /// Bytes of media kept in memory; the oldest files make room for new ones.
    pub media_bytes_max: usize,
    /// How many refused requests are kept in detail; all of them are counted.
    pub refusals_kept: usize,
}

impl Default for SandboxConfig {
    fn default() -> Self {
        Self {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            seed: 1,
            id_salt: None,
            clock: WallClock::system(),
            statuses: StatusProfile::default(),
            webhooks: WebhookConfig::default(),
            latency: Duration::ZERO,
            pair_rate: false,
            limits: Limits::default(),
            magic_numbers: false,
            normalise_wa_ids: true,
            user_ids: true,
            template_review: Some(Duration::ZERO),
            catalog_batch: Duration::ZERO,
            templates_max: 6_000,
            media_bytes_max: 512 * 1_024 * 1_024,
            refusals_kept: 100_000,
        }
    }
}

/// How webhooks are posted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct WebhookConfig {
    /// Most statuses in one POST.
    pub batch_max: usize,
    /// How long a status may wait for company.
    pub linger_ms: u64,
    /// Most POSTs in flight at once.
    pub concurrency: usize,
    /// How long the receiver may take before the POST counts as failed.
    pub timeout_ms: u64,
    /// Wait before the first retry; it doubles with each failure.
    pub retry_first_ms: u64,
    /// Longest wait between retries.
    pub retry_max_ms: u64,
    /// How long the answer to a send waits for its early status to be delivered.
    pub early_wait_ms: u64,
}

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            batch_max: 100,
            linger_ms: 5,
            concurrency: 8,
            timeout_ms: 20_000,
            retry_first_ms: 100,
            retry_max_ms: 60_000,
            early_wait_ms: 2_000,
        }
    }
}
