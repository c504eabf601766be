//! What a template is made of, on the wire.

use bellbird_core::templates::{self, AppLink, Authentication, FlowAction, FlowRef, OtpApp, OtpKind};
use poem_openapi::{Enum, Object, Union};

/// A line of text above the body.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct TextHeader {
    /// The line; at most one gap.
    pub text: String,
}

/// A picture above the body, given per message as `header.image`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct ImageHeader {}

/// A video above the body, given per message as `header.video`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct VideoHeader {}

/// A file above the body, given per message as `header.document`; its name as `header.document.filename`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct DocumentHeader {}

/// A place above the body, given per message as `header.location.latitude` and `.longitude`, `.name`, `.address`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct LocationHeader {}

/// A product above the body, given per message as `header.product` and `header.product.catalog_id`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct ProductHeader {}

/// What stands above the body.
#[derive(Union, Debug, Clone, PartialEq, Eq)]
#[oai(discriminator_name = "type", one_of)]
pub enum TemplateHeader {
    /// A line of text.
    #[oai(mapping = "text")]
    Text(TextHeader),
    /// A picture.
    #[oai(mapping = "image")]
    Image(ImageHeader),
    /// A video.
    #[oai(mapping = "video")]
    Video(VideoHeader),
    /// A file to read.
    #[oai(mapping = "document")]
    Document(DocumentHeader),
    /// A place on the map.
    #[oai(mapping = "location")]
    Location(LocationHeader),
    /// A product of a catalog.
    #[oai(mapping = "product")]
    Product(ProductHeader),
}

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

/// What happens when a form opens.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum FlowButtonAction {
    /// It shows a screen.
    Navigate,
    /// It asks the business's server.
    DataExchange,
}

/// Opens a form. Name it in exactly one of the three ways.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct FlowButton {
    /// The label.
    pub text: String,
    /// Meta's id of the form.
    #[oai(skip_serializing_if_is_none)]
    pub flow_id: Option<String>,
    /// The form's name at Meta.
    #[oai(skip_serializing_if_is_none)]
    pub flow_name: Option<String>,
    /// The whole form, as JSON.
    #[oai(skip_serializing_if_is_none)]
    pub flow_json: Option<String>,
    /// What happens when it opens; `navigate` when not given.
    #[oai(skip_serializing_if_is_none)]
    pub action: Option<FlowButtonAction>,
    /// Its first screen.
    #[oai(skip_serializing_if_is_none)]
    pub screen: Option<String>,
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

/// How a one-time code is handed over.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum OtpButtonKind {
    /// The person copies it.
    CopyCode,
    /// A tap fills it into the app.
    OneTap,
    /// It is filled into the app by itself.
    ZeroTap,
}

/// An app that may take a one-time code.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct OtpButtonApp {
    /// Its Android package.
    pub package_name: String,
    /// The hash of its signing key, 11 characters.
    pub signature_hash: String,
}

/// Hands over the one-time code given per message as `code`.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct OtpButton {
    /// How.
    pub kind: OtpButtonKind,
    /// The label; WhatsApp writes one in the template's language if there is none.
    #[oai(skip_serializing_if_is_none)]
    pub text: Option<String>,
    /// The label where the code is filled in by a tap.
    #[oai(skip_serializing_if_is_none)]
    pub autofill_text: Option<String>,
    /// The apps that may take the code.
    #[oai(default)]
    pub apps: Vec<OtpButtonApp>,
    /// You take on WhatsApp's terms for codes filled in without a tap.
    #[oai(default)]
    pub terms_accepted: bool,
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

/// One card of a carousel. All cards have the same kind of header and the same kinds of buttons.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct TemplateCard {
    /// A picture, a video or a product.
    pub header: TemplateHeader,
    /// Its text, at most 160 characters.
    #[oai(skip_serializing_if_is_none)]
    pub body: Option<String>,
    /// One or two.
    pub buttons: Vec<TemplateButton>,
}

/// An offer that ends, above the text.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct TemplateOffer {
    /// What it is called, at most 16 characters.
    pub text: String,
    /// Whether the end is shown; it is given per message as `limited_time_offer.expires_at`.
    pub has_expiration: bool,
}

/// What WhatsApp writes around a one-time code.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct TemplateAuthentication {
    /// "For your security, do not share this code."
    #[oai(default)]
    pub security_recommendation: bool,
    /// "This code expires in … minutes.", 1 to 90.
    #[oai(skip_serializing_if_is_none)]
    pub code_expires_minutes: Option<u8>,
}

