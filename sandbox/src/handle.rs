//! Control from inside the process.

use std::{
    ops::Deref,
    sync::{Arc, PoisonError, atomic::Ordering},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    SandboxError,
    behaviour::{Rule, RuleReport},
    config::WebhookConfig,
    gate::{Gate, GateRule},
    graph::messages_wamid,
    ledger::{Accepted, Counts, Duplicate, Refused, SameBy},
    payload::{change_body, number_value, user_id},
    registry::{Target, loopback_url},
    shared::Shared,
    signing::to_escaped_json,
    statuses::StatusProfile,
    webhooks::Command,
    world::{LiveNumber, World},
};

/// A running sandbox. It stops when this is dropped; [`SandboxHandle::shutdown`] also waits for it.
#[derive(Debug)]
pub struct SandboxHandle {
    pub(crate) control: Control,
    pub(crate) server: JoinHandle<()>,
    pub(crate) poster: JoinHandle<()>,
}

impl SandboxHandle {
    /// A control that other tasks can own.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Stops listening and posting, and waits until both have ended. Webhooks not yet acknowledged are given up.
    pub async fn shutdown(mut self) {
        self.control.shared.stop.cancel();
        // Both end by the token; a panic in them has already been reported by the runtime.
        let _ = (&mut self.server).await;
        let _ = (&mut self.poster).await;
    }
}

impl Deref for SandboxHandle {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}

impl Drop for SandboxHandle {
    fn drop(&mut self) {
        self.control.shared.stop.cancel();
    }
}

