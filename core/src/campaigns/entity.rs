//! Rows of `campaigns`.

use super::audience::{Audience, VariableSource};
use super::pool::SenderChoice;
use super::schedule::MissedPolicy;
use super::state::CampaignStatus;
use crate::clock::Timestamp;
use crate::consent::Purpose;
use crate::error::{Error, Result};
use crate::ids::{CampaignId, OrganizationId, SenderId, TemplateId};
use crate::organizations::UnknownPolicy;
use crate::policy::hours::WallTime;
use sea_orm::entity::prelude::*;
use std::collections::BTreeMap;

/// One template to many people.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "campaigns")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CampaignId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Where it stands.
    pub status: CampaignStatus,
    /// What is sent.
    pub template_id: TemplateId,
    /// Why: the template's category.
    pub purpose: Purpose,
    /// From which numbers, in turn.
    pub sender_ids: Json,
    /// Which of them a person is sent to from.
    pub sender_choice: SenderChoice,
    /// To whom.
    pub audience: Json,
    /// Where the template's values come from.
    pub variables: Json,
    /// At most so many messages a minute; `None`: as fast as the senders may.
    pub rate_per_minute: Option<i32>,
    /// Whether it may take several days where the provider's limit of new people a day is smaller than it.
    pub multi_day: bool,
    /// Give up on a person after so many failures.
    pub max_attempts: i32,
    /// For outcomes that stay unknown.
    pub unknown_policy: UnknownPolicy,
    /// How far expansion got.
    pub expand_cursor: Option<String>,
    /// When every recipient was made final.
    pub expanded_at: Option<Timestamp>,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was launched.
    pub launched_at: Option<Timestamp>,
    /// When it was last paused.
    pub paused_at: Option<Timestamp>,
    /// Why, when it was not a person who paused it.
    pub paused_reason: Option<String>,
    /// When it was completed or cancelled.
    pub finished_at: Option<Timestamp>,
    /// When its recipients stopped to be anybody: the retention policy anonymised them. Its numbers stay.
    pub recipients_erased_at: Option<Timestamp>,
    /// When it goes out, as a wall time: `2026-12-01T10:00:00`.
    pub schedule_at: Option<String>,
    /// Where that wall hangs: an IANA zone.
    pub schedule_zone: Option<String>,
    /// How it repeats from then on (RFC 5545); `None`: once.
    pub schedule_rule: Option<String>,
    /// What becomes of a time nobody was there for.
    pub schedule_missed: Option<MissedPolicy>,
    /// The moment it goes out next, while it is scheduled.
    pub next_run_at: Option<Timestamp>,
    /// How often its schedule let it go out.
    pub runs: i32,
    /// The campaign of whose schedule this is one run.
    pub repeats_id: Option<CampaignId>,
    /// Each recipient at this time of their own day, `10:00`.
    pub send_at_local: Option<String>,
    /// What was not sent by then is not sent any more.
    pub stop_at: Option<Timestamp>,
    /// Pause when so many of a hundred messages failed.
    pub pause_at_failed_percent: Option<i32>,
    /// Pause when so many of a hundred people stopped such messages.
    pub pause_at_opted_out_percent: Option<i32>,
    /// The numbers at the last such pause, as JSON: only what came since is looked at.
    pub pause_seen: Option<String>,
    /// When it was drafted.
    pub created_at: Timestamp,
    /// When it last changed.
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

impl Model {
    /// The time of people's own day at which they are sent to.
    pub(super) fn local_time(&self) -> Option<WallTime> {
        self.send_at_local.as_deref().and_then(|time| WallTime::parse(time).ok())
    }

    /// The numbers it sends from.
    pub fn senders(&self) -> Result<Vec<SenderId>> {
        read(self.id, "sender_ids", &self.sender_ids)
    }

    /// To whom it is sent.
    pub fn audience(&self) -> Result<Audience> {
        read(self.id, "audience", &self.audience)
    }

    /// Where the template's values come from.
    pub fn variables(&self) -> Result<BTreeMap<String, VariableSource>> {
        read(self.id, "variables", &self.variables)
    }
}

fn read<T: serde::de::DeserializeOwned>(id: CampaignId, column: &str, json: &Json) -> Result<T> {
    T::deserialize(json)
        .map_err(|error| Error::internal(format!("campaign {id}: {column} cannot be read: {error}")))
}