impl From<TemplateHeader> for templates::Header {
    fn from(header: TemplateHeader) -> Self {
        match header {
            TemplateHeader::Text(TextHeader { text }) => Self::Text(text),
            TemplateHeader::Image(ImageHeader {}) => Self::Image,
            TemplateHeader::Video(VideoHeader {}) => Self::Video,
            TemplateHeader::Document(DocumentHeader {}) => Self::Document,
            TemplateHeader::Location(LocationHeader {}) => Self::Location,
            TemplateHeader::Product(ProductHeader {}) => Self::Product,
        }
    }
}

impl From<templates::Header> for TemplateHeader {
    fn from(header: templates::Header) -> Self {
        match header {
            templates::Header::Text(text) => Self::Text(TextHeader { text }),
            templates::Header::Image => Self::Image(ImageHeader {}),
            templates::Header::Video => Self::Video(VideoHeader {}),
            templates::Header::Document => Self::Document(DocumentHeader {}),
            templates::Header::Location => Self::Location(LocationHeader {}),
            templates::Header::Product => Self::Product(ProductHeader {}),
        }
    }
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

impl FlowButton {
    fn new(text: String, flow: FlowRef, action: FlowAction, screen: Option<String>) -> Self {
        let (mut flow_id, mut flow_name, mut flow_json) = (None, None, None);
        match flow {
            FlowRef::Id(id) => flow_id = Some(id),
            FlowRef::Name(name) => flow_name = Some(name),
            FlowRef::Json(json) => flow_json = Some(json),
        }
        let action = Some(match action {
            FlowAction::Navigate => FlowButtonAction::Navigate,
            FlowAction::DataExchange => FlowButtonAction::DataExchange,
        });
        Self { text, flow_id, flow_name, flow_json, action, screen }
    }
}

impl From<FlowButton> for templates::Button {
    fn from(button: FlowButton) -> Self {
        let FlowButton { text, flow_id, flow_name, flow_json, action, screen } = button;
        let named = [flow_id.map(FlowRef::Id), flow_name.map(FlowRef::Name), flow_json.map(FlowRef::Json)];
        let mut named = named.into_iter().flatten();
        let flow = match (named.next(), named.next()) {
            (Some(flow), None) => flow,
            _ => FlowRef::Id(String::new()), // the domain says what is wrong with it
        };
        let action = match action {
            Some(FlowButtonAction::DataExchange) => FlowAction::DataExchange,
            Some(FlowButtonAction::Navigate) | None => FlowAction::Navigate,
        };
        Self::Flow { text, flow, action, screen }
    }
}

impl From<OtpButton> for templates::Button {
    fn from(button: OtpButton) -> Self {
        let OtpButton { kind, text, autofill_text, apps, terms_accepted } = button;
        let apps = apps.into_iter().map(Into::into).collect();
        Self::Otp { kind: kind.into(), text, autofill_text, apps, terms_accepted }
    }
}

/// Two types of the same words or fields.
macro_rules! twins {
    ($($ours:ty, $theirs:ty => { $($field:ident),* };)*) => {$(
        impl From<$theirs> for $ours {
            fn from(one: $theirs) -> Self {
                Self { $($field: one.$field),* }
            }
        }
        impl From<$ours> for $theirs {
            fn from(one: $ours) -> Self {
                Self { $($field: one.$field),* }
            }
        }
    )*};
}

twins! {
    AppLink, ButtonAppLink => { meta_app_id, android_deep_link, android_fallback_url };
    OtpApp, OtpButtonApp => { package_name, signature_hash };
    templates::LimitedTimeOffer, TemplateOffer => { text, has_expiration };
    Authentication, TemplateAuthentication => { security_recommendation, code_expires_minutes };
}

impl From<OtpButtonKind> for OtpKind {
    fn from(kind: OtpButtonKind) -> Self {
        match kind {
            OtpButtonKind::CopyCode => Self::CopyCode,
            OtpButtonKind::OneTap => Self::OneTap,
            OtpButtonKind::ZeroTap => Self::ZeroTap,
        }
    }
}

impl From<OtpKind> for OtpButtonKind {
    fn from(kind: OtpKind) -> Self {
        match kind {
            OtpKind::CopyCode => Self::CopyCode,
            OtpKind::OneTap => Self::OneTap,
            OtpKind::ZeroTap => Self::ZeroTap,
        }
    }
}

impl From<TemplateCard> for templates::Card {
    fn from(card: TemplateCard) -> Self {
        let buttons = card.buttons.into_iter().map(Into::into).collect();
        Self { header: card.header.into(), body: card.body, buttons }
    }
}

impl From<templates::Card> for TemplateCard {
    fn from(card: templates::Card) -> Self {
        let buttons = card.buttons.into_iter().map(Into::into).collect();
        Self { header: card.header.into(), body: card.body, buttons }
    }
}
