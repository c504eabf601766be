//! A shop: an organization with an app, a sender and templates, made through the API's own doors, and what a shop does.

use super::app::TestApp;
use super::client::{Answer, Client};
use super::wait::{DEADLINE, GLANCE, wait_for};
use bellbird_core::context::{Actor, Ctx};
use bellbird_core::ids::OrganizationId;
use bellbird_core::secret::ExposeSecret;
use bellbird_core::{identity, organizations};
use bellbird_sandbox::{Accepted, App, PhoneNumber, Subscription, Template, Waba, World};
use chrono::SecondsFormat;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// An organization that is ready to send.
#[derive(Debug)]
pub(crate) struct Shop {
    /// Speaks to the API with the shop's key.
    pub(crate) api: Client,
    /// The organization.
    pub(crate) organization: OrganizationId,
    /// Our id of the Meta app.
    pub(crate) app: String,
    /// Where Meta posts to.
    pub(crate) webhook_url: String,
    /// Signs what Meta posts.
    pub(crate) secret: String,
    /// Proves the webhook address.
    pub(crate) verify_token: String,
    /// Meta's id of the account.
    pub(crate) waba: String,
    /// Meta's id of the number.
    pub(crate) number: String,
    /// The number's access token.
    pub(crate) token: String,
    /// Our id of the number.
    pub(crate) sender: String,
    /// A marketing template with one variable.
    pub(crate) marketing: String,
    /// A utility template with one variable.
    pub(crate) utility: String,
}

const OFFER: &str = "Hi {{1}}, have a look at what is new this week.";
const ORDER: &str = "Hi {{1}}, your order is on its way.";

/// The `n`th person's number, as an Indian mobile.
pub(crate) fn phone(n: usize) -> String {
    format!("+9198{:08}", 20_000_000 + n)
}

/// The first `n` people's numbers.
pub(crate) fn phones(n: usize) -> Vec<String> {
    (0..n).map(phone).collect()
}

/// A number as Meta writes it.
pub(crate) fn wa_id(phone: &str) -> String {
    phone.trim_start_matches('+').to_string()
}

impl TestApp {
    /// Makes an organization (in India) with a key and nothing else.
    pub(crate) async fn organization(&self) -> (OrganizationId, Client) {
        let tx = self.services.begin().await.expect("a transaction");
        let organization = organizations::create(&tx, "A shop", Some("IN")).await.expect("an organization");
        let key = identity::create_key(&tx, organization.id, "tests").await.expect("a key");
        tx.commit().await.expect("committed");
        (organization.id, self.anyone.with_key(Some(key.secret.expose_secret())))
    }

    /// Makes a shop, with its other half at Meta. Posting to `/api/v1/senders` proves the token there.
    pub(crate) async fn shop(&self) -> Shop {
        let n = self.next();
        let (organization, api) = self.organization().await;
        let secret = format!("app secret {n}");
        let app = api.post("/api/v1/apps", json!({"name": "Our app", "app_secret": secret})).await.ok();
        let text = |value: &Value, key: &str| value[key].as_str().expect(key).to_string();
        let (waba, number, token) =
            (format!("20{n:06}"), format!("30{n:06}"), format!("token of number {n}"));
        let meta_app = format!("10{n:06}");
        self.sandbox
            .apply(World {
                apps: vec![App {
                    id: meta_app.clone(),
                    name: "Our app".into(),
                    secret: secret.clone(),
                    callback_url: Some(text(&app, "webhook_url")),
                    verify_token: Some(text(&app, "verify_token")),
                }],
                wabas: vec![Waba {
                    id: waba.clone(),
                    name: "A shop".into(),
                    subscriptions: vec![Subscription {
                        app_id: meta_app.clone(),
                        override_callback_uri: None,
                    }],
                }],
                numbers: vec![PhoneNumber {
                    mps: 1_000,
                    display_phone_number: format!("+1 555-0{n:02}-3881"),
                    ..PhoneNumber::new(&number, &waba, &meta_app, &token)
                }],
                templates: vec![
                    at_meta(&waba, "offer", "MARKETING", OFFER),
                    at_meta(&waba, "order_update", "UTILITY", ORDER),
                ],
                windows: Vec::new(),
            })
            .expect("the sandbox takes the shop");
        let mut shop = Shop {
            app: text(&app, "id"),
            webhook_url: text(&app, "webhook_url"),
            verify_token: text(&app, "verify_token"),
            secret,
            organization,
            waba,
            number,
            token,
            sender: String::new(),
            marketing: String::new(),
            utility: String::new(),
            api,
        };
        shop.sender = shop.created("/api/v1/senders", shop.connection()).await;
        shop.marketing = shop.created("/api/v1/templates", shop.template("offer", "marketing", OFFER)).await;
        shop.utility =
            shop.created("/api/v1/templates", shop.template("order_update", "utility", ORDER)).await;
        shop
    }

    /// A moment as the API writes it, this long ago.
    pub(crate) fn ago(&self, time: Duration) -> String {
        self.services.now().minus(time).to_utc().to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// Authority over a shop's rows, for what has no door yet.
    pub(crate) fn ctx(&self, shop: &Shop) -> Ctx {
        Ctx { services: self.services.clone(), organization: shop.organization, actor: Actor::Operator }
    }

    /// What Meta took from a shop, by recipient.
    pub(crate) fn taken(&self, shop: &Shop) -> BTreeMap<String, Vec<Arc<Accepted>>> {
        let mut taken: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for one in self.sandbox.ledger() {
            if one.phone_number_id == shop.number {
                taken.entry(format!("+{}", one.to)).or_default().push(one);
            }
        }
        taken
    }

    /// Meta took exactly one message for each of these people, and none for anybody else.
    #[track_caller]
    pub(crate) fn assert_each_once(&self, shop: &Shop, people: &[String]) {
        let taken: BTreeMap<String, usize> =
            self.taken(shop).into_iter().map(|(to, all)| (to, all.len())).collect();
        let wanted: BTreeMap<String, usize> = people.iter().map(|person| (person.clone(), 1)).collect();
        assert_eq!(taken, wanted, "what Meta took");
    }
}

fn at_meta(waba: &str, name: &str, category: &str, text: &str) -> Template {
    let body = json!([{"type": "BODY", "text": text, "example": {"body_text": [["Ana"]]}}]);
    Template::approved(waba, name, "en_US", category, body)
}

impl Shop {
    /// What connects the shop's number.
    pub(crate) fn connection(&self) -> Value {
        json!({
            "app_id": self.app,
            "phone_number_id": self.number,
            "waba_id": self.waba,
            "access_token": self.token,
            "mps": 1_000,
        })
    }

    /// What writes a template down.
    pub(crate) fn template(&self, name: &str, category: &str, body: &str) -> Value {
        json!({
            "waba_id": self.waba, "name": name, "language": "en_US", "category": category, "body": body,
            "examples": {"1": "Ana"},
        })
    }

    /// Posts something and gives its id.
    pub(crate) async fn created(&self, path: &str, body: Value) -> String {
        let made = self.api.post(path, body).await.ok();
        made["id"].as_str().expect("an id").to_string()
    }

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
