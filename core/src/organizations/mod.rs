//! Organizations: the tenants. Everything a caller can see belongs to exactly one.

pub mod create;
pub mod entity;
pub mod queries;
pub mod settings;
mod slug;

pub use create::create;
pub use entity::{Entity, Model as Organization};

use crate::words::words;

words! {
    /// What is decided about a message whose outcome stays unknown after the quiet period.
    pub enum UnknownPolicy {
        /// Leave it: rather nobody twice than everybody once. The default for marketing.
        Leave = "leave",
        /// Send it again: rather twice than never. The default for transactional messages.
        Resend = "resend",
    }
}

words! {
    /// Whether an organization may be worked in.
    pub enum OrganizationStatus {
        /// It may.
        Active = "active",
        /// Nobody gets in, by password or by key.
        Suspended = "suspended",
    }
}
