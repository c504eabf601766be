//! A message as Meta wants to read it (Cloud API, `POST /{phone-number-id}/messages`).
//!
//! Borrowing structs, serialised straight into the request body.

use serde::Serialize;

use self::template::Template;
use crate::senders::port::{OutboundBody, OutboundMessage, Recipient};

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
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<Template<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    biz_opaque_callback_data: &'a str,
}

#[derive(Serialize)]
struct Context<'a> {
    message_id: &'a str,
}

#[derive(Serialize)]
struct Text<'a> {
    preview_url: bool,
    body: &'a str,
}

impl<'a> From<&'a OutboundMessage> for Payload<'a> {
    fn from(message: &'a OutboundMessage) -> Self {
        let (to, recipient) = match &message.to {
            Recipient::Phone(phone) => (Some(phone.as_str()), None),
            Recipient::Bsuid(bsuid) => (None, Some(bsuid.as_str())),
        };
        let (r#type, text, template) = match &message.body {
            OutboundBody::Text { body, preview_url } => {
                ("text", Some(Text { preview_url: *preview_url, body }), None)
            }
            OutboundBody::Template { name, language, components } => {
                ("template", None, Some(Template::new(name, language, components)))
            }
        };
        Self {
            messaging_product: "whatsapp",
            recipient_type: "individual",
            to,
            recipient,
            context: message.reply_to.as_deref().map(|message_id| Context { message_id }),
            r#type,
            text,
            template,
            biz_opaque_callback_data: &message.opaque,
        }
    }
}

#[cfg(test)]
mod tests;
