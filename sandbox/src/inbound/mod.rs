//! What comes from customers: messages of every kind, and the files they carry.

mod events;
mod examples;
mod files;

use std::sync::{Arc, atomic::Ordering};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::{
    events::{Preference, RawWebhook},
    examples::EXAMPLES,
};
use crate::{
    SandboxError, graph::wamid, handle::Control, number::LiveNumber, payload::number_value, shared::Shared,
    template::string,
};

/// A message from a customer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Inbound {
    /// The customer's number (digits only) or BSUID.
    pub from: String,
    /// The business number written to.
    pub phone_number_id: String,
    /// The customer's profile name.
    pub name: Option<String>,
    /// A text.
    pub text: Option<String>,
    /// A template's quick reply.
    pub button: Option<InboundButton>,
    /// Any other message: an object with `type`, the object of that name, and whatever stands beside it (`referral`,
    /// `errors`, `context` …).
    pub message: Option<Value>,
    /// A sample of some kind instead: one of [`crate::EXAMPLES`].
    pub example: Option<String>,
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

impl Control {
    /// Posts a customer's message and opens their window; gives its id.
    pub fn inbound(&self, inbound: &Inbound) -> Result<String, SandboxError> {
        let number = self.number(&inbound.phone_number_id)?;
        let shared = &self.shared;
        if inbound.from.is_empty() {
            return Err(SandboxError::Invalid("from is needed".to_owned()));
        }
        let now_ms = shared.now_ms();
        let mut message = inbound.content(&number)?;
        let kind = string(&message, "type").to_owned();
        if let Some(content) = message.get_mut(&kind) {
            self.attach_file(&number, &kind, content)?;
        }
        shared.learn(&number.spec.waba_id, &inbound.from);
        let person = shared.persons.key(&inbound.from);
        shared.registry.people.open_window(&number.id, &person, now_ms);
        if message.get("referral").is_some() {
            shared.till.came_from_ad(&number, person, now_ms);
        }
        // The number's throughput counts both ways; what customers send is never refused.
        let _ = number.take(shared.now_us());
        let wamid = self.new_wamid(&inbound.from);
        shared.seen.put(&wamid, now_ms, kind == "reaction");
        let who = shared.identity(&number.spec.waba_id, &inbound.from);
        if let Some(message) = message.as_object_mut() {
            message.insert("id".into(), wamid.as_str().into());
            message.insert("timestamp".into(), (now_ms / 1_000).to_string().into());
            if let Some(id) = &inbound.context_id {
                message.insert("context".into(), json!({"from": number.spec.digits(), "id": id}));
            }
        }
        who.write(&mut message, ["from", "from_user_id", "from_parent_user_id"]);
        let name = inbound.name.clone().or_else(|| who.name.clone());
        let contact = who.contact(name.as_deref().unwrap_or("Sandbox Customer"));
        let parts = [("contacts", json!([contact])), ("messages", json!([message]))];
        shared.post_number_change(&number, "messages", parts);
        Ok(wamid)
    }

    /// An id for a message that no business has sent.
    pub(crate) fn new_wamid(&self, from: &str) -> String {
        let seq = u64::MAX - self.shared.requests.fetch_add(1, Ordering::Relaxed);
        wamid(self.shared.id_salt, seq, from)
    }

    pub(crate) fn number(&self, id: &str) -> Result<Arc<LiveNumber>, SandboxError> {
        self.shared.registry.number(id).ok_or_else(|| SandboxError::Unknown(format!("phone number {id}")))
    }
}

impl Inbound {
    /// The message: its type, the object of that name, and what stands beside it.
    fn content(&self, number: &LiveNumber) -> Result<Value, SandboxError> {
        if let Some(text) = &self.text {
            return Ok(json!({"type": "text", "text": {"body": text}}));
        }
        if let Some(button) = &self.button {
            let content = json!({"payload": button.payload, "text": button.text});
            return Ok(json!({"type": "button", "button": content}));
        }
        if let Some(example) = &self.example {
            let about = self.context_id.as_deref().unwrap_or("wamid.unknown");
            let found = examples::example(example, about, &number.spec.digits());
            let words = || format!("example is one of {}", EXAMPLES.join(", "));
            return found.ok_or_else(|| SandboxError::Invalid(words()));
        }
        let whole = |message: &&Value| {
            message.get("type").and_then(Value::as_str).is_some_and(|kind| message.get(kind).is_some())
        };
        let message = self.message.as_ref().filter(whole).cloned();
        let words = "text, button, example or message (with its type and the object of that name) is needed";
        message.ok_or_else(|| SandboxError::Invalid(words.to_owned()))
    }
}

impl Shared {
    /// Posts a change of a number: what names it, and more.
    pub(crate) fn post_number_change<const N: usize>(
        &self,
        number: &LiveNumber,
        field: &str,
        parts: [(&str, Value); N],
    ) {
        let mut value = number_value(number);
        if let Some(map) = value.as_object_mut() {
            map.extend(parts.map(|(key, part)| (key.to_owned(), part)));
        }
        self.post_value(self.registry.targets_of(number), &number.spec.waba_id, field, &value);
    }
}
