//! Events: what happened, for integrators. Whoever makes something happen writes its event in the same transaction
//! ([`record()`]), so that nothing is told that did not happen, and nothing that happened is lost.
//!
//! An event is written only if an active subscription of its organization wants its type; the statement that writes it
//! asks. Where many rows move at once the question travels with a statement that is made anyway ([`WANTED`]), or is
//! asked once for all of them ([`wanted`]), before any event is put together.
//!
//! Whom an event goes to and how it gets there is the business of [`subscriptions`](crate::subscriptions).

pub mod campaigns;
pub mod entity;
pub mod erase;
mod record;

pub use record::{NewEvent, WANTED, about, record, wanted};

use crate::words::words;

/// The version of the payloads. A new field is no new version; a field that goes, or means something else, is.
pub const VERSION: u32 = 1;

words! {
    /// What an event is about. The words never change.
    pub enum EventType {
        /// WhatsApp took a message.
        MessageSent = "message.sent",
        /// A message reached a device.
        MessageDelivered = "message.delivered",
        /// A message was read.
        MessageRead = "message.read",
        /// A message will not arrive.
        MessageFailed = "message.failed",
        /// A customer wrote.
        MessageReceived = "message.received",
        /// A campaign was launched.
        CampaignLaunched = "campaign.launched",
        /// A campaign was paused, by a person or because its template may not be sent.
        CampaignPaused = "campaign.paused",
        /// A campaign goes on.
        CampaignResumed = "campaign.resumed",
        /// Nothing is left to do for a campaign.
        CampaignCompleted = "campaign.completed",
        /// A campaign was stopped for good.
        CampaignCancelled = "campaign.cancelled",
        /// A campaign could not be prepared.
        CampaignFailed = "campaign.failed",
        /// Somebody is known who was not known before.
        CustomerCreated = "customer.created",
        /// Something was written down about a customer.
        CustomerUpdated = "customer.updated",
        /// Two customers turned out to be one person.
        CustomerMerged = "customer.merged",
        /// A customer was deleted.
        CustomerDeleted = "customer.deleted",
        /// A customer's word on marketing changed.
        ConsentChanged = "consent.changed",
        /// Sent when asked for, to try a subscription out; whatever types it names.
        SubscriptionTest = "subscription.test",
    }
}

impl EventType {
    /// When it is sent, in a sentence for integrators.
    pub const fn about(self) -> &'static str {
        match self {
            Self::MessageSent => {
                "WhatsApp took a message. A message that is tried again may be sent more than once."
            }
            Self::MessageDelivered => "A message reached a device.",
            Self::MessageRead => "A message was read. There may have been no `message.delivered` before it.",
            Self::MessageFailed => {
                "A message will not arrive; `status` and `reason_code` say why. Recipients of a campaign that are skipped \
                 while it is prepared, or that are left when it is cancelled, are not told one by one."
            }
            Self::MessageReceived => "A customer wrote; `received` is WhatsApp's own JSON.",
            Self::CampaignLaunched => "A campaign was launched; its recipients are being prepared.",
            Self::CampaignPaused => "A campaign was paused; `paused_reason` says why if it was not a person.",
            Self::CampaignResumed => "A paused campaign goes on.",
            Self::CampaignCompleted => {
                "Nothing is left to do for a campaign. A failure that is reported late and tried again may complete it \
                 a second time."
            }
            Self::CampaignCancelled => "A campaign was stopped for good.",
            Self::CampaignFailed => "A campaign could not be prepared; `failure` says why.",
            Self::CustomerCreated => "Somebody is known who was not known before.",
            Self::CustomerUpdated => {
                "Something was written down about a customer: by you, by an import, or by WhatsApp. It may be what was \
                 known already."
            }
            Self::CustomerMerged => {
                "Two customers turned out to be one person; `merged_id` leads to `id` now."
            }
            Self::CustomerDeleted => "A customer was deleted. Only the id is told.",
            Self::ConsentChanged => "A customer's word on marketing changed, however it reached us.",
            Self::SubscriptionTest => "Sent when you ask for a test, whichever types the subscription names.",
        }
    }
}
