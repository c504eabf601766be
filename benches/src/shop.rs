//! An organization that is ready to send, made through the API's own doors.

use crate::Outcome;
use crate::api::Api;
use crate::meta::{ACCOUNT, MPS, Meta, OFFER, ORDER, SECRET, TOKEN};
use crate::wait::until;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// How often a campaign is looked at: rarely enough to cost nothing.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Speaks for it.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) api: Api,
    /// Our ids of the pooled numbers.
    pub(crate) senders: Vec<String>,
    /// Where Meta posts to.
    pub(crate) webhook_url: String,
    offer: String,
    pub(crate) order: String,
}

/// A campaign's numbers at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Numbers {
    pub(crate) status: String,
    /// Taken by Meta, whatever came after.
    pub(crate) sent: i64,
    pub(crate) read: i64,
    /// Those that will never be sent.
    pub(crate) lost: i64,
}

impl Shop {
    /// Connects every number of `meta`.
    pub(crate) async fn open(api: Api, meta: &Meta) -> Outcome<Self> {
        let app = api.post("/api/v1/apps", &json!({"name": "Bench", "app_secret": SECRET})).await?;
        let text = |key: &str| app[key].as_str().unwrap_or_default().to_string();
        meta.tell(&text("webhook_url"), &text("verify_token"))?;
        let mut senders = Vec::new();
        for number in &meta.numbers {
            let number = json!({
                "app_id": text("id"), "phone_number_id": number, "waba_id": ACCOUNT, "access_token": TOKEN,
                "mps": MPS,
            });
            senders.push(api.created("/api/v1/senders", &number).await?);
        }
        let template = async |name: &str, category: &str, text: &str| {
            let examples =
                if text.contains("{{2}}") { json!({"1": "Ana", "2": "X"}) } else { json!({"1": "Ana"}) };
            let template = json!({
                "waba_id": ACCOUNT, "name": name, "language": "en_US", "category": category, "body": text,
                "examples": examples,
            });
            api.created("/api/v1/templates", &template).await
        };
        let offer = template("offer", "marketing", OFFER).await?;
        let order = template("order_update", "utility", ORDER).await?;
        Ok(Self { senders, webhook_url: text("webhook_url"), offer, order, api })
    }

    /// A draft to everybody who agreed, from all numbers.
    pub(crate) async fn draft(&self) -> Outcome<String> {
        let draft = json!({
            "name": "Offer", "template_id": self.offer, "sender_ids": self.senders,
            "audience": {"kind": "opted_in"},
            "variables": {"1": {"attribute": "name", "default": "friend"}, "2": {"value": "WELCOME20"}},
        });
        self.api.created("/api/v1/campaigns", &draft).await
    }

    /// Launches it; how long the answer took.
    pub(crate) async fn launch(&self, campaign: &str) -> Outcome<Duration> {
        let begun = Instant::now();
        self.api.post(&format!("/api/v1/campaigns/{campaign}/launch"), &Value::Null).await?;
        Ok(begun.elapsed())
    }

    pub(crate) async fn numbers(&self, campaign: &str) -> Outcome<Numbers> {
        let stats = self.api.get(&format!("/api/v1/campaigns/{campaign}/stats")).await?;
        let (funnel, counts) = (&stats["funnel"], &stats["counts"]);
        let n = |value: &Value, key: &str| value[key].as_i64().unwrap_or_default();
        Ok(Numbers {
            status: stats["status"].as_str().unwrap_or_default().to_string(),
            sent: n(funnel, "sent"),
            read: n(funnel, "read"),
            lost: n(funnel, "failed") + n(counts, "skipped") + n(counts, "unknown"),
        })
    }

    /// Waits until `done` holds of the campaign's numbers. Somebody who cannot be sent to any more ends the measurement.
    pub(crate) async fn watch(
        &self,
        campaign: &str,
        limit: Duration,
        awaited: &str,
        done: impl Fn(&Numbers) -> bool,
    ) -> Outcome<Numbers> {
        until(limit, LOOK_EVERY, awaited, async || {
            let numbers = self.numbers(campaign).await?;
            if numbers.lost > 0 {
                return Err(format!("the sandbox refuses nobody, and yet: {numbers:?}").into());
            }
            Ok(done(&numbers).then_some(numbers))
        })
        .await
    }
}
