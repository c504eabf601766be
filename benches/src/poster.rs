//! Posts webhooks as Meta does when a business is busy: one status per POST, signed, many at once; and times each answer.

use crate::Outcome;
use crate::meta::{ACCOUNT, SECRET};
use bellbird_core::providers::meta::sign;
use bellbird_core::secret::SecretString;
use bellbird_sandbox::Accepted;
use futures::StreamExt;
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// One webhook, ready to be posted.
#[derive(Debug)]
pub(crate) struct Webhook {
    body: Vec<u8>,
    signature: String,
}

impl Webhook {
    /// A status of a message Meta took.
    pub(crate) fn status(sent: &Accepted, status: &str) -> Self {
        let body = json!({"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT, "changes": [{
            "field": "messages",
            "value": {
                "messaging_product": "whatsapp",
                "metadata": {"display_phone_number": "15550000000", "phone_number_id": sent.phone_number_id},
                "statuses": [{
                    "id": sent.wamid, "status": status, "timestamp": (sent.at_ms / 1_000).to_string(),
                    "recipient_id": sent.to, "biz_opaque_callback_data": sent.opaque,
                    "pricing": {"billable": true, "pricing_model": "PMP", "category": "marketing", "type": "regular"},
                }],
            },
        }]}]});
        let body = body.to_string().into_bytes();
        let signature = sign(&SecretString::from(SECRET), &body);
        Self { body, signature }
    }
}

/// Posts to one address; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Poster {
    http: reqwest::Client,
    url: Arc<str>,
    /// How long answers took, in milliseconds.
    acks: Arc<Mutex<Vec<f64>>>,
}

impl Poster {
    pub(crate) fn new(url: &str) -> Outcome<Self> {
        crate::loopback::check("the webhooks' receiver", url)?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .tcp_nodelay(true)
            .pool_max_idle_per_host(256)
            .timeout(Duration::from_secs(20));
        Ok(Self { http: http.build()?, url: url.into(), acks: Arc::default() })
    }

    /// Posts one; anything but a 200 is an error: Meta would come again, and a bench should not.
    pub(crate) async fn post(&self, webhook: Webhook) -> Outcome {
        let request = self
            .http
            .post(&*self.url)
            .header("content-type", "application/json")
            .header("x-hub-signature-256", webhook.signature)
            .body(webhook.body);
        let begun = Instant::now();
        let answer = request.send().await?;
        let status = answer.status();
        answer.bytes().await?;
        let took = begun.elapsed().as_secs_f64() * 1_000.0;
        self.acks.lock().unwrap_or_else(PoisonError::into_inner).push(took);
        if status.is_success() { Ok(()) } else { Err(format!("a webhook was answered with {status}").into()) }
    }

    /// Posts all, so many at once, each line going on as soon as it is answered; how long all of it took, in seconds.
    pub(crate) async fn post_all(&self, webhooks: Vec<Webhook>, at_once: usize) -> Outcome<f64> {
        let begun = Instant::now();
        let mut posts = futures::stream::iter(webhooks)
            .map(|webhook| {
                let poster = self.clone();
                tokio::spawn(async move { poster.post(webhook).await })
            })
            .buffer_unordered(at_once);
        while let Some(posted) = posts.next().await {
            posted??;
        }
        Ok(begun.elapsed().as_secs_f64())
    }

    /// How long answers took since the last time, in milliseconds.
    pub(crate) fn take_acks(&self) -> Vec<f64> {
        std::mem::take(&mut *self.acks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
