//! What files look like from outside.

use crate::Time;
use crate::messages::objects::utc;
use bellbird_core::ids::{MediaId, MessageId, SenderId};
use bellbird_core::media::{MediaOrigin, MediaStatus, Medium};
use poem_openapi::Object;

/// A file that is sent or was received.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// Where it comes from.
    pub origin: MediaOrigin,
    /// Where it stands; only a `stored` one can be sent or downloaded.
    pub status: MediaStatus,
    /// Why it is not here, in a sentence for people.
    pub reason: Option<String>,
    /// What it is: by its content, once it is here.
    pub mime_type: Option<String>,
    /// What it is called.
    pub file_name: Option<String>,
    /// In bytes, once it is here.
    pub size: Option<i64>,
    /// SHA-256 of its content in hex, once it is here.
    pub sha256: Option<String>,
    /// The message it came with.
    pub message_id: Option<MessageId>,
    /// The number of yours it came to.
    pub sender_id: Option<SenderId>,
    /// While it is `pending`: WhatsApp keeps it until then.
    pub expires_at: Option<Time>,
    /// When we first knew of it.
    pub created_at: Time,
    /// When it last changed, or was last tried.
    pub updated_at: Time,
}

impl From<Medium> for Media {
    fn from(row: Medium) -> Self {
        let waits = row.status == MediaStatus::Pending;
        Self {
            id: row.id,
            origin: row.origin,
            status: row.status,
            reason: row.reason,
            mime_type: row.mime_type,
            file_name: row.file_name,
            size: row.size,
            sha256: row.sha256,
            message_id: row.message_id,
            sender_id: row.sender_id,
            expires_at: utc(row.expires_at.filter(|_| waits)),
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
        }
    }
}