/// Everything that can be asked of a sandbox and changed in it while it runs.
#[derive(Debug, Clone)]
pub struct Control {
    pub(crate) shared: Arc<Shared>,
    pub(crate) base_url: Arc<str>,
}

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
    /// `http://127.0.0.1:port`, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Adds to the world, or replaces what has the same id.
    pub fn apply(&self, world: World) -> Result<(), SandboxError> {
        self.shared.registry.apply(world)
    }

    /// The world as it is.
    pub fn world(&self) -> World {
        self.shared.registry.world()
    }

    /// Changes a template's status and posts the webhook about it. False if there is no such template.
    pub fn set_template_status(
        &self,
        waba_id: &str,
        name: &str,
        language: &str,
        status: &str,
        reason: Option<&str>,
    ) -> bool {
        self.shared.set_template_status(waba_id, name, language, status, reason)
    }

    /// Opens a customer's window as if they had just written.
    pub fn open_window(&self, phone_number_id: &str, wa_id: &str) {
        self.shared.registry.open_window(phone_number_id, wa_id, self.shared.now_ms());
    }

    /// Closes a customer's window.
    pub fn close_window(&self, phone_number_id: &str, wa_id: &str) {
        self.shared.registry.close_window(phone_number_id, wa_id);
    }

    /// From now on this token is answered with 190/463.
    pub fn expire_token(&self, token: &str) {
        self.shared.registry.expire_token(token);
    }

    /// Adds a rule at the end; gives its id.
    pub fn add_rule(&self, rule: Rule) -> u64 {
        self.shared.rules.add(rule)
    }

    /// Takes a rule away; false if it was not there.
    pub fn remove_rule(&self, id: u64) -> bool {
        self.shared.rules.remove(id)
    }

    /// Takes all rules away.
    pub fn clear_rules(&self) {
        self.shared.rules.clear();
    }

    /// The rules with how often each has matched.
    pub fn rules(&self) -> Vec<RuleReport> {
        self.shared.rules.report()
    }

    /// How statuses come from now on, where no rule says otherwise.
    pub fn set_statuses(&self, profile: StatusProfile) {
        *self.shared.statuses.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(profile);
    }

    /// How webhooks are posted from now on.
    pub fn set_webhooks(&self, config: WebhookConfig) {
        *self.shared.webhooks.write().unwrap_or_else(PoisonError::into_inner) = config;
        self.shared.tell_poster(Command::Wake);
    }

    /// Holds all webhooks back, or lets them go again.
    pub fn pause_webhooks(&self, paused: bool) {
        self.shared.webhooks_paused.store(paused, Ordering::Release);
        self.shared.tell_poster(Command::Wake);
    }

    /// Puts up a gate; sends that match are held there until it is released.
    pub fn gate(&self, rule: GateRule) -> Gate {
        self.shared.gates.add(rule)
    }

    /// The gates that stand.
    pub fn gates(&self) -> Vec<Gate> {
        self.shared.gates.standing()
    }

    /// Opens all gates for good.
    pub fn release_gates(&self) {
        self.shared.gates.release_all();
    }

    /// Everything accepted, in order.
    pub fn ledger(&self) -> Vec<Arc<Accepted>> {
        self.shared.ledger.page(0, usize::MAX)
    }

    /// What was accepted after `seq`, at most `limit`.
    pub fn ledger_page(&self, after: u64, limit: usize) -> Vec<Arc<Accepted>> {
        self.shared.ledger.page(after, limit)
    }

    /// The requests refused most recently (as many as the configuration keeps).
    pub fn refused(&self) -> Vec<Refused> {
        self.shared.ledger.refused()
    }

    /// How often things happened.
    pub fn counts(&self) -> Counts {
        let mut counts = self.shared.ledger.counts();
        counts.pending = self.shared.pending.load(Ordering::Acquire);
        counts
    }

    /// What was accepted more than once.
    pub fn duplicates(&self, same: SameBy) -> Vec<Duplicate> {
        self.shared.ledger.duplicates(same)
    }

    /// Waits until every status and webhook planned so far is acknowledged; false after `limit`.
    pub async fn settled(&self, limit: Duration) -> bool {
        let wait = async {
            loop {
                let settled = self.shared.settled.notified();
                tokio::pin!(settled);
                // Registered before looking, so that nothing is missed in between.
                settled.as_mut().enable();
                if self.shared.pending.load(Ordering::Acquire) == 0 {
                    return;
                }
                settled.await;
            }
        };
        tokio::time::timeout(limit, wait).await.is_ok()
    }

    /// Posts a customer's message and opens their window; gives its id.
    pub fn inbound(&self, inbound: &Inbound) -> Result<String, SandboxError> {
        let number = self.number(&inbound.phone_number_id)?;
        let now_ms = self.shared.now_ms();
        self.shared.registry.open_window(&number.id, &inbound.from, now_ms);
        let seq = u64::MAX - self.shared.requests.fetch_add(1, Ordering::Relaxed);
        let wamid = messages_wamid(self.shared.id_salt, seq, &inbound.from);
        let (kind, content) = inbound.content()?;
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

    /// Posts a customer's choice about marketing; after `stop`, marketing to them fails with 131050.
    pub fn preference(&self, preference: &Preference) -> Result<(), SandboxError> {
        let number = self.number(&preference.phone_number_id)?;
        let stop = preference.value == "stop";
        if !stop && preference.value != "resume" {
            return Err(SandboxError::Invalid("value is stop or resume".to_owned()));
        }
        self.shared.registry.stop_marketing(&number.id, &preference.wa_id, stop);
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

    /// Forgets ledger, counts and rules and opens all gates; the world stays.
    pub fn reset(&self) {
        self.release_gates();
        self.clear_rules();
        self.shared.ledger.clear();
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
    pub(crate) fn set_template_status(
        &self,
        waba_id: &str,
        name: &str,
        language: &str,
        status: &str,
        reason: Option<&str>,
    ) -> bool {
        let Some(template) = self.registry.template(waba_id, name, language) else { return false };
        let mut spec = template.spec.clone();
        status.clone_into(&mut spec.status);
        let value = json!({
            "event": status,
            "message_template_id": spec.id.parse::<u64>().unwrap_or_default(),
            "message_template_name": name,
            // Here Meta writes a hyphen where the API has an underscore.
            "message_template_language": language.replace('_', "-"),
            "reason": reason.unwrap_or("NONE"),
        });
        self.registry.put_template(spec);
        self.post_change(waba_id, "message_template_status_update", &value);
        true
    }

    fn post_change(&self, waba_id: &str, field: &str, value: &Value) {
        let body = to_escaped_json(&change_body(waba_id, field, value)).unwrap_or_default();
        self.post_body(self.registry.targets(waba_id), body);
    }

    fn post_body(&self, targets: Vec<Target>, body: Vec<u8>) {
        self.pending.fetch_add(1, Ordering::AcqRel);
        let (told, _) = oneshot::channel();
        self.tell_poster(Command::Body { targets, body, told });
    }
}
