//! What comes from customers and from Meta itself: messages, wishes, templates' reviews, bodies of any kind.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::{
    SandboxError,
    graph::messages_wamid,
    handle::Control,
    media::{self, NewMedium, Origin, kinds, samples},
    payload::{change_body, number_value, user_id},
    registry::{Target, loopback_url},
    shared::Shared,
    signing::to_escaped_json,
    webhooks::Command,
    world::LiveNumber,
};

/// A message from a customer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Inbound {
    /// The customer's number, digits only.
    pub from: String,
    /// The business number written to.
    pub phone_number_id: String,
    /// The customer's profile name.
    pub name: Option<String>,
    /// A text.
    pub text: Option<String>,
    /// A template's quick reply.
    pub button: Option<InboundButton>,
    /// Any other message: an object with `type` and the object of that name.
    pub message: Option<Value>,
    /// The message this answers.
    pub context_id: Option<String>,
}

/// A tap on a template's quick reply.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct InboundButton {
    /// What the send put behind the button.
    pub payload: String,
    /// What stands on it.
    pub text: String,
}

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
    /// Posts a customer's message and opens their window; gives its id.
    pub fn inbound(&self, inbound: &Inbound) -> Result<String, SandboxError> {
        let number = self.number(&inbound.phone_number_id)?;
        let now_ms = self.shared.now_ms();
        self.shared.registry.people.open_window(&number.id, &inbound.from, now_ms);
        let seq = u64::MAX - self.shared.requests.fetch_add(1, Ordering::Relaxed);
        let wamid = messages_wamid(self.shared.id_salt, seq, &inbound.from);
        let (kind, mut content) = inbound.content()?;
        self.attach_file(&number, &kind, &mut content)?;
        let mut message = json!({
            "from": inbound.from,
            "id": wamid,
            "timestamp": (now_ms / 1_000).to_string(),
            "type": kind,
        });
        let name = inbound.name.clone().unwrap_or_else(|| "Sandbox Customer".to_owned());
        let mut contact = json!({"profile": {"name": name}, "wa_id": inbound.from});
        if let (Some(message), Some(contact)) = (message.as_object_mut(), contact.as_object_mut()) {
            message.insert(kind, content);
            if let Some(id) = &inbound.context_id {
                message.insert("context".into(), json!({"from": number.spec.digits(), "id": id}));
            }
            if self.shared.config.user_ids {
                let user_id = user_id(&number.spec.waba_id, &inbound.from);
                message.insert("from_user_id".into(), user_id.as_str().into());
                contact.insert("user_id".into(), user_id.into());
            }
        }
        let parts = [("contacts", json!([contact])), ("messages", json!([message]))];
        self.post_number_change(&number, "messages", parts);
        Ok(wamid)
    }

    /// Keeps a customer's file, so that a message can name it; gives the media id.
    pub fn customer_file(
        &self,
        phone_number_id: &str,
        mime_type: &str,
        bytes: Vec<u8>,
    ) -> Result<String, SandboxError> {
        let number = self.number(phone_number_id)?;
        if bytes.len() > kinds::BODY_MAX {
            return Err(SandboxError::Invalid(format!("a file has at most {} bytes", kinds::BODY_MAX)));
        }
        let shared = &self.shared;
        let medium = NewMedium {
            phone_number_id: number.spec.id.clone(),
            origin: Origin::Customer,
            mime_type: mime_type.to_owned(),
            bytes,
        };
        let kept = shared.media.keep(medium, shared.id_salt, shared.now_ms(), shared.config.media_bytes_max);
        Ok(kept.id.clone())
    }

    /// Puts a file behind a message of media: the one it names, or a sample.
    fn attach_file(&self, number: &LiveNumber, kind: &str, content: &mut Value) -> Result<(), SandboxError> {
        let (Some((usual, sample)), Some(content)) = (samples::sample(kind), content.as_object_mut()) else {
            return Ok(());
        };
        let given = content.get("id").and_then(Value::as_str).map(str::to_owned);
        let mime_type = content.get("mime_type").and_then(Value::as_str).unwrap_or(usual).to_owned();
        let id = given.map_or_else(|| self.customer_file(&number.spec.id, &mime_type, sample), Ok)?;
        let shared = &self.shared;
        let now_ms = shared.now_ms();
        // An id that names no file is left as it is: such messages arrive, too.
        if let Some(medium) = shared.media.find(&id, now_ms) {
            content.insert("mime_type".into(), medium.mime_type.as_str().into());
            content.insert("sha256".into(), medium.sha256_base64().into());
            content
                .insert("url".into(), media::url(&shared.base_url, &medium, shared.id_salt, now_ms).into());
        }
        content.insert("id".into(), id.into());
        Ok(())
    }

    /// Posts a customer's choice about marketing; after `stop`, marketing to them fails with 131050.
    pub fn preference(&self, preference: &Preference) -> Result<(), SandboxError> {
        let number = self.number(&preference.phone_number_id)?;
        let stop = preference.value == "stop";
        if !stop && preference.value != "resume" {
            return Err(SandboxError::Invalid("value is stop or resume".to_owned()));
        }
        self.shared.registry.people.stop_marketing(&number.id, &preference.wa_id, stop);
        let change = json!([{
            "wa_id": preference.wa_id,
            "detail": format!("User requested to {} marketing messages", preference.value),
            "category": "marketing_messages",
            "value": preference.value,
            "timestamp": self.shared.now_ms() / 1_000,
        }]);
        let parts = [("contacts", json!([{"wa_id": preference.wa_id}])), ("user_preferences", change)];
        self.post_number_change(&number, "user_preferences", parts);
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

    fn number(&self, id: &str) -> Result<Arc<LiveNumber>, SandboxError> {
        self.shared.registry.number(id).ok_or_else(|| SandboxError::Unknown(format!("phone number {id}")))
    }

    fn post_number_change<const N: usize>(
        &self,
        number: &LiveNumber,
        field: &str,
        parts: [(&str, Value); N],
    ) {
        let mut value = number_value(number);
        if let Some(map) = value.as_object_mut() {
            map.extend(parts.map(|(key, part)| (key.to_owned(), part)));
        }
        self.shared.post_change(&number.spec.waba_id, field, &value);
    }
}

impl Inbound {
    /// The message's type and the object of that name.
    fn content(&self) -> Result<(String, Value), SandboxError> {
        if let Some(text) = &self.text {
            return Ok(("text".to_owned(), json!({"body": text})));
        }
        if let Some(button) = &self.button {
            return Ok(("button".to_owned(), json!({"payload": button.payload, "text": button.text})));
        }
        let other = self.message.as_ref().and_then(|message| {
            let kind = message.get("type")?.as_str()?;
            Some((kind.to_owned(), message.get(kind).cloned()?))
        });
        other.ok_or_else(|| SandboxError::Invalid("text, button or message is needed".to_owned()))
    }
}

impl Shared {
    pub(crate) fn post_change(&self, waba_id: &str, field: &str, value: &Value) {
        let body = to_escaped_json(&change_body(waba_id, field, value)).unwrap_or_default();
        self.post_body(self.registry.targets(waba_id), body);
    }

    fn post_body(&self, targets: Vec<Target>, body: Vec<u8>) {
        self.pending.fetch_add(1, Ordering::AcqRel);
        let (told, _) = oneshot::channel();
        self.tell_poster(Command::Body { targets, body, told });
    }
}
