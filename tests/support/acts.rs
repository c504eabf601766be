//! What a shop does all day: drafting, launching, looking, and waiting for what becomes of it.

use super::app::TestApp;
use super::client::Answer;
use super::shop::{Shop, wa_id};
use super::wait::{DEADLINE, GLANCE, wait_for};
use bellbird_sandbox::Inbound;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

impl Shop {
    /// A marketing campaign to the people added to it; `changes` replace parts of it.
    pub(crate) fn draft(&self, changes: Value) -> Value {
        let mut draft = json!({
            "name": "Spring offer",
            "template_id": self.marketing,
            "sender_ids": [self.sender],
            "variables": {"1": {"attribute": "name", "default": "friend"}},
        });
        for (key, value) in changes.as_object().expect("an object of changes") {
            draft[key] = value.clone();
        }
        draft
    }

    /// Drafts a campaign, adds these people (opted in an hour ago) and gives its id.
    pub(crate) async fn campaign(&self, app: &TestApp, changes: Value, people: &[String]) -> String {
        let id = self.created("/api/v1/campaigns", self.draft(changes)).await;
        self.add(app, &id, people).await;
        id
    }

    /// Adds people, opted in an hour ago.
    pub(crate) async fn add(&self, app: &TestApp, campaign: &str, people: &[String]) {
        let at = app.ago(Duration::from_secs(3_600));
        for people in people.chunks(1_000) {
            let recipients: Vec<_> = people
                .iter()
                .map(|phone| {
                    json!({
                        "phone": phone, "name": "Ana",
                        "opt_in": {"state": "opted_in", "source": "checkout", "at": at},
                    })
                })
                .collect();
            let path = format!("/api/v1/campaigns/{campaign}/recipients");
            self.api.post(&path, json!({"recipients": recipients})).await.ok();
        }
    }

    /// Writes a customer down; `word`: `opted_in` or `opted_out`, an hour ago.
    pub(crate) async fn customer(
        &self,
        app: &TestApp,
        phone: &str,
        word: Option<&str>,
        tags: &[&str],
    ) -> Value {
        let mut body = json!({"phone": phone, "name": "Ana", "tags": tags});
        if let Some(word) = word {
            let at = app.ago(Duration::from_secs(3_600));
            body["opt_in"] = json!({"state": word, "source": "checkout", "at": at});
        }
        self.api.send(reqwest::Method::PUT, "/api/v1/customers", body).await.ok()
    }

    /// Where a customer stands about marketing.
    pub(crate) async fn consent(&self, customer: &Value) -> String {
        let id = customer["id"].as_str().expect("an id");
        let customer = self.api.get(&format!("/api/v1/customers/{id}")).await.ok();
        customer["marketing_consent"]["state"].as_str().expect("a state").to_string()
    }

    /// Launches, pauses, resumes or cancels.
    pub(crate) async fn steer(&self, campaign: &str, verb: &str) -> Answer {
        self.api.post(&format!("/api/v1/campaigns/{campaign}/{verb}"), Value::Null).await
    }

    /// Drafts a campaign to these people and launches it.
    pub(crate) async fn launched(&self, app: &TestApp, changes: Value, people: &[String]) -> String {
        let id = self.campaign(app, changes, people).await;
        self.steer(&id, "launch").await.ok();
        id
    }

    /// A campaign's numbers.
    pub(crate) async fn stats(&self, campaign: &str) -> Value {
        self.api.get(&format!("/api/v1/campaigns/{campaign}/stats")).await.ok()
    }

    /// Waits until a campaign's numbers are as wanted.
    pub(crate) async fn until_stats(
        &self,
        campaign: &str,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let begun = Instant::now();
        loop {
            let stats = self.stats(campaign).await;
            if wanted(&stats) {
                return stats;
            }
            assert!(begun.elapsed() < DEADLINE, "waited in vain for {what}: {stats:#}");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until a campaign stands so.
    pub(crate) async fn until(&self, campaign: &str, status: &str) -> Value {
        self.until_stats(campaign, &format!("the campaign to be {status}"), |stats| stats["status"] == status)
            .await
    }

    /// Everybody in a campaign, page by page.
    pub(crate) async fn recipients(&self, campaign: &str) -> Vec<Value> {
        self.all(&format!("/api/v1/campaigns/{campaign}/recipients?limit=200")).await
    }

    /// Every item of a list.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let (mut found, mut next) = (Vec::new(), path.to_string());
        loop {
            let page = self.api.get(&next).await.ok();
            found.extend(page["items"].as_array().expect("items").iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { return found };
            let sign = if path.contains('?') { '&' } else { '?' };
            next = format!("{path}{sign}cursor={cursor}");
        }
    }

    /// One person of a campaign.
    pub(crate) async fn recipient(&self, campaign: &str, phone: &str) -> Value {
        let all = self.recipients(campaign).await;
        let found = all.into_iter().find(|recipient| recipient["phone"] == phone);
        found.unwrap_or_else(|| panic!("{phone} is not in the campaign"))
    }

    /// Waits until a person of a campaign stands so.
    pub(crate) async fn until_recipient(&self, campaign: &str, phone: &str, status: &str) -> Value {
        wait_for(&format!("{phone} to be {status}"), async || {
            let found = self.recipient(campaign, phone).await;
            (found["status"] == status).then_some(found)
        })
        .await
    }

    /// A message with its attempts.
    pub(crate) async fn message(&self, id: &str) -> Value {
        self.api.get(&format!("/api/v1/messages/{id}")).await.ok()
    }

    /// Waits until a message stands so.
    pub(crate) async fn until_message(&self, id: &str, status: &str) -> Value {
        wait_for(&format!("{id} to be {status}"), async || {
            let found = self.message(id).await;
            (found["status"] == status).then_some(found)
        })
        .await
    }
}

impl TestApp {
    /// Somebody writes to the shop; gives our id of what they wrote, once it is known.
    pub(crate) async fn writes(&self, shop: &Shop, phone: &str, text: &str) -> String {
        let inbound = Inbound {
            from: wa_id(phone),
            phone_number_id: shop.number.clone(),
            text: Some(text.into()),
            ..Inbound::default()
        };
        let wamid = self.sandbox.inbound(&inbound).expect("the sandbox knows the number");
        wait_for("the message to be known", async || {
            let all = shop.all("/api/v1/messages?direction=in").await;
            let found = all.into_iter().find(|message| message["wamid"] == wamid)?;
            Some(found["id"].as_str()?.to_string())
        })
        .await
    }
}
