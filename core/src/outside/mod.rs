//! Requests to addresses that somebody typed in. Whoever may say where we post to must not be able to make us knock at
//! doors only we can reach: the database beside us, a router, a cloud's metadata service.
//!
//! An address is looked at twice. [`Outside::check`] reads the URL when it is typed in, and again before each request: so
//! that a person learns at once what is wrong, and because a host that is written as a number is never looked up. Where a
//! *name* leads is asked when a connection is made, by the very look-up whose answer is connected to ([`resolver`]): a
//! name that led outside a moment ago and leads inside now gets nowhere. Redirects are not followed, a proxy is not
//! used (it would do the look-up), and an answer is read only so far and only for so long.
//!
//! Every URL a person can make us ask goes through here. Providers' own addresses come from the settings and do not.

pub mod ranges;
mod resolver;

pub use resolver::LookUp;

use crate::config::OutsideConfig;
use crate::error::Problem;
use ranges::Range;
use reqwest::header::HeaderMap;
use reqwest::{Client, Url};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Nobody needs a longer address.
const LONGEST: usize = 2_000;
/// A connection that is not there by then never comes.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(30);
/// Below this, only the web's own ports: nothing else down there speaks HTTP, and much of it takes a line of it as a
/// command.
const FIRST_FREE_PORT: u16 = 1_024;

/// What an installation allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowed {
    /// `http://`, too.
    pub http: bool,
    /// Addresses of this machine and of private networks, too.
    pub private: bool,
}

impl From<&OutsideConfig> for Allowed {
    fn from(config: &OutsideConfig) -> Self {
        Self { http: config.allow_http, private: config.allow_private }
    }
}

/// Why an address is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be read.
    #[error("this is not an address like https://example.com/hooks")]
    Unreadable,
    /// It is too long.
    #[error("an address has at most 2,000 characters")]
    TooLong,
    /// It is not encrypted.
    #[error("the address must begin with https://")]
    NotHttps,
    /// It holds a user name or a password.
    #[error("the address must not hold a user name or a password")]
    Credentials,
    /// The port is another service's.
    #[error("this port is not for the web: use 443, or one from 1024 on")]
    Port,
    /// It leads to this machine, a private network, or nowhere.
    #[error("the address does not lead to the public internet")]
    Inside,
}

impl Refused {
    /// A stable machine word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "invalid_url",
            Self::TooLong => "too_long",
            Self::NotHttps => "not_https",
            Self::Credentials => "credentials_in_url",
            Self::Port => "port_not_allowed",
            Self::Inside => "private_address",
        }
    }

    /// As a problem of the field that holds the address.
    pub fn problem(self, field: &str) -> Problem {
        Problem::new(field, self.code(), self.to_string())
    }
}

impl Allowed {
    /// Whether this address may be connected to.
    ///
    /// # Errors
    /// [`Refused::Inside`].
    pub fn address(self, ip: IpAddr) -> Result<(), Refused> {
        match ranges::of(ip) {
            Range::Public => Ok(()),
            Range::Private if self.private => Ok(()),
            Range::Private | Range::Never => Err(Refused::Inside),
        }
    }

    /// Reads an address. Where a name leads is not asked here: only what it leads to when a connection is made counts.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(self, text: &str) -> Result<Url, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::TooLong);
        }
        // what readers of URLs skip silently, people did not mean
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(Refused::Unreadable);
        }
        let url = Url::parse(text).map_err(|_| Refused::Unreadable)?;
        match url.scheme() {
            "https" => {}
            "http" if self.http => {}
            _ => return Err(Refused::NotHttps),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        let port = url.port_or_known_default().unwrap_or(0);
        if port < FIRST_FREE_PORT && !matches!(port, 80 | 443) {
            return Err(Refused::Port);
        }
        // numbers in any spelling (decimal, octal, hexadecimal) are addresses by now
        let host = url.host_str().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match literal {
            Ok(ip) => self.address(ip)?,
            Err(_) => self.name(host)?,
        }
        Ok(url)
    }

    /// Names that mean this machine whatever a look-up says.
    fn name(self, host: &str) -> Result<(), Refused> {
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        let here = name == "localhost" || name.ends_with(".localhost");
        match name.is_empty() {
            true => Err(Refused::Unreadable),
            false if here && !self.private => Err(Refused::Inside),
            false => Ok(()),
        }
    }
}

/// Asks addresses that somebody typed in; cheap to clone.
#[derive(Debug, Clone)]
pub struct Outside {
    allowed: Allowed,
    client: Client,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The header `Retry-After`, as it came.
    pub retry_after: Option<String>,
    /// The beginning of the body, as text.
    pub body: String,
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum NoReply {
    /// The address is not asked.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It was asked, and did not answer, or not in time.
    #[error("{0}")]
    Failed(String),
}

impl Outside {
    /// `patience`: for a whole request, its answer included.
    ///
    /// # Errors
    /// When the system has no trust in anybody: no root certificates.
    pub fn new(allowed: Allowed, patience: Duration) -> Result<Self, reqwest::Error> {
        Self::with_look_up(allowed, patience, resolver::system())
    }

    /// Like [`Outside::new`], with another way to look names up.
    ///
    /// # Errors
    /// The same.
    pub fn with_look_up(
        allowed: Allowed,
        patience: Duration,
        look_up: Arc<dyn LookUp>,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .connect_timeout(CONNECT.min(patience))
            .timeout(patience)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(8)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .user_agent(concat!("bellbird/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(resolver::guarded(allowed, look_up))
            .build()?;
        Ok(Self { allowed, client })
    }

    /// Reads an address as [`Allowed::check`] does.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, text: &str) -> Result<Url, Refused> {
        self.allowed.check(text)
    }

    /// Posts `body`, and reads at most `most` bytes of what comes back.
    ///
    /// # Errors
    /// When the address is refused, or nothing came back. Where it led to is not told: that is nobody's business who
    /// could only type it in.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: String,
        most: usize,
    ) -> Result<Reply, NoReply> {
        let url = self.check(url)?;
        let failed = |error: reqwest::Error| NoReply::from_client(&error);
        let mut response = self.client.post(url).headers(headers).body(body).send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(reqwest::header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()).map(str::to_string);
        let mut read = Vec::new();
        // The status is what counts. A body that breaks off, or never ends, is what it was until then.
        while read.len() < most
            && let Ok(Some(chunk)) = response.chunk().await
        {
            let room = (most - read.len()).min(chunk.len());
            read.extend_from_slice(&chunk[..room]);
        }
        // databases do not take a zero byte in a text
        let body = String::from_utf8_lossy(&read).replace('\0', "\u{fffd}");
        Ok(Reply { status, retry_after, body })
    }
}

impl NoReply {
    fn from_client(error: &reqwest::Error) -> Self {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(this) = cause {
            if let Some(refused) = this.downcast_ref::<Refused>() {
                return Self::Refused(*refused);
            }
            cause = this.source();
        }
        let what = if error.is_timeout() {
            "no answer in time"
        } else if error.is_connect() {
            "no connection: the name is not known, nobody listens there, or its certificate is not valid"
        } else {
            "the connection broke off before an answer came"
        };
        Self::Failed(what.into())
    }
}

#[cfg(test)]
mod tests;
