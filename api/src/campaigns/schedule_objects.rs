//! What schedules, second messages and retries look like from outside.

use crate::Time;
use bellbird_core::campaigns::outcome::Outcome;
use bellbird_core::campaigns::schedule::{self, MissedPolicy};
use bellbird_core::campaigns::{Campaign, pool, retry};
use bellbird_core::ids::SenderId;
use bellbird_core::{Error, Timestamp};
use poem_openapi::Object;
use poem_openapi::types::Example;

/// When a campaign is to go out.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none, example)]
pub struct ScheduleCampaign {
    /// What the clock on the wall shows then, without `Z` or an offset: `2026-12-01T10:00:00`. On the days the clocks are
    /// turned, a time that is left out stands for the first moment after it, one that is shown twice for the first time.
    #[oai(validator(max_length = 30))]
    pub at: String,
    /// Where that wall hangs: an IANA zone like `Asia/Kolkata`.
    #[oai(validator(max_length = 60))]
    pub time_zone: String,
    /// How it repeats from then on: a rule of RFC 5545 without its beginning, like `FREQ=WEEKLY;BYDAY=MO`, every hour at
    /// most. Left out: once.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub repeat: Option<String>,
    /// What becomes of a time that passed more than five minutes ago because nobody was there; `run_late` when left out.
    pub missed: Option<MissedPolicy>,
}

impl Example for ScheduleCampaign {
    fn example() -> Self {
        Self {
            at: "2026-12-07T10:00:00".into(),
            time_zone: "Asia/Kolkata".into(),
            repeat: Some("FREQ=WEEKLY;BYDAY=MO".into()),
            missed: Some(MissedPolicy::Skip),
        }
    }
}

impl From<ScheduleCampaign> for schedule::Schedule {
    fn from(wish: ScheduleCampaign) -> Self {
        Self {
            at: wish.at,
            time_zone: wish.time_zone,
            repeat: wish.repeat,
            missed: wish.missed.unwrap_or(MissedPolicy::RunLate),
        }
    }
}

/// When a campaign goes out, or went out.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CampaignSchedule {
    /// What the clock on the wall shows then.
    pub at: String,
    /// Where that wall hangs.
    pub time_zone: String,
    /// How it repeats from then on.
    pub repeat: Option<String>,
    /// What becomes of a time nobody was there for.
    pub missed: MissedPolicy,
    /// The moment it goes out next, while it is scheduled.
    pub next_run_at: Option<Time>,
    /// How often it went out.
    pub runs: u32,
}

impl CampaignSchedule {
    /// That of a campaign, if it has one.
    pub fn of(campaign: &Campaign) -> Option<Self> {
        let schedule = schedule::Schedule::of(campaign)?;
        Some(Self {
            at: schedule.at,
            time_zone: schedule.time_zone,
            repeat: schedule.repeat,
            missed: schedule.missed,
            next_run_at: campaign.next_run_at.map(Timestamp::to_utc),
            runs: campaign.runs.unsigned_abs(),
        })
    }
}

/// To whom a campaign is sent once more.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, example)]
pub struct RetargetCampaign {
    /// What the campaign came to with them.
    pub outcome: Outcome,
    /// What the new campaign is called.
    #[oai(validator(min_length = 1, max_length = 200))]
    pub name: String,
}

impl Example for RetargetCampaign {
    fn example() -> Self {
        Self { outcome: Outcome::NotRead, name: "Diwali sale, last day".into() }
    }
}

/// Which of a campaign's failed messages are tried again; with nothing named: all.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none, example)]
pub struct RetryRecipients {
    /// Those that failed with one of these codes of WhatsApp's.
    #[oai(validator(min_items = 1, max_items = 100))]
    pub codes: Option<Vec<i32>>,
    /// And those that stand there for one of these reasons (`reason_code`).
    #[oai(validator(min_items = 1, max_items = 100))]
    pub reasons: Option<Vec<String>>,
}

impl Example for RetryRecipients {
    fn example() -> Self {
        Self { codes: Some(vec![131_026]), reasons: None }
    }
}

impl From<RetryRecipients> for retry::Which {
    fn from(which: RetryRecipients) -> Self {
        Self { codes: which.codes.unwrap_or_default(), reasons: which.reasons.unwrap_or_default() }
    }
}

/// How many are tried again.
#[derive(Debug, Object)]
pub struct RetriedRecipients {
    /// So many failed messages wait to be sent again.
    pub retried: u64,
}

/// Refuses what belongs to another kind of audience.
pub(super) fn unexpected(field: &'static str, code: &'static str, kind: &str) -> Error {
    Error::invalid(field, code, format!("this belongs to the kind `{kind}` only"))
}

/// From which number to which.
#[derive(Debug, Object)]
#[oai(deny_unknown_fields, example)]
pub struct MoveRecipients {
    /// One of the campaign's numbers.
    pub from_sender_id: SenderId,
    /// Another one of the same account.
    pub to_sender_id: SenderId,
}

impl Example for MoveRecipients {
    fn example() -> Self {
        let id = |text: &str| text.parse().unwrap_or_else(|_| SenderId::earliest(Timestamp(0)));
        Self {
            from_sender_id: id("snd_01kawz1m4cf0tr2v6x8yab3c5d"),
            to_sender_id: id("snd_01kawz1m4cf0tr2v6x8yab3c5e"),
        }
    }
}

/// What came of moving people.
#[derive(Debug, Object)]
pub struct MovedRecipients {
    /// Get it from the other number now.
    pub moved: u64,
    /// Could not be moved: they are just being sent to, or next in line; ask again in some seconds.
    pub left: u64,
}

impl From<pool::Moved> for MovedRecipients {
    fn from(moved: pool::Moved) -> Self {
        Self { moved: moved.moved, left: moved.left }
    }
}
