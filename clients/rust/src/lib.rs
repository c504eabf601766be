//! Bellbird's API for Rust, generated from `openapi.yaml` when this crate is built.
//!
//! Each operation is a method named by its `operationId`, each schema a type in [`types`]. A refusal is an
//! [`Error::ErrorResponse`] that holds the [`types::Problem`]. Operations that take a file are not here.
//! `docs/clients/quickstart.rs` shows all of it at work.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use std::time::Duration;

pub use generated::{ByteStream, Client, ClientInfo, Error, ResponseValue, builder, prelude, types};

/// No answer but a stream takes this long.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client of the API at `url` (like `http://127.0.0.1:8080`) that speaks with an API key (`bb_…`).
///
/// # Errors
/// When the key is not one, or TLS cannot be set up.
pub fn connect(url: &str, key: &str) -> Result<Client, Box<dyn std::error::Error + Send + Sync>> {
    let mut key = HeaderValue::try_from(format!("Bearer {key}"))?;
    key.set_sensitive(true);
    let headers = HeaderMap::from_iter([(AUTHORIZATION, key)]);
    // a time-out between two reads, not over all of them: an event stream has no end
    let http =
        reqwest::Client::builder().default_headers(headers).connect_timeout(TIMEOUT).read_timeout(TIMEOUT);
    Ok(Client::new_with_client(url, http.build()?))
}

/// What progenitor made of the document.
#[allow(clippy::all, unused_qualifications, reason = "nobody writes this, and nobody reads it")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/client.rs"));
}
