//! What campaigns look like from outside.

use super::schedule_objects::{CampaignSchedule, unexpected};
use crate::Time;
use bellbird_core::campaigns::bounds::Bounds;
use bellbird_core::campaigns::edit::Draft;
use bellbird_core::campaigns::outcome::Outcome;
use bellbird_core::campaigns::pool::SenderChoice;
use bellbird_core::campaigns::{self, CampaignStatus, audience};
use bellbird_core::ids::{CampaignId, SenderId, TemplateId};
use bellbird_core::messages::Purpose;
use bellbird_core::organizations::UnknownPolicy;
use bellbird_core::{Error, Timestamp};
use poem_openapi::{Enum, Object};
use std::collections::BTreeMap;

/// How a campaign's audience is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
pub enum AudienceKind {
    /// The people added to it, by JSON or from a file.
    Listed,
    /// Everyone who carries a tag when it is launched.
    Tag,
    /// Everyone who has agreed to marketing when it is launched.
    OptedIn,
    /// Everyone with whom another campaign came to an outcome, asked when this one is launched.
    Outcome,
}

/// To whom a campaign is sent.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none, deny_unknown_fields)]
pub struct Audience {
    /// How the audience is told.
    pub kind: AudienceKind,
    /// Which tag; given with kind `tag`, and only then.
    pub tag: Option<String>,
    /// Which other campaign; given with kind `outcome`, and only then. It was launched.
    pub campaign_id: Option<CampaignId>,
    /// What that campaign came to with them; given with kind `outcome`, and only then.
    pub outcome: Option<Outcome>,
}

impl From<audience::Audience> for Audience {
    fn from(audience: audience::Audience) -> Self {
        let of = |kind| Self { kind, tag: None, campaign_id: None, outcome: None };
        match audience {
            audience::Audience::Listed => of(AudienceKind::Listed),
            audience::Audience::Tag { tag } => Self { tag: Some(tag), ..of(AudienceKind::Tag) },
            audience::Audience::OptedIn => of(AudienceKind::OptedIn),
            audience::Audience::Outcome { campaign, outcome } => {
                Self { campaign_id: Some(campaign), outcome: Some(outcome), ..of(AudienceKind::Outcome) }
            }
        }
    }
}

impl TryFrom<Audience> for audience::Audience {
    type Error = Error;
    fn try_from(audience: Audience) -> Result<Self, Error> {
        let Audience { kind, tag, campaign_id, outcome } = audience;
        if kind != AudienceKind::Tag && tag.is_some() {
            return Err(unexpected("audience.tag", "unexpected_tag", "tag"));
        }
        if kind != AudienceKind::Outcome && campaign_id.is_some() {
            return Err(unexpected("audience.campaign_id", "unexpected_outcome", "outcome"));
        }
        if kind != AudienceKind::Outcome && outcome.is_some() {
            return Err(unexpected("audience.outcome", "unexpected_outcome", "outcome"));
        }
        let missing = |field| Error::invalid(field, "missing", "the kind `outcome` needs it");
        Ok(match kind {
            AudienceKind::Listed => Self::Listed,
            AudienceKind::OptedIn => Self::OptedIn,
            // a missing tag is an empty one, which the draft's own check refuses
            AudienceKind::Tag => Self::Tag { tag: tag.unwrap_or_default().trim().to_string() },
            AudienceKind::Outcome => Self::Outcome {
                campaign: campaign_id.ok_or_else(|| missing("audience.campaign_id"))?,
                outcome: outcome.ok_or_else(|| missing("audience.outcome"))?,
            },
        })
    }
}

/// Where the value of one of the template's variables comes from: `value`, else the customer's `attribute`, else
/// `default`. A value given with a recipient comes before all of them.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none, deny_unknown_fields)]
pub struct VariableSource {
    /// The same for everyone.
    pub value: Option<String>,
    /// The customer's `name`, `phone`, or attribute of this name.
    pub attribute: Option<String>,
    /// For those who have neither.
    pub default: Option<String>,
    /// The person's own link to stop messages instead; for a button's address (`button.0.1`) only its end, behind
    /// an address in the template that ends in `/o/{{1}}`.
    pub unsubscribe_link: Option<bool>,
}

