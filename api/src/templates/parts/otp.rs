//! A button that hands over a one-time code.

use bellbird_core::templates::{self, OtpKind};
use poem_openapi::{Enum, Object};

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

impl From<OtpButton> for templates::Button {
    fn from(button: OtpButton) -> Self {
        let OtpButton { kind, text, autofill_text, apps, terms_accepted } = button;
        let apps = apps.into_iter().map(Into::into).collect();
        Self::Otp { kind: kind.into(), text, autofill_text, apps, terms_accepted }
    }
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
