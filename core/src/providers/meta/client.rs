//! Sends messages through Meta's Graph API.

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Url};
use secrecy::ExposeSecret;

use super::payload::{Payload, ReadReceipt};
use super::{answer, errors, numbers};
use crate::providers::{Timeouts, http_client};
use crate::senders::port::{
    Action, Failure, MarkReadError, MessageSender, NumberFacts, OutboundMessage, ProveError, Rule,
    SendOutcome, SenderAccess,
};

/// Where Meta is, and how long we wait for it.
#[derive(Debug, Clone)]
pub struct MetaOptions {
    /// Base address of the Graph API.
    pub graph_url: String,
    /// Version, as `v26.0`.
    pub version: String,
    /// Time-outs.
    pub timeouts: Timeouts,
}

impl Default for MetaOptions {
    /// The real thing, in the version that was current in November 2026.
    fn default() -> Self {
        Self {
            graph_url: "https://graph.facebook.com".into(),
            version: "v26.0".into(),
            timeouts: Timeouts::default(),
        }
    }
}

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
pub enum MetaClientError {
    /// The base address is not an http(s) address.
    #[error("the Graph API address is not an http or https address: {0}")]
    Address(String),
    /// TLS or the connection pool could not be set up.
    #[error("the HTTP client could not be built")]
    Client(#[from] reqwest::Error),
}

/// [`MessageSender`] over Meta's Cloud API. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct MetaClient {
    http: Client,
    base: Url,
}

impl MetaClient {
    /// A client with connections of its own.
    pub fn new(options: &MetaOptions) -> Result<Self, MetaClientError> {
        let address = || MetaClientError::Address(options.graph_url.clone());
        let mut base = Url::parse(&options.graph_url).map_err(|_| address())?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(address());
        }
        base.path_segments_mut().map_err(|()| address())?.pop_if_empty().push(&options.version);
        Ok(Self { http: http_client(options.timeouts)?, base })
    }

    /// `{base}/{version}/{segments…}`, every segment escaped.
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Cannot fail: `new` has done the same with this base.
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(segments);
        }
        url
    }

    /// The connections.
    pub(super) fn http(&self) -> &Client {
        &self.http
    }

    /// Base address and version.
    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    pub(super) fn anonymous(&self, url: Url) -> RequestBuilder {
        self.http.get(url)
    }

    pub(super) fn ask(&self, method: Method, from: &SenderAccess, url: Url) -> RequestBuilder {
        self.http.request(method, url).header(AUTHORIZATION, bearer(from))
    }

    fn post_message(&self, from: &SenderAccess, body: Vec<u8>) -> RequestBuilder {
        self.http
            .post(self.url(&[&from.phone_number_id, "messages"]))
            .header(AUTHORIZATION, bearer(from))
            .header(CONTENT_TYPE, "application/json")
            .body(body)
    }

    pub(super) fn get(&self, from: &SenderAccess, url: Url) -> RequestBuilder {
        self.http.get(url).header(AUTHORIZATION, bearer(from))
    }
}

#[async_trait]
impl MessageSender for MetaClient {
    async fn send(&self, from: &SenderAccess, message: &OutboundMessage) -> SendOutcome {
        let body = match serde_json::to_vec(&Payload::from(message)) {
            Ok(body) => body,
            Err(error) => return SendOutcome::NotSent { why: error.to_string() },
        };
        let response = match self.post_message(from, body).send().await {
            Ok(response) => response,
            Err(error) => return unanswered(error),
        };
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        match response.bytes().await {
            Ok(body) => answer::outcome(status, &headers, &from.waba_id, &body),
            // The headers are there, so Meta had the request; what it made of it is lost.
            Err(error) => SendOutcome::Ambiguous { why: cause(error), failure: None },
        }
    }

    fn request(&self, message: &OutboundMessage) -> serde_json::Value {
        serde_json::to_value(Payload::from(message)).unwrap_or_default()
    }

    async fn mark_read(&self, from: &SenderAccess, wamid: &str, typing: bool) -> Result<(), MarkReadError> {
        let not_now = |error| MarkReadError::NotNow(cause(error));
        let body = serde_json::to_vec(&ReadReceipt::new(wamid, typing))
            .map_err(|error| MarkReadError::NotNow(error.to_string()))?;
        let response = self.post_message(from, body).send().await.map_err(not_now)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let body = response.bytes().await.map_err(not_now)?;
        match answer::refusal(&body).map(|refusal| refusal.failure) {
            Some(failure) if !is_passing(errors::rule_for(&failure).action) => {
                Err(MarkReadError::Refused(failure))
            }
            _ => Err(MarkReadError::NotNow(format!("HTTP status {status}"))),
        }
    }

    async fn prove(&self, from: &SenderAccess) -> Result<NumberFacts, ProveError> {
        numbers::prove(self, from).await
    }

    fn rule(&self, failure: &Failure) -> &'static Rule {
        errors::rule_for(failure)
    }
}

/// Whether asking again later may help.
pub(super) fn is_passing(action: Action) -> bool {
    matches!(action, Action::RetrySoon | Action::Throttle | Action::HoldPair | Action::Ambiguous)
}

/// What a request without an answer proves. Only a failure before the first byte was written proves that nothing was
/// sent: no address, no connection, no TLS. A connection lost or a time-out later proves nothing.
fn unanswered(error: reqwest::Error) -> SendOutcome {
    if error.is_connect() || error.is_builder() {
        SendOutcome::NotSent { why: cause(error) }
    } else {
        SendOutcome::Ambiguous { why: cause(error), failure: None }
    }
}

/// The whole chain of causes, without the address.
pub(super) fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// An unwritable token becomes an empty one, which Meta refuses with code 190: the account is stopped, as it should be.
pub(super) fn bearer(from: &SenderAccess) -> HeaderValue {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", from.token.expose_secret()))
        .unwrap_or_else(|_| HeaderValue::from_static("Bearer"));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests;
