//! What a campaign's numbers look like from outside.

use crate::messages::objects::MessageStatus;
use bellbird_core::campaigns::stats::{self, Snapshot};
use bellbird_core::campaigns::{CampaignStatus, words_for};
use bellbird_core::ids::CampaignId;
use bellbird_core::messages::counters;
use bellbird_core::messages::state::MessageStatus as Standing;
use bellbird_core::senders::port::MessageSender;
use poem_openapi::Object;

/// How many recipients stand where; each is counted once.
#[derive(Debug, Object)]
pub struct StatusCounts {
    /// Added, not launched.
    pub planned: i64,
    /// To be sent.
    pub pending: i64,
    /// Next in line.
    pub queued: i64,
    /// WhatsApp is being asked right now.
    pub sending: i64,
    /// WhatsApp took them, and they have not arrived yet.
    pub sent: i64,
    /// Arrived, not read.
    pub delivered: i64,
    /// Read.
    pub read: i64,
    /// Wait to be tried again.
    pub held: i64,
    /// May or may not have been sent.
    pub unknown: i64,
    /// Will not arrive.
    pub failed: i64,
    /// Not sent, for a reason known beforehand.
    pub skipped: i64,
    /// Stopped marketing messages.
    pub opted_out: i64,
    /// Cancelled before they were sent.
    pub cancelled: i64,
}

impl From<&counters::Counts> for StatusCounts {
    fn from(counts: &counters::Counts) -> Self {
        Self {
            planned: counts.of(Standing::Planned),
            pending: counts.of(Standing::Pending),
            queued: counts.of(Standing::Queued),
            sending: counts.of(Standing::Sending),
            sent: counts.of(Standing::Accepted) + counts.of(Standing::Sent),
            delivered: counts.of(Standing::Delivered),
            read: counts.of(Standing::Read),
            held: counts.of(Standing::Held),
            unknown: counts.of(Standing::Unknown),
            failed: counts.of(Standing::Failed),
            skipped: counts.of(Standing::Skipped),
            opted_out: counts.of(Standing::OptedOut),
            cancelled: counts.of(Standing::Cancelled),
        }
    }
}

/// How far recipients got; whoever read it is counted as delivered and as sent, too.
#[derive(Debug, Object)]
pub struct Funnel {
    /// All recipients.
    pub total: i64,
    /// WhatsApp took them.
    pub sent: i64,
    /// They reached a device.
    pub delivered: i64,
    /// They were read.
    pub read: i64,
    /// They were answered.
    pub responded: i64,
    /// They will not arrive.
    pub failed: i64,
}

impl From<&Snapshot> for Funnel {
    fn from(snapshot: &Snapshot) -> Self {
        Self {
            total: snapshot.counts.total(),
            sent: snapshot.sent(),
            delivered: snapshot.delivered(),
            read: snapshot.read(),
            responded: snapshot.counts.responded(),
            failed: snapshot.counts.of(Standing::Failed),
        }
    }
}

/// A campaign at one moment.
#[derive(Debug, Object)]
pub struct CampaignSnapshot {
    /// Which campaign.
    pub campaign_id: CampaignId,
    /// Where it stands.
    pub status: CampaignStatus,
    /// How many recipients stand where.
    pub counts: StatusCounts,
    /// How far they got.
    pub funnel: Funnel,
    /// Names this state of things: any change gives another. Also the event's id.
    pub version: String,
}

impl From<&Snapshot> for CampaignSnapshot {
    fn from(snapshot: &Snapshot) -> Self {
        Self {
            campaign_id: snapshot.campaign.id,
            status: snapshot.campaign.status,
            counts: (&snapshot.counts).into(),
            funnel: snapshot.into(),
            version: snapshot.version(),
        }
    }
}

/// One reason why recipients were not reached, or wait.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ReasonCount {
    /// Where they stand.
    pub status: MessageStatus,
    /// The reason, in a sentence for people.
    pub reason: Option<String>,
    /// The reason as a stable word: `no_consent`, `pair_rate`, ….
    pub reason_code: Option<String>,
    /// WhatsApp's code, where it gave one.
    pub code: Option<i32>,
    /// How many.
    pub count: i64,
}

impl ReasonCount {
    /// Puts a reason into words.
    pub fn of(provider: &dyn MessageSender, found: stats::ReasonCount) -> Self {
        Self {
            status: found.status.into(),
            reason: words_for::reason(provider, found.status, found.reason.as_deref(), found.code),
            reason_code: found.reason,
            code: found.code,
            count: found.n,
        }
    }
}

/// A campaign in numbers.
#[derive(Debug, Object)]
pub struct CampaignStats {
    /// Which campaign.
    pub campaign_id: CampaignId,
    /// Where it stands.
    pub status: CampaignStatus,
    /// How many recipients stand where.
    pub counts: StatusCounts,
    /// How far they got.
    pub funnel: Funnel,
    /// Why recipients were not reached or wait, the most frequent first; at most 50.
    pub reasons: Vec<ReasonCount>,
    /// Names this state of things: any change gives another.
    pub version: String,
}

impl CampaignStats {
    /// Puts numbers and reasons together.
    pub fn of(provider: &dyn MessageSender, snapshot: &Snapshot, reasons: Vec<stats::ReasonCount>) -> Self {
        let CampaignSnapshot { campaign_id, status, counts, funnel, version } = snapshot.into();
        let reasons = reasons.into_iter().map(|found| ReasonCount::of(provider, found)).collect();
        Self { campaign_id, status, counts, funnel, reasons, version }
    }
}