impl From<audience::VariableSource> for VariableSource {
    fn from(source: audience::VariableSource) -> Self {
        Self {
            value: source.value,
            attribute: source.attribute,
            default: source.default,
            unsubscribe_link: source.unsubscribe_link.then_some(true),
        }
    }
}

impl From<VariableSource> for audience::VariableSource {
    fn from(source: VariableSource) -> Self {
        Self {
            value: source.value,
            attribute: source.attribute,
            default: source.default,
            unsubscribe_link: source.unsubscribe_link.unwrap_or(false),
        }
    }
}

/// Everything a draft says.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none, example)]
pub struct CampaignDraft {
    /// What people call it.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub name: String,
    /// For people.
    #[oai(validator(max_length = 2000))]
    pub description: Option<String>,
    /// What is sent. The template must be approved when the campaign is launched.
    pub template_id: TemplateId,
    /// From which numbers, in turn; all of the template's WhatsApp account.
    #[oai(validator(min_items = 1, max_items = 100))]
    pub sender_ids: Vec<SenderId>,
    /// Which of them a person is sent to from: `spread` (the same one each time, all alike), or `last_talked`, the one
    /// they last wrote to. `spread` when left out.
    pub sender_choice: Option<SenderChoice>,
    /// To whom; left out: the people added to it.
    pub audience: Option<Audience>,
    /// Where the template's values come from, by variable. Positional variables are called `1`, `2`, ….
    pub variables: Option<BTreeMap<String, VariableSource>>,
    /// At most so many messages a minute; left out: as fast as the senders may.
    #[oai(validator(minimum(value = "1")))]
    pub rate_per_minute: Option<u32>,
    /// Let it take several days when WhatsApp's limit of new people a day is smaller than it; the pre-flight shows the
    /// plan.
    pub multi_day: Option<bool>,
    /// Give up on a person after so many failures; 3 when left out.
    #[oai(validator(minimum(value = "1"), maximum(value = "10")))]
    pub max_attempts: Option<u32>,
    /// What is done when it stays unknown whether a message was sent; left out: what the organization does.
    pub unknown_policy: Option<UnknownPolicy>,
    /// Send to each person at this time of their own day, like `10:00`; left out: as soon as it is launched.
    #[oai(validator(max_length = 5))]
    pub send_at_local: Option<String>,
    /// What was not sent by then is not sent any more (`too_late`). For a campaign that repeats: of its first run; the
    /// others stop as long after they began.
    pub stop_at: Option<Time>,
    /// Pause the campaign, with the reason, when so many of a hundred messages failed; looked at after 50 final answers.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    pub pause_at_failed_percent: Option<u32>,
    /// The same when so many of a hundred people answered by stopping marketing from you in WhatsApp.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    pub pause_at_opted_out_percent: Option<u32>,
}

impl TryFrom<CampaignDraft> for Draft {
    type Error = Error;
    fn try_from(draft: CampaignDraft) -> Result<Self, Error> {
        let variables = draft.variables.unwrap_or_default();
        Ok(Self {
            name: draft.name,
            description: draft.description,
            template: draft.template_id,
            senders: draft.sender_ids,
            sender_choice: draft.sender_choice.unwrap_or(SenderChoice::Spread),
            audience: draft.audience.map_or(Ok(audience::Audience::Listed), TryInto::try_into)?,
            variables: variables.into_iter().map(|(key, source)| (key, source.into())).collect(),
            rate_per_minute: draft.rate_per_minute,
            multi_day: draft.multi_day.unwrap_or(false),
            max_attempts: draft.max_attempts,
            unknown_policy: draft.unknown_policy,
            bounds: Bounds {
                send_at_local: draft.send_at_local,
                stop_at: draft.stop_at.map(Timestamp::from),
                pause_at_failed_percent: draft.pause_at_failed_percent,
                pause_at_opted_out_percent: draft.pause_at_opted_out_percent,
            },
        })
    }
}

