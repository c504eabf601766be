//! What a template is made of, on the wire.

mod buttons;
mod flow;
mod header;
mod otp;

use bellbird_core::templates::{self, AppLink, Authentication, OtpApp};
pub(super) use buttons::*;
pub(super) use header::*;
pub(super) use otp::*;
use poem_openapi::Object;

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
