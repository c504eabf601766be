//! Asks Meta about templates, and reads what an answer means.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Url};
use serde_json::Value;

use super::super::answer::{refusal, retry_after};
use super::super::client::{MetaClient, cause};
use super::super::errors;
use super::words;
use crate::senders::port::{Action, Failure, SenderAccess};
use crate::templates::port::RegistryError;

/// Largest answer we read; a page of a hundred templates is well below it.
const LARGEST: usize = 8 * 1_024 * 1_024;

/// Makes one request.
pub(super) async fn ask(
    client: &MetaClient,
    access: &SenderAccess,
    method: Method,
    url: Url,
    body: Option<Value>,
) -> Result<Value, RegistryError> {
    let unclear = |error| RegistryError::Unclear(cause(error));
    let mut request = client.ask(method, access, url);
    if let Some(body) = body {
        request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
    }
    let mut response = request.send().await.map_err(unclear)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unclear)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            return Err(RegistryError::Unclear("the answer is too large".into()));
        }
    }
    if let Some(refused) = refusal(&bytes) {
        return Err(meaning(&refused.failure, || retry_after(&headers, &access.waba_id)));
    }
    if !status.is_success() {
        return Err(RegistryError::Unclear(format!("HTTP status {}", status.as_u16())));
    }
    serde_json::from_slice(&bytes).map_err(unreadable)
}

/// Serde's message may quote values; where it stopped is enough.
pub(super) fn unreadable(error: serde_json::Error) -> RegistryError {
    RegistryError::Unclear(format!("unexpected JSON at column {}", error.column()))
}

fn meaning(failure: &Failure, wait: impl Fn() -> Option<std::time::Duration>) -> RegistryError {
    match (failure.code, failure.subcode) {
        (_, Some(words::EXISTS)) => RegistryError::Exists,
        (_, Some(words::MISSING)) | (100, Some(33)) | (33, _) => RegistryError::Missing,
        // a creation that was refused for certain, whatever the code's rule for messages
        (100, _) => RegistryError::Refused(words::refusal(failure)),
        (code, _) => match errors::rule(code).action {
            Action::Throttle | Action::RetrySoon => RegistryError::TooMany(wait()),
            Action::Ambiguous => RegistryError::Unclear(format!("code {code}")),
            Action::StopAccount => RegistryError::Refused(
                "The access token of the account's sender was not accepted, or may not manage templates \
                 (permission whatsapp_business_management)."
                    .into(),
            ),
            _ => RegistryError::Refused(words::refusal(failure)),
        },
    }
}