/// One template to many people.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Campaign {
    /// Its id.
    pub id: CampaignId,
    /// What people call it.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Where it stands.
    pub status: CampaignStatus,
    /// What is sent.
    pub template_id: TemplateId,
    /// Why: the template's category. `marketing` needs each person's opt-in.
    pub purpose: Purpose,
    /// From which numbers, in turn.
    pub sender_ids: Vec<SenderId>,
    /// Which of them a person is sent to from.
    pub sender_choice: SenderChoice,
    /// To whom.
    pub audience: Audience,
    /// Where the template's values come from.
    pub variables: BTreeMap<String, VariableSource>,
    /// At most so many messages a minute.
    pub rate_per_minute: Option<u32>,
    /// Whether it may take several days where WhatsApp's limit of new people a day is smaller than it.
    pub multi_day: bool,
    /// Give up on a person after so many failures.
    pub max_attempts: u32,
    /// What is done when it stays unknown whether a message was sent.
    pub unknown_policy: UnknownPolicy,
    /// When it goes out by itself, or did.
    pub schedule: Option<CampaignSchedule>,
    /// The campaign of whose schedule this is one run.
    pub repeats_id: Option<CampaignId>,
    /// Each person is sent to at this time of their own day.
    pub send_at_local: Option<String>,
    /// What was not sent by then is not sent any more.
    pub stop_at: Option<Time>,
    /// It pauses when so many of a hundred messages failed.
    pub pause_at_failed_percent: Option<u32>,
    /// It pauses when so many of a hundred people stopped such messages.
    pub pause_at_opted_out_percent: Option<u32>,
    /// Why it failed, where it did, or why its last scheduled time was skipped.
    pub failure: Option<String>,
    /// When it was launched.
    pub launched_at: Option<Time>,
    /// When it was last paused.
    pub paused_at: Option<Time>,
    /// Why, when it was not a person who paused it.
    #[oai(skip_serializing_if_is_none)]
    pub paused_reason: Option<String>,
    /// When it was completed or cancelled.
    pub finished_at: Option<Time>,
    /// When it was drafted.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl TryFrom<campaigns::Campaign> for Campaign {
    type Error = Error;
    fn try_from(row: campaigns::Campaign) -> Result<Self, Error> {
        let variables = row.variables()?;
        let Bounds { send_at_local, stop_at, pause_at_failed_percent, pause_at_opted_out_percent } =
            Bounds::of(&row);
        Ok(Self {
            schedule: CampaignSchedule::of(&row),
            repeats_id: row.repeats_id,
            send_at_local,
            stop_at: stop_at.map(Timestamp::to_utc),
            pause_at_failed_percent,
            pause_at_opted_out_percent,
            sender_ids: row.senders()?,
            audience: row.audience()?.into(),
            variables: variables.into_iter().map(|(key, source)| (key, source.into())).collect(),
            sender_choice: row.sender_choice,
            id: row.id,
            name: row.name,
            description: row.description,
            status: row.status,
            template_id: row.template_id,
            purpose: row.purpose,
            rate_per_minute: row.rate_per_minute.map(i32::unsigned_abs),
            multi_day: row.multi_day,
            max_attempts: row.max_attempts.unsigned_abs(),
            unknown_policy: row.unknown_policy,
            failure: row.failure,
            launched_at: row.launched_at.map(Timestamp::to_utc),
            paused_at: row.paused_at.map(Timestamp::to_utc),
            paused_reason: row.paused_reason,
            finished_at: row.finished_at.map(Timestamp::to_utc),
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
        })
    }
}
