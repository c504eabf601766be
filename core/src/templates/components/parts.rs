//! What a template is made of.

use serde::{Deserialize, Serialize};

/// What stands above the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "format", content = "text", rename_all = "snake_case")]
pub enum Header {
    /// A line of text with at most one gap.
    Text(String),
    /// A picture, given per message.
    Image,
    /// A video, given per message.
    Video,
    /// A file to read, given per message.
    Document,
    /// A place on the map, given per message.
    Location,
    /// A product of a catalog, given per message.
    Product,
}

impl Header {
    /// Its word, as in the keys of its gaps.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Image => "image",
            Self::Video => "video",
            Self::Document => "document",
            Self::Location => "location",
            Self::Product => "product",
        }
    }

    /// Whether a file is shown, for which approval wants to see an example.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::Image | Self::Video | Self::Document)
    }
}

/// Something to tap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Button {
    /// Answers with its own text.
    QuickReply {
        /// Label.
        text: String,
    },
    /// Opens a page.
    Url {
        /// Label.
        text: String,
        /// Address; may end in one gap, `{{1}}`.
        url: String,
        /// Opens an app instead where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        app_link: Option<AppLink>,
    },
    /// Calls a number.
    PhoneNumber {
        /// Label.
        text: String,
        /// The number, with `+`.
        phone_number: String,
    },
    /// Copies a code. WhatsApp writes the label.
    CopyCode,
    /// Opens the catalog.
    Catalog {
        /// Label.
        text: String,
    },
    /// Opens a choice of products.
    MultiProduct {
        /// Label.
        text: String,
    },
    /// Opens the product of the header.
    SingleProduct {
        /// Label.
        text: String,
    },
    /// Opens a form.
    Flow {
        /// Label.
        text: String,
        /// Which form.
        flow: FlowRef,
        /// What happens when it opens.
        #[serde(default)]
        action: FlowAction,
        /// Its first screen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        screen: Option<String>,
    },
    /// Shows an order to look at and pay.
    OrderDetails {
        /// Label.
        text: String,
    },
    /// Calls the business within WhatsApp.
    VoiceCall {
        /// Label.
        text: String,
    },
    /// Hands over a one-time code.
    Otp {
        /// How.
        kind: OtpKind,
        /// Label; WhatsApp writes one in the template's language if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Label where the code is filled in by a tap.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        autofill_text: Option<String>,
        /// The apps that may take the code.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        apps: Vec<OtpApp>,
        /// The business takes on WhatsApp's terms for codes filled in without a tap.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        terms_accepted: bool,
    },
}

/// Opens an app instead of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppLink {
    /// Meta's id of the app.
    pub meta_app_id: String,
    /// The app's own address, as `shop://deals`.
    pub android_deep_link: String,
    /// The page for those who do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub android_fallback_url: Option<String>,
}

/// Names a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowRef {
    /// By the provider's id.
    Id(String),
    /// By its name.
    Name(String),
    /// As it is written: the whole form in JSON.
    Json(String),
}

/// What happens when a form opens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowAction {
    /// It shows a screen.
    #[default]
    Navigate,
    /// It asks the business's server.
    DataExchange,
}

/// How a one-time code is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtpKind {
    /// The person copies it.
    CopyCode,
    /// A tap fills it into the app.
    OneTap,
    /// It is filled into the app by itself.
    ZeroTap,
}

/// An app that may take a one-time code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtpApp {
    /// Its Android package.
    pub package_name: String,
    /// The hash of its signing key, 11 characters.
    pub signature_hash: String,
}

/// What WhatsApp is to write around a one-time code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    /// "For your security, do not share this code."
    #[serde(default)]
    pub security_recommendation: bool,
    /// "This code expires in … minutes."
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_expires_minutes: Option<u8>,
}

/// An offer that ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitedTimeOffer {
    /// What it is called.
    pub text: String,
    /// Whether the end is shown; it is given per message.
    pub has_expiration: bool,
}

/// One card of a carousel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// A picture, a video or a product; the same for all cards.
    pub header: Header,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Its buttons; the same kinds on all cards.
    #[serde(default)]
    pub buttons: Vec<Button>,
}

impl Button {
    /// The label, where it is ours to choose.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::QuickReply { text }
            | Self::Url { text, .. }
            | Self::PhoneNumber { text, .. }
            | Self::Catalog { text }
            | Self::MultiProduct { text }
            | Self::SingleProduct { text }
            | Self::Flow { text, .. }
            | Self::OrderDetails { text }
            | Self::VoiceCall { text } => Some(text),
            Self::Otp { text, .. } => text.as_deref(),
            Self::CopyCode => None,
        }
    }

    /// Its word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::QuickReply { .. } => "quick_reply",
            Self::Url { .. } => "url",
            Self::PhoneNumber { .. } => "phone_number",
            Self::CopyCode => "copy_code",
            Self::Catalog { .. } => "catalog",
            Self::MultiProduct { .. } => "multi_product",
            Self::SingleProduct { .. } => "single_product",
            Self::Flow { .. } => "flow",
            Self::OrderDetails { .. } => "order_details",
            Self::VoiceCall { .. } => "voice_call",
            Self::Otp { .. } => "otp",
        }
    }
}
