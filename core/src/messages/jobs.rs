//! What travels in the queue for a message: ids only. The row says the rest when its turn comes.

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::ids::{CampaignId, CustomerId, MessageId, SenderId};
use crate::outbox::Envelope;
use crate::queue::{Due, LaneName, NewTask};
use serde::{Deserialize, Serialize};

/// What the lanes `interactive` and `bulk` carry, told apart by its fields.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub enum OutboundJob {
    /// Make the next attempt at a message.
    Send(SendMessage),
    /// Mark a message of theirs as read.
    MarkRead(Envelope<MarkRead>),
}

/// Mark a message of theirs as read. An outbox job: the ledger has no row for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkRead {
    /// Which message.
    pub mark_read: MessageId,
    /// Whether to show "typing…" as well.
    pub typing: bool,
    /// When it was asked for: it is not worth doing for ever.
    pub asked_at: Timestamp,
}

/// Make the next attempt at a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendMessage {
    /// Which message.
    pub message: MessageId,
    /// From which sender: its permit is asked for before the row is touched.
    pub sender: SenderId,
    /// For which campaign: likewise.
    pub campaign: Option<CampaignId>,
    /// To whom: nobody gets too many from one number at once. Tasks of an older version do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    /// Whether it names stored files, of which the provider needs copies first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub media: bool,
}

/// The task for a row just queued. Its id names the attempt to come, so that a row fed twice (after a lost lease) is
/// one task as long as the first still waits.
pub fn task(job: SendMessage, attempts_before: i32) -> Result<NewTask> {
    let body = serde_json::to_string(&job).map_err(Error::internal)?;
    Ok(NewTask { id: format!("{}.{}", job.message, attempts_before + 1), body, due: Due::Now })
}

/// Which lane a row's word stands for.
pub fn lane(word: &str) -> LaneName {
    if word == LaneName::Interactive.as_str() { LaneName::Interactive } else { LaneName::Bulk }
}
