//! Meta's side: the sandbox, with as many numbers as a row needs.

use crate::Outcome;
use bellbird_sandbox::{
    App, PhoneNumber, Sandbox, SandboxConfig, SandboxHandle, StatusProfile, Subscription, Template, Waba,
    WebhookConfig, World,
};
use serde_json::json;
use std::time::Duration;

const APP: &str = "1001";
/// The account all numbers belong to.
pub(crate) const ACCOUNT: &str = "2001";
/// Signs webhooks.
pub(crate) const SECRET: &str = "the app secret";
/// Opens every number.
pub(crate) const TOKEN: &str = "the token";
/// What campaigns send.
pub(crate) const OFFER: &str = "Hi {{1}}, use the code {{2}} for 20% off until Sunday.";
/// What somebody waits for.
pub(crate) const ORDER: &str = "Hi {{1}}, your order is on its way.";
/// Its messages a second: Meta's ceiling.
pub(crate) const MPS: u32 = 1_000;

/// How the sandbox is to behave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Behaviour {
    /// How many numbers.
    pub(crate) numbers: u32,
    /// How long Meta takes for a request.
    pub(crate) latency: Duration,
    /// How many statuses share a POST; none: nobody is told of any.
    pub(crate) statuses: Option<usize>,
}

/// A running sandbox.
#[derive(Debug)]
pub(crate) struct Meta {
    pub(crate) sandbox: SandboxHandle,
    /// Meta's ids of the numbers.
    pub(crate) numbers: Vec<String>,
    tells: bool,
}

impl Meta {
    pub(crate) async fn start(behaviour: Behaviour) -> Outcome<Self> {
        let sandbox = Sandbox::start(SandboxConfig {
            latency: behaviour.latency,
            statuses: StatusProfile { read_ratio: 1.0, ..StatusProfile::instant() },
            webhooks: WebhookConfig {
                batch_max: behaviour.statuses.unwrap_or(1),
                concurrency: 16,
                ..WebhookConfig::default()
            },
            ..SandboxConfig::default()
        });
        let numbers = (0..behaviour.numbers).map(|n| format!("3{n:03}")).collect();
        let meta = Self { sandbox: sandbox.await?, numbers, tells: behaviour.statuses.is_some() };
        meta.tell("http://127.0.0.1:9/", "unset")?;
        Ok(meta)
    }

    pub(crate) fn url(&self) -> &str {
        self.sandbox.base_url()
    }

    /// Sets where webhooks go and makes everything else.
    pub(crate) fn tell(&self, callback: &str, verify_token: &str) -> Outcome {
        let number = |(at, id): (usize, &String)| PhoneNumber {
            mps: MPS,
            display_phone_number: format!("+1 555-{:03}-{:04}", at / 10_000, at % 10_000),
            ..PhoneNumber::new(id, ACCOUNT, APP, TOKEN)
        };
        let template = |name: &str, category: &str, text: &str| {
            let examples = if text.contains("{{2}}") { json!([["Ana", "X"]]) } else { json!([["Ana"]]) };
            let body = json!([{"type": "BODY", "text": text, "example": {"body_text": examples}}]);
            Template::approved(ACCOUNT, name, "en_US", category, body)
        };
        let told = Subscription { app_id: APP.into(), override_callback_uri: None };
        Ok(self.sandbox.apply(World {
            apps: vec![App {
                id: APP.into(),
                name: "Bench".into(),
                secret: SECRET.into(),
                callback_url: self.tells.then(|| callback.to_string()),
                verify_token: Some(verify_token.to_string()),
            }],
            wabas: vec![Waba {
                id: ACCOUNT.into(),
                name: "Bench".into(),
                subscriptions: if self.tells { vec![told] } else { Vec::new() },
            }],
            numbers: self.numbers.iter().enumerate().map(number).collect(),
            templates: vec![
                template("offer", "MARKETING", OFFER),
                template("order_update", "UTILITY", ORDER),
            ],
            ..World::default()
        })?)
    }

    /// How many sends it has taken.
    pub(crate) fn accepted(&self) -> usize {
        usize::try_from(self.sandbox.counts().accepted).unwrap_or(usize::MAX)
    }

    /// Sends per second between the first and the last one it took; and between the tenth and the ninetieth of a
    /// hundred, where neither start nor end count.
    pub(crate) fn rates(&self) -> (Option<f64>, Option<f64>) {
        let mut times: Vec<i64> = self.sandbox.ledger().iter().map(|sent| sent.at_ms).collect();
        times.sort_unstable();
        let between = |from: usize, until: usize| {
            let time = (times.get(until)? - times.get(from)?) as f64 / 1_000.0;
            (time > 0.0).then(|| (until - from) as f64 / time)
        };
        let last = times.len().saturating_sub(1);
        (between(0, last), between(last / 10, last * 9 / 10))
    }
}
