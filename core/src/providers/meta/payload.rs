//! A message as Meta wants to read it (Cloud API, `POST /{phone-number-id}/messages`).
//!
//! Borrowing structs, serialised straight into the request body; only free-form contents are values (`content`).

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use self::template::Template;
use crate::senders::port::{OutboundBody, OutboundMessage, Recipient};

mod content;
mod file;
mod template;

#[derive(Serialize)]
pub(super) struct Payload<'a> {
    messaging_product: &'static str,
    recipient_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    /// Business-scoped user ids have a field of their own; `to` would win if both were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Context<'a>>,
    r#type: &'static str,
    #[serde(flatten)]
    body: Body<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    biz_opaque_callback_data: &'a str,
}

#[derive(Serialize)]
struct Context<'a> {
    message_id: &'a str,
}

/// The object that bears the name of the message's type.
enum Body<'a> {
    Template(Template<'a>),
    FreeForm(&'static str, Value),
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Template(template) => map.serialize_entry("template", template)?,
            Self::FreeForm(word, value) => map.serialize_entry(word, value)?,
        }
        map.end()
    }
}

/// A message of theirs marked as read, with or without "typing…" (`POST /{phone-number-id}/messages`, too).
#[derive(Serialize)]
pub(super) struct ReadReceipt<'a> {
    messaging_product: &'static str,
    status: &'static str,
    message_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    typing_indicator: Option<Typing>,
}

#[derive(Serialize)]
struct Typing {
    r#type: &'static str,
}

impl<'a> ReadReceipt<'a> {
    pub(super) fn new(message_id: &'a str, typing: bool) -> Self {
        let typing_indicator = typing.then_some(Typing { r#type: "text" });
        Self { messaging_product: "whatsapp", status: "read", message_id, typing_indicator }
    }
}

impl<'a> From<&'a OutboundMessage> for Payload<'a> {
    fn from(message: &'a OutboundMessage) -> Self {
        let (to, recipient) = match &message.to {
            Recipient::Phone(phone) => (Some(phone.as_str()), None),
            Recipient::Bsuid(bsuid) => (None, Some(bsuid.as_str())),
        };
        let (r#type, body) = match &message.body {
            OutboundBody::FreeForm(content) => {
                let (word, value) = content::content(content);
                (word, Body::FreeForm(word, value))
            }
            OutboundBody::Template { name, language, components } => {
                ("template", Body::Template(Template::new(name, language, components)))
            }
        };
        Self {
            messaging_product: "whatsapp",
            recipient_type: "individual",
            to,
            recipient,
            context: message.reply_to.as_deref().map(|message_id| Context { message_id }),
            r#type,
            body,
            biz_opaque_callback_data: &message.opaque,
        }
    }
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod template_fixtures;
#[cfg(test)]
mod tests;
