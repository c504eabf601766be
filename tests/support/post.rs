//! Posting webhooks as Meta does.

use super::app::TestApp;
use super::client::Answer;
use super::shop::Shop;
use bellbird_sandbox::{sign, to_escaped_json};
use reqwest::Method;
use serde_json::{Value, json};

impl Shop {
    /// Posts a webhook to the shop's own address, signed with the shop's app secret.
    pub(crate) async fn hear(&self, body: &Value) -> Answer {
        let bytes = to_escaped_json(body).expect("JSON");
        self.hear_signed(bytes.clone(), Some(&sign(&self.secret, &bytes))).await
    }

    /// Posts bytes to the shop's own address with any signature, or none.
    pub(crate) async fn hear_signed(&self, bytes: Vec<u8>, signature: Option<&str>) -> Answer {
        let request = self.api.with_key(None).request(Method::POST, &self.webhook_url);
        let request = request.header("content-type", "application/json").body(bytes);
        Answer::of(match signature {
            Some(signature) => request.header("X-Hub-Signature-256", signature),
            None => request,
        })
        .await
    }

    /// A `messages` change of the shop's number with `part` inside, as `(account, change)`.
    pub(crate) fn change(&self, part: Value) -> Value {
        let mut value = json!({
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550003881", "phone_number_id": self.number},
        });
        for (key, part) in part.as_object().expect("an object") {
            value[key] = part.clone();
        }
        json!({"field": "messages", "value": value})
    }

    /// The webhook that holds these changes of the shop's account.
    pub(crate) fn webhook(&self, changes: &[Value]) -> Value {
        json!({"object": "whatsapp_business_account", "entry": [self.entry(changes)]})
    }

    /// The entry that holds these changes of the shop's account.
    pub(crate) fn entry(&self, changes: &[Value]) -> Value {
        json!({"id": self.waba, "changes": changes})
    }
}

/// A status of a message, by Meta's id and our mark.
pub(crate) fn status(wamid: &str, word: &str, opaque: Option<&str>, at: i64) -> Value {
    let mut status = json!({
        "id": wamid, "status": word, "timestamp": (at / 1_000).to_string(), "recipient_id": "919820000001",
    });
    if let Some(opaque) = opaque {
        status["biz_opaque_callback_data"] = opaque.into();
    }
    json!({"statuses": [status]})
}

/// A text somebody wrote.
pub(crate) fn text_from(wa_id: &str, wamid: &str, text: &str, at: i64) -> Value {
    json!({
        "contacts": [{"profile": {"name": "Ána 🌼"}, "wa_id": wa_id}],
        "messages": [{
            "from": wa_id, "id": wamid, "timestamp": (at / 1_000).to_string(),
            "type": "text", "text": {"body": text},
        }],
    })
}

impl Shop {
    /// Hears news of the account, dated `at`.
    pub(crate) async fn told(&self, app: &TestApp, field: &str, value: Value, at: i64) {
        let body = json!({"object": "whatsapp_business_account", "entry": [
            {"id": self.waba, "time": at / 1_000, "changes": [{"field": field, "value": value}]},
        ]});
        assert_eq!(self.hear(&body).await.status, 200);
        app.heard_everything().await;
    }
}
