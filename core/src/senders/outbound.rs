//! A message on its way out: to whom, and everything they get, in words no provider owns.

use serde::{Deserialize, Serialize};

/// One message, ready to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundMessage {
    /// Who gets it.
    pub to: Recipient,
    /// What they get.
    pub body: OutboundBody,
    /// The provider's id of the message this one quotes.
    pub reply_to: Option<String>,
    /// Comes back with every status of this message; we put message id and attempt number here.
    pub opaque: String,
}

/// A person's address. Either may be the only one we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// E.164 with its `+`: without it, the provider would prepend the sender's own country code.
    Phone(String),
    /// Business-scoped user id, for people whose number is hidden from us.
    Bsuid(String),
}

/// The content of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboundBody {
    /// An approved template with this person's values.
    Template {
        /// Template name.
        name: String,
        /// Language code, as `en_US`.
        language: String,
        /// The filled gaps; empty for a template without any.
        components: Vec<TemplatePart>,
    },
    /// Free text; only inside an open conversation.
    Text {
        /// The text.
        body: String,
        /// Whether the first link is shown with a preview.
        preview_url: bool,
    },
}

/// One filled part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    /// The variable of a text header.
    HeaderText(TextValue),
    /// The picture of an image header.
    HeaderImage(MediaRef),
    /// All variables of the body, in order.
    Body(Vec<TextValue>),
    /// The end of a link button's address.
    ButtonUrl {
        /// Position among all buttons, from 0.
        index: u8,
        /// What replaces the variable.
        suffix: String,
    },
    /// What a quick-reply button sends back when tapped, if not its own text.
    ButtonPayload {
        /// Position among all buttons, from 0.
        index: u8,
        /// The payload.
        payload: String,
    },
}

/// A file that goes along, where the provider finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaRef {
    /// Public address the provider fetches it from.
    Link(String),
    /// The provider's id of a file uploaded for this number before.
    Id(String),
}

/// The value of one text variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextValue {
    /// Name of the variable in templates with named variables; `None` where order counts.
    pub name: Option<String>,
    /// The value.
    pub text: String,
}
