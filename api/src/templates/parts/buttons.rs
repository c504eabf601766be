//! What can be tapped below a template.

use super::flow::FlowButton;
use super::otp::OtpButton;
use bellbird_core::templates;
use poem_openapi::{Object, Union};

/// Answers with its own text, or with the value of `button.N.payload`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct QuickReplyButton {
    /// The label.
    pub text: String,
}

/// Opens a page.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct UrlButton {
    /// The label.
    pub text: String,
    /// The address; may end in one gap, `{{1}}`, filled by `button.N.1`.
    pub url: String,
    /// Opens an app instead, where there is one.
    #[oai(skip_serializing_if_is_none)]
    pub app_link: Option<ButtonAppLink>,
}

/// Opens an app instead of a page.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct ButtonAppLink {
    /// Meta's id of the app.
    pub meta_app_id: String,
    /// The app's own address, like `shop://deals`.
    pub android_deep_link: String,
    /// The page for those who do not have the app.
    #[oai(skip_serializing_if_is_none)]
    pub android_fallback_url: Option<String>,
}

/// Calls a number.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct PhoneNumberButton {
    /// The label.
    pub text: String,
    /// The number, with `+`.
    pub phone_number: String,
}

/// Copies the code given per message as `button.N.coupon_code`. WhatsApp writes the label.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct CopyCodeButton {}

/// Opens the catalog; `button.N.thumbnail` may name the product shown.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct CatalogButton {
    /// The label.
    pub text: String,
}

/// Opens the products given per message as `button.N.sections`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct MultiProductButton {
    /// The label.
    pub text: String,
}

/// Opens the product of the header.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct SingleProductButton {
    /// The label.
    pub text: String,
}

/// Shows the order given per message as `button.N.order_details`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct OrderDetailsButton {
    /// The label.
    pub text: String,
}

/// Calls the business within WhatsApp.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct VoiceCallButton {
    /// The label.
    pub text: String,
}

/// Something to tap.
#[derive(Union, Debug, Clone, PartialEq, Eq)]
#[oai(discriminator_name = "type", one_of)]
pub enum TemplateButton {
    /// Answers.
    #[oai(mapping = "quick_reply")]
    QuickReply(QuickReplyButton),
    /// Opens a page.
    #[oai(mapping = "url")]
    Url(UrlButton),
    /// Calls a number.
    #[oai(mapping = "phone_number")]
    PhoneNumber(PhoneNumberButton),
    /// Copies a code.
    #[oai(mapping = "copy_code")]
    CopyCode(CopyCodeButton),
    /// Opens the catalog.
    #[oai(mapping = "catalog")]
    Catalog(CatalogButton),
    /// Opens products.
    #[oai(mapping = "multi_product")]
    MultiProduct(MultiProductButton),
    /// Opens the header's product.
    #[oai(mapping = "single_product")]
    SingleProduct(SingleProductButton),
    /// Opens a form.
    #[oai(mapping = "flow")]
    Flow(FlowButton),
    /// Shows an order.
    #[oai(mapping = "order_details")]
    OrderDetails(OrderDetailsButton),
    /// Calls within WhatsApp.
    #[oai(mapping = "voice_call")]
    VoiceCall(VoiceCallButton),
    /// Hands over a one-time code.
    #[oai(mapping = "otp")]
    Otp(OtpButton),
}

impl From<TemplateButton> for templates::Button {
    fn from(button: TemplateButton) -> Self {
        match button {
            TemplateButton::QuickReply(QuickReplyButton { text }) => Self::QuickReply { text },
            TemplateButton::Url(UrlButton { text, url, app_link }) => {
                Self::Url { text, url, app_link: app_link.map(Into::into) }
            }
            TemplateButton::PhoneNumber(PhoneNumberButton { text, phone_number }) => {
                Self::PhoneNumber { text, phone_number }
            }
            TemplateButton::CopyCode(CopyCodeButton {}) => Self::CopyCode,
            TemplateButton::Catalog(CatalogButton { text }) => Self::Catalog { text },
            TemplateButton::MultiProduct(MultiProductButton { text }) => Self::MultiProduct { text },
            TemplateButton::SingleProduct(SingleProductButton { text }) => Self::SingleProduct { text },
            TemplateButton::Flow(button) => button.into(),
            TemplateButton::OrderDetails(OrderDetailsButton { text }) => Self::OrderDetails { text },
            TemplateButton::VoiceCall(VoiceCallButton { text }) => Self::VoiceCall { text },
            TemplateButton::Otp(button) => button.into(),
        }
    }
}

impl From<templates::Button> for TemplateButton {
    fn from(button: templates::Button) -> Self {
        use templates::Button;
        match button {
            Button::QuickReply { text } => Self::QuickReply(QuickReplyButton { text }),
            Button::Url { text, url, app_link } => {
                Self::Url(UrlButton { text, url, app_link: app_link.map(Into::into) })
            }
            Button::PhoneNumber { text, phone_number } => {
                Self::PhoneNumber(PhoneNumberButton { text, phone_number })
            }
            Button::CopyCode => Self::CopyCode(CopyCodeButton {}),
            Button::Catalog { text } => Self::Catalog(CatalogButton { text }),
            Button::MultiProduct { text } => Self::MultiProduct(MultiProductButton { text }),
            Button::SingleProduct { text } => Self::SingleProduct(SingleProductButton { text }),
            Button::Flow { text, flow, action, screen } => {
                Self::Flow(FlowButton::new(text, flow, action, screen))
            }
            Button::OrderDetails { text } => Self::OrderDetails(OrderDetailsButton { text }),
            Button::VoiceCall { text } => Self::VoiceCall(VoiceCallButton { text }),
            Button::Otp { kind, text, autofill_text, apps, terms_accepted } => Self::Otp(OtpButton {
                kind: kind.into(),
                text,
                autofill_text,
                apps: apps.into_iter().map(Into::into).collect(),
                terms_accepted,
            }),
        }
    }
}
