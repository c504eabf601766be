//! The outer edge: what is asked of every request before anybody looks at what it wants.
//!
//! [`listen`] keeps slow and endless connections from holding a process; [`head`] judges a request's head; [`address`]
//! says who is at the other end; [`throttle`] how often they may ask; [`cors`] whose pages may ask from a browser.
//! `middleware.rs` calls them in that order.

pub mod address;
pub mod cors;
pub mod head;
pub mod listen;
pub mod throttle;

use address::Proxies;
use bellbird_core::config::Config;
use cors::Origins;
use std::time::Duration;
use throttle::Throttle;

/// The settings of the edge, read once.
#[derive(Clone)]
pub struct Guards {
    /// Whose word on the client's address counts.
    pub proxies: Proxies,
    /// Whose pages may ask.
    pub origins: Origins,
    /// How often.
    pub throttle: Throttle,
    /// A request, and its answer's head, may take this long.
    pub request_time: Duration,
    /// An upload may take this long.
    pub upload_time: Duration,
    /// Whether browsers are told to come by https only.
    pub https: bool,
}

impl std::fmt::Debug for Guards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guards").finish_non_exhaustive()
    }
}

impl Guards {
    /// Reads the settings.
    ///
    /// # Errors
    /// A setting that is wrong.
    pub fn new(services: &bellbird_core::Services) -> bellbird_core::Result<Self> {
        let config: &Config = &services.config;
        let http = &config.http;
        Ok(Self {
            proxies: Proxies::new(
                &http.trusted_proxies().map_err(bellbird_core::Error::internal)?,
                http.proxy_header,
            ),
            origins: Origins::new(http.cors_origins()),
            throttle: Throttle::new(services),
            request_time: Duration::from_millis(http.request_timeout_ms),
            upload_time: Duration::from_millis(http.upload_timeout_ms),
            https: http.public_url.starts_with("https://"),
        })
    }
}
