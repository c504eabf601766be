//! Rows of `messages`.

use super::state::MessageStatus;
use super::{Direction, Origin, Purpose};
use crate::clock::Timestamp;
use crate::ids::{CampaignId, CustomerId, MediaId, MessageId, OrganizationId, SenderId, TemplateId};
use crate::phone::Phone;
use sea_orm::entity::prelude::*;

/// One thing sent to or received from one customer. The facts of its current attempt stand here; those of earlier
/// attempts in `message_attempts`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageId,
    /// Whose message.
    pub organization_id: OrganizationId,
    /// Which way.
    pub direction: Direction,
    /// `bulk` or `interactive`.
    pub lane: String,
    /// `template`, the word of a free-form content, or the provider's word for an inbound kind.
    pub kind: String,
    /// Why it is sent.
    pub purpose: Purpose,
    /// The campaign it is a recipient of.
    pub campaign_id: Option<CampaignId>,
    /// To or from whom.
    pub customer_id: Option<CustomerId>,
    /// From or to which of our numbers.
    pub sender_id: SenderId,
    /// What is sent.
    pub template_id: Option<TemplateId>,
    /// The number it goes to, frozen.
    pub phone: Option<Phone>,
    /// The BSUID it goes to when there is no number.
    pub bsuid: Option<String>,
    /// The template's values for this person, frozen at expansion: a JSON object of strings.
    pub variables: Option<String>,
    /// A free-form content as JSON ([`Content`](crate::content::Content)), or the provider's JSON of an inbound message.
    pub content: Option<String>,
    /// The stored file that came with it, or the first one it is sent with.
    pub media_id: Option<MediaId>,
    /// Where it stands.
    pub status: MessageStatus,
    /// Why it was skipped, is held, or is unknown: a machine word.
    pub reason: Option<String>,
    /// The provider's code of the last failure.
    pub code: Option<i32>,
    /// The provider's title of it.
    pub error_title: Option<String>,
    /// More about it, for operators.
    pub error_detail: Option<String>,
    /// Number of the current attempt; 0 before the first.
    pub attempt: i32,
    /// Failures so far that count against `max_attempts`.
    pub tries: i32,
    /// Give up after so many counted failures.
    pub max_attempts: i32,
    /// The provider's id of the current attempt, or of the inbound message.
    pub wamid: Option<String>,
    /// Not before this moment.
    pub next_attempt_at: Option<Timestamp>,
    /// The lease of a queued row: after this it is fed again.
    pub queued_until: Option<Timestamp>,
    /// When the current attempt was claimed.
    pub claimed_at: Option<Timestamp>,
    /// When the provider took it.
    pub accepted_at: Option<Timestamp>,
    /// When it left the provider.
    pub sent_at: Option<Timestamp>,
    /// When it reached a device.
    pub delivered_at: Option<Timestamp>,
    /// When it was read; of an inbound message: when we marked it as read.
    pub read_at: Option<Timestamp>,
    /// When the current attempt failed.
    pub failed_at: Option<Timestamp>,
    /// Since when the outcome of the current attempt is unknown.
    pub unknown_at: Option<Timestamp>,
    /// When an unknown outcome was decided to be left.
    pub decided_at: Option<Timestamp>,
    /// When the customer first answered.
    pub responded_at: Option<Timestamp>,
    /// What the provider charges it as: `marketing`, `utility`, `service`, …, as given.
    pub pricing_category: Option<String>,
    /// Why it costs something or not: `regular`, `free_customer_service`, `free_entry_point`.
    pub pricing_type: Option<String>,
    /// How it is charged: `PMP` (per message), formerly `CBP`.
    pub pricing_model: Option<String>,
    /// Whether it is charged.
    pub billable: Option<bool>,
    /// The provider's id of the conversation it was counted in, where there still is one.
    pub conversation_id: Option<String>,
    /// What opened that conversation.
    pub conversation_origin: Option<String>,
    /// When that conversation ends.
    pub conversation_expires_at: Option<Timestamp>,
    /// The market its price depends on ([`Market`](crate::pricing::Market)); `None` when it is not known.
    pub market: Option<String>,
    /// What it was expected to cost when it was made final, in millionths of `cost_currency`; stays what it was.
    pub estimated_cost: Option<i64>,
    /// What it cost, since it was delivered, in millionths of `cost_currency`; `None` while nothing or too little is told.
    pub cost: Option<i64>,
    /// What both are in, by ISO 4217.
    pub cost_currency: Option<String>,
    /// Who wrote it when not Bellbird; such a message is never sent by us.
    pub origin: Option<Origin>,
    /// The provider's id of the message it quotes, reacts to, edits or revokes.
    pub context_wamid: Option<String>,
    /// When its writer last changed it.
    pub edited_at: Option<Timestamp>,
    /// When its writer took it back.
    pub revoked_at: Option<Timestamp>,
    /// Since when the row names nobody any more; it only counts.
    pub erased_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::db::Owned for Entity {
    fn organization() -> Column {
        Column::OrganizationId
    }
}
