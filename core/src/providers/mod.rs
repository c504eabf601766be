//! Outside services: a slice declares the trait, the adapter lives here.

use std::time::Duration;

pub mod meta;
pub mod smtp;

/// How long a provider may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect, name look-up and TLS included. Running out of it proves that nothing was sent.
    pub connect: Duration,
    /// For the whole request. Must stay below the time a job handler is given.
    pub request: Duration,
    /// How long an unused connection is kept.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            request: Duration::from_secs(10),
            idle: Duration::from_secs(60),
        }
    }
}

/// Builds an HTTP client for a provider. The one place that does, so that none is without time-outs. Addresses that people
/// typed in are asked by [`Outside`](crate::outside::Outside), which trusts them less.
///
/// Redirects are refused: a message posted twice is worse than one refused, and no provider of ours needs them.
/// HTTP/1.1 is chosen on purpose: a connection that breaks leaves one request undecided instead of every request
/// multiplexed on it.
pub fn http_client(timeouts: Timeouts) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.request)
        .pool_idle_timeout(timeouts.idle)
        .redirect(reqwest::redirect::Policy::none())
        .http1_only()
        .user_agent(concat!("bellbird/", env!("CARGO_PKG_VERSION")))
        .build()
}
