//! Senders: WhatsApp business phone numbers we send from, and the Meta apps whose secrets sign their webhooks.

pub mod app_entity;
pub mod apps;
pub mod connect;
pub mod entity;
pub mod inspection;
pub mod lease;
pub mod news;
pub mod outbound;
pub mod pace;
pub mod pause;
pub mod port;
pub mod portfolio_room;
pub mod portfolios;
pub mod template_parts;
pub mod token;

pub use app_entity::{Entity as AppEntity, Model as App};
pub use entity::{Entity, Model as Sender};

use crate::words::words;

words! {
    /// Whether a sender may send.
    pub enum SenderStatus {
        /// It may.
        Active = "active",
        /// It may not until someone has looked at `paused_reason`.
        Paused = "paused",
    }
}
