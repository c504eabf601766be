//! Media: files that are sent or were received.
//!
//! A file of ours lies in [`Files`](crate::files::Files); the row says what it is, by its content and never by its name.
//! To be sent it needs a copy at the provider, bound to one sender and gone after a month: a worker makes it just
//! before the first message that names it, and anew when it has run out ([`provide`]). What customers send, and what
//! the shop sends from its phone, lies with the provider for a week: a worker fetches it at once ([`inbound`]).

pub mod entity;
pub mod fit;
pub mod handle;
pub mod inbound;
pub mod kinds;
pub mod port;
pub mod provide;
pub mod queries;
pub mod remove;
pub mod upload;
pub mod upload_entity;

pub use entity::{Entity, Model as Medium};

use crate::files::FileKey;
use crate::ids::{MediaId, OrganizationId};
use crate::words::words;

words! {
    /// Where a file comes from.
    pub enum MediaOrigin {
        /// The organization gave it to us.
        Uploaded = "uploaded",
        /// A customer sent it.
        Inbound = "inbound",
        /// The organization sent it past us, in the provider's own app.
        Echo = "echo",
    }
}

words! {
    /// Where a file stands.
    pub enum MediaStatus {
        /// Still to be fetched from the provider.
        Pending = "pending",
        /// It is here.
        Stored = "stored",
        /// It cannot be had, for the reason given.
        Failed = "failed",
        /// The provider kept it for a week and we could not fetch it.
        Expired = "expired",
    }
}

/// Where a file's content lies.
pub fn key(organization: OrganizationId, id: MediaId) -> FileKey {
    FileKey::new(organization, "media", id)
}
