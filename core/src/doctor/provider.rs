//! The way out to the provider, and the way in from it.

use super::{Finding, Patient, patiently, skew};
use reqwest::header::CONTENT_TYPE;

/// Whether the provider answers, and whether its clock is ours.
pub(super) async fn examine(patient: &Patient) -> Vec<Finding> {
    const SUBJECT: &str = "provider";
    let url = &patient.config.meta.graph_url;
    match patiently(patient.inspector.reach()).await {
        Ok(date) => {
            let mut findings = vec![match url.starts_with("https://") {
                true => Finding::good(SUBJECT, format!("answers at {}", bare(url))),
                false => Finding::warning(
                    SUBJECT,
                    format!("answers at {}, without TLS: a sandbox?", bare(url)),
                    "unset BELLBIRD_GRAPH_URL to reach people",
                ),
            }];
            // it says whole seconds, so it is right on average half a second later
            let half = std::time::Duration::from_millis(500);
            findings
                .extend(date.map(|date| skew("the provider's clock", patient.clock.now(), date.plus(half))));
            findings
        }
        Err(why) => {
            let cure =
                "let this machine reach it on port 443, or correct meta.graph_url (BELLBIRD_GRAPH_URL)";
            vec![Finding::bad(SUBJECT, format!("{} does not answer: {why}", bare(url)), cure)]
        }
    }
}

/// Whether the outside world would find the API where webhook addresses say it is.
pub(super) async fn public_address(patient: &Patient) -> Vec<Finding> {
    const SUBJECT: &str = "public address";
    let given = &patient.config.http.public_url;
    if given.is_empty() {
        let cure = "set http.public_url (BELLBIRD_PUBLIC_URL); webhook addresses begin with it";
        return vec![Finding::warning(SUBJECT, "not set: no webhook can arrive", cure)];
    }
    let url = patient.config.http.public_url();
    // an address every proxy passes on, and an answer nobody else gives: a refusal in our own words
    let asked = patiently(async {
        let answer = patient.http.get(format!("{url}/api/v1/senders")).send().await;
        let answer = answer.map_err(|error| words(&error.without_url()))?;
        let ours = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
        Ok((answer.status().as_u16(), ours))
    });
    let cure = "start `bellbird serve`, and look at the proxy, its certificate and the name's address";
    vec![match asked.await {
        Ok((401, true)) if !url.starts_with("https://") => Finding::warning(
            SUBJECT,
            format!("{} answers, without TLS", bare(&url)),
            "put a TLS proxy in front: providers post webhooks to https only",
        ),
        Ok((401, true)) => Finding::good(SUBJECT, format!("{} answers", bare(&url))),
        Ok((status, _)) => {
            Finding::bad(SUBJECT, format!("{} answers {status}, as somebody else", bare(&url)), cure)
        }
        Err(why) => Finding::bad(SUBJECT, format!("{} does not answer: {why}", bare(&url)), cure),
    }]
}

/// An address without what may be secret in it: user, password and query.
pub(super) fn bare(url: &str) -> String {
    let Ok(mut url) = reqwest::Url::parse(url) else { return "an unreadable address".into() };
    // both fail only for addresses that have no place for them
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string().trim_end_matches('/').to_string()
}

/// The whole chain of causes.
pub(super) fn words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        assert_eq!(bare("https://me:secret@example.com/a/?key=secret"), "https://example.com/a");
        assert_eq!(bare("nonsense"), "an unreadable address");
    }
}
