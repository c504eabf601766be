//! A shop: an organization with an app, a sender and templates, made through the API's own doors.

use super::app::TestApp;
use super::client::Client;
use bellbird_core::context::{Actor, Ctx};
use bellbird_core::ids::OrganizationId;
use bellbird_core::secret::ExposeSecret;
use bellbird_core::{identity, organizations};
use bellbird_sandbox::{Accepted, App, PhoneNumber, Subscription, Template, Waba, World};
use chrono::SecondsFormat;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

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

/// The text of the marketing template.
pub(crate) const OFFER: &str = "Hi {{1}}, have a look at what is new this week.";
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
        let mut shop = self.unconnected_shop().await;
        shop.sender = shop.created("/api/v1/senders", shop.connection()).await;
        shop.marketing = shop.created("/api/v1/templates", shop.template("offer", "marketing", OFFER)).await;
        shop.utility =
            shop.created("/api/v1/templates", shop.template("order_update", "utility", ORDER)).await;
        shop
    }

    /// Makes a shop that has an app and its other half at Meta, but no sender and no templates yet.
    pub(crate) async fn unconnected_shop(&self) -> Shop {
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
                ..World::default()
            })
            .expect("the sandbox takes the shop");
        Shop {
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
        }
    }

    /// A moment as the API writes it, this long ago.
    pub(crate) fn ago(&self, time: Duration) -> String {
        self.services.now().minus(time).to_utc().to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// Authority over a shop's rows, for what has no door yet.
    pub(crate) fn ctx(&self, shop: &Shop) -> Ctx {
        Ctx::trusted(self.services.clone(), shop.organization, Actor::Operator)
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
    /// Connects another number of the shop's account, as fast as the first; gives the sender's id.
    pub(crate) async fn second_number(&self, app: &TestApp, number: &str) -> String {
        let number = PhoneNumber {
            mps: 1_000,
            display_phone_number: format!("+1 555-099-7{number}"),
            ..PhoneNumber::new(number, &self.waba, &app.sandbox.world().apps[0].id, "second token")
        };
        let mut connection = self.connection();
        connection["phone_number_id"] = json!(number.id);
        connection["access_token"] = json!("second token");
        app.sandbox.apply(World { numbers: vec![number], ..World::default() }).unwrap();
        self.created("/api/v1/senders", connection).await
    }

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
}
