//! What providers post to us: kept before it is acknowledged, applied afterwards, replayable.

pub mod apply;
pub mod change;
pub mod entity;
pub mod erase;
pub mod keep;
pub mod kept_entity;
pub mod replay;
mod scrub;
pub mod unrouted_entity;

use crate::words::words;

words! {
    /// How far a webhook got.
    pub enum WebhookStatus {
        /// Kept, not applied yet.
        Pending = "pending",
        /// Applied.
        Handled = "handled",
        /// Could not be applied; `note` says why. It can be replayed.
        Failed = "failed",
    }
}
