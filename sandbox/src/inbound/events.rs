//! What is no message: wishes about marketing, bodies of any kind, and the check of a receiver.

use std::{sync::atomic::Ordering, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::{
    SandboxError,
    handle::Control,
    payload::change_body,
    registry::{Target, loopback_url},
    shared::Shared,
    signing::to_escaped_json,
    webhooks::Command,
};

/// A customer's choice about marketing messages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Preference {
    /// The customer.
    pub wa_id: String,
    /// The business number.
    pub phone_number_id: String,
    /// `stop` or `resume`.
    pub value: String,
}

/// A webhook body made by the caller.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RawWebhook {
    /// Signs it and gives the address; none takes the only app there is.
    pub app_id: Option<String>,
    /// A body to be written in Meta's escaped form.
    pub body: Option<Value>,
    /// A body to be posted byte for byte.
    pub raw: Option<String>,
}

impl Control {
    /// Posts a customer's choice about marketing; after `stop`, marketing to them fails with 131050.
    pub fn preference(&self, preference: &Preference) -> Result<(), SandboxError> {
        let number = self.number(&preference.phone_number_id)?;
        let stop = preference.value == "stop";
        if !stop && preference.value != "resume" {
            return Err(SandboxError::Invalid("value is stop or resume".to_owned()));
        }
        let person = self.shared.persons.key(&preference.wa_id);
        self.shared.registry.people.stop_marketing(&number.id, &person, stop);
        let who = self.shared.identity(&number.spec.waba_id, &preference.wa_id);
        let mut change = json!({
            "detail": format!("User requested to {} marketing messages", preference.value),
            "category": "marketing_messages",
            "value": preference.value,
            "timestamp": self.shared.now_ms() / 1_000,
        });
        let mut contact = json!({});
        for part in [&mut change, &mut contact] {
            who.write(part, ["wa_id", "user_id", "parent_user_id"]);
        }
        let parts = [("contacts", json!([contact])), ("user_preferences", json!([change]))];
        self.shared.post_number_change(&number, "user_preferences", parts);
        Ok(())
    }

    /// Posts a body of the caller's, signed.
    pub fn post_webhook(&self, webhook: RawWebhook) -> Result<(), SandboxError> {
        let app_id = match webhook.app_id {
            Some(id) => id,
            None => match self.world().apps.as_slice() {
                [only] => only.id.clone(),
                _ => return Err(SandboxError::Invalid("app_id is needed".to_owned())),
            },
        };
        if self.shared.registry.app(&app_id).is_none() {
            return Err(SandboxError::Unknown(format!("app {app_id}")));
        }
        let body = match (webhook.raw, webhook.body) {
            (Some(raw), _) => raw.into_bytes(),
            (None, Some(body)) => to_escaped_json(&body).unwrap_or_default(),
            (None, None) => return Err(SandboxError::Invalid("body or raw is needed".to_owned())),
        };
        self.shared.post_body(vec![Target { app_id: app_id.into(), override_url: None }], body);
        Ok(())
    }

    /// Asks an app's receiver to prove itself as Meta does; true if it gave the challenge back.
    pub async fn verify_webhook(&self, app_id: &str) -> Result<bool, SandboxError> {
        let app =
            self.shared.registry.app(app_id).ok_or_else(|| SandboxError::Unknown(format!("app {app_id}")))?;
        let Some(url) = &app.callback_url else {
            return Err(SandboxError::Invalid("the app has no callback_url".to_owned()));
        };
        let mut url = loopback_url(url)?;
        let challenge = self.shared.id_salt.to_string();
        url.query_pairs_mut()
            .append_pair("hub.mode", "subscribe")
            .append_pair("hub.challenge", &challenge)
            .append_pair("hub.verify_token", app.verify_token.as_deref().unwrap_or_default());
        let Ok(answer) = self.shared.client.get(url).timeout(Duration::from_secs(10)).send().await else {
            return Ok(false);
        };
        let accepted = answer.status() == reqwest::StatusCode::OK;
        Ok(accepted && answer.text().await.is_ok_and(|text| text == challenge))
    }
}

impl Shared {
    /// Posts a change of an account.
    pub(crate) fn post_change(&self, waba_id: &str, field: &str, value: &Value) {
        self.post_value(self.registry.targets(waba_id), waba_id, field, value);
    }

    pub(super) fn post_value(&self, targets: Vec<Target>, waba_id: &str, field: &str, value: &Value) {
        let now_s = self.now_ms() / 1_000;
        let body = to_escaped_json(&change_body(waba_id, now_s, field, value)).unwrap_or_default();
        self.post_body(targets, body);
    }

    fn post_body(&self, targets: Vec<Target>, body: Vec<u8>) {
        self.pending.fetch_add(1, Ordering::AcqRel);
        let (told, _) = oneshot::channel();
        self.tell_poster(Command::Body { targets, body, told });
    }
}
