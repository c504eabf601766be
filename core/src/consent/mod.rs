//! Consent: what people want to be messaged about, since when, and how we know. The ledger keeps every word, per person
//! and purpose; the customer's row keeps where they stand; the suppression list keeps a "no" when the person is gone.

pub mod check;
pub mod event_entity;
pub mod hear;
pub mod keywords;
pub mod link;
pub mod queries;
pub mod record;
pub mod request;
pub mod request_entity;
pub mod settings;
pub mod suppression;
mod unite;

pub use record::{Said, record};
pub use unite::unite;

use crate::context::Actor;
use crate::words::words;

words! {
    /// Where a person stands about a purpose.
    pub enum ConsentState {
        /// They never said.
        Unasked = "unasked",
        /// Somebody says they said yes; they were asked to confirm it and did not answer yet.
        Pending = "pending",
        /// Yes.
        OptedIn = "opted_in",
        /// No.
        OptedOut = "opted_out",
    }
}

words! {
    /// Why a message is sent; decides which rules hold.
    pub enum Purpose {
        /// Needs the person's consent.
        Marketing = "marketing",
        /// About something the person did: an order, an appointment. Allowed unless they stopped it.
        Utility = "utility",
        /// A one-time code.
        Authentication = "authentication",
        /// A reply inside the open 24-hour window.
        Service = "service",
    }
}

words! {
    /// The purposes people have a word on.
    pub enum ConsentPurpose {
        /// Offers and news: only after a yes.
        Marketing = "marketing",
        /// What the person did, an order or an appointment: unless they said no.
        Utility = "utility",
    }
}

words! {
    /// The door through which a word reached us.
    pub enum ConsentMethod {
        /// Your system told us.
        Api = "api",
        /// It stood in a file of people.
        Import = "import",
        /// They wrote it.
        Keyword = "keyword",
        /// They chose it in WhatsApp's own settings.
        WhatsappPreference = "whatsapp_preference",
        /// WhatsApp refused a message because they had chosen so.
        ProviderRefusal = "provider_refusal",
        /// They opened their personal link.
        Link = "link",
        /// Somebody of the organization wrote it down.
        Agent = "agent",
        /// They were asked to confirm an opt-in.
        ConfirmationRequest = "confirmation_request",
        /// They answered that question.
        Confirmation = "confirmation",
        /// They did not answer it in time, or it could not be asked.
        ConfirmationLapse = "confirmation_lapse",
        /// The suppression list.
        SuppressionList = "suppression_list",
        /// It was kept before methods were.
        Unrecorded = "unrecorded",
    }
}

/// Who said it, when it was the person.
pub const PERSON: &str = "person";

/// Who wrote a word down, as the ledger names them.
pub fn by(actor: Actor) -> String {
    actor.to_string()
}

impl ConsentPurpose {
    /// The column of `customers` that says where people stand; its companions end in `_at`, `_source` and `_method`.
    pub(crate) const fn column(self) -> &'static str {
        match self {
            Self::Marketing => "marketing_consent",
            Self::Utility => "utility_consent",
        }
    }
}
