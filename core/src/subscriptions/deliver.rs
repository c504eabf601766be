//! Posting one delivery that was taken.

use super::secrets;
use super::settle::{self, Outcome};
use super::take::Taken;
use crate::context::Services;
use crate::error::{Error, Result};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use std::time::{Duration, Instant};

/// So much of an answer is kept.
const KEPT: usize = 1_024;

/// Posts what was taken and writes down what came of it. Done twice, the receiver is told twice, with one id; what is
/// written down counts for the last attempt only.
///
/// # Errors
/// When it cannot be written down. The lease ends, and the delivery is made again.
pub async fn deliver(services: &Services, taken: &Taken) -> Result<()> {
    let begun = Instant::now();
    let outcome = match post(services, taken).await {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(subscription = %taken.subscription.id, %error, "a delivery cannot be signed");
            Outcome { error: Some("it could not be signed".into()), ..Outcome::default() }
        }
    };
    let took = begun.elapsed();
    metrics::histogram!("bellbird_delivery_seconds").record(took.as_secs_f64());
    write_down(services, taken, &outcome, took).await
}

async fn post(services: &Services, taken: &Taken) -> Result<Outcome> {
    let (now, subscription) = (services.now(), taken.subscription.as_ref());
    let (seconds, secrets) = (now.0 / 1_000, secrets::valid(&services.cipher, subscription, now).await?);
    let signature = secrets::sign(&secrets, taken.event, seconds, &taken.payload)?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("webhook-id", taken.event.to_string()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature),
    ] {
        headers.insert(HeaderName::from_static(name), value.parse().map_err(Error::internal)?);
    }
    let reply = services.outside.post(&subscription.url, headers, taken.payload.clone(), KEPT).await;
    Ok(match reply {
        Ok(reply) => Outcome {
            status: Some(reply.status),
            retry_after: reply.retry_after,
            body: Some(reply.body).filter(|body| !body.is_empty()),
            error: None,
        },
        Err(error) => Outcome { error: Some(error.to_string()), ..Outcome::default() },
    })
}

/// An answer exists only here until it is written: a database that is away for a moment does not cost a second delivery.
async fn write_down(services: &Services, taken: &Taken, outcome: &Outcome, took: Duration) -> Result<()> {
    let mut pause = Duration::from_millis(100);
    loop {
        match settle::settle(services, taken, outcome, took).await {
            Err(error) if error.is_transient() && pause < Duration::from_secs(10) => {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            settled => return settled,
        }
    }
}
