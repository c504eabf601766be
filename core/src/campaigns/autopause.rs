//! Pausing a campaign before it does more harm: when too many of its messages fail, or too many people tell it to stop.
//!
//! Asked of the counters, so it costs the same for ten recipients and for a million. A person who resumes the campaign
//! has looked at it: from there on only what came since counts.

use super::entity::{Column, Entity, Model};
use super::state::CampaignStatus;
use crate::context::Services;
use crate::error::{Error, Result};
use crate::events::{self, EventType};
use crate::messages::counters::{self, Counts};
use crate::messages::state::MessageStatus;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

/// Nobody judges a campaign by fewer final answers.
const ENOUGH: i64 = 50;

/// What a campaign came to so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    /// The provider took it or refused it.
    answered: i64,
    /// It arrived, or will not.
    settled: i64,
    failed: i64,
    opted_out: i64,
}

impl Seen {
    fn of(counts: &Counts) -> Self {
        use MessageStatus::{Accepted, Delivered, Failed, OptedOut, Read, Sent};
        let (failed, opted_out) = (counts.of(Failed), counts.of(OptedOut));
        let settled = failed + opted_out + counts.of(Delivered) + counts.of(Read);
        let answered = settled + counts.of(Accepted) + counts.of(Sent);
        Self { answered, settled, failed, opted_out }
    }

    fn since(self, before: Self) -> Self {
        Self {
            answered: self.answered - before.answered,
            settled: self.settled - before.settled,
            failed: self.failed - before.failed,
            opted_out: self.opted_out - before.opted_out,
        }
    }

    /// Why to pause, in words; `None`: nothing to worry about.
    fn verdict(self, first: bool, failed_at: Option<i32>, opted_out_at: Option<i32>) -> Option<String> {
        if self.settled < ENOUGH {
            return None;
        }
        let which = if first { "first" } else { "last" };
        let too_many = |n: i64, at: Option<i32>, what: &str| {
            let at = at?;
            let too_many = n * 100 >= i64::from(at) * self.answered;
            too_many.then(|| {
                let percent = n * 100 / self.answered;
                format!(
                    "{percent}% of the {which} {} messages {what}; paused as you asked (at {at}%)",
                    self.answered
                )
            })
        };
        too_many(self.failed, failed_at, "failed")
            .or_else(|| too_many(self.opted_out, opted_out_at, "were answered by stopping such messages"))
    }
}

/// Looks at every running campaign that has such a threshold; returns how many were paused. Of several workers one
/// pauses it.
pub async fn look(services: &Services) -> Result<usize> {
    let watched = Entity::find()
        .filter(Column::Status.eq(CampaignStatus::Running))
        .filter(
            Condition::any()
                .add(Column::PauseAtFailedPercent.is_not_null())
                .add(Column::PauseAtOptedOutPercent.is_not_null()),
        )
        .all(services.db.read())
        .await?;
    let mut paused = 0;
    for campaign in watched {
        let now = Seen::of(&counters::read(services.db.read(), campaign.id).await?);
        let before: Option<Seen> =
            campaign.pause_seen.as_deref().and_then(|seen| serde_json::from_str(seen).ok());
        let news = now.since(before.unwrap_or_default());
        let (failed_at, opted_out_at) =
            (campaign.pause_at_failed_percent, campaign.pause_at_opted_out_percent);
        if let Some(why) = news.verdict(before.is_none(), failed_at, opted_out_at) {
            paused += usize::from(pause(services, &campaign, now, &why).await?);
        }
    }
    Ok(paused)
}

async fn pause(services: &Services, campaign: &Model, seen: Seen, why: &str) -> Result<bool> {
    let tx = services.begin().await?;
    let now = tx.now();
    let seen = serde_json::to_string(&seen).map_err(Error::internal)?;
    let mut update = Entity::update_many()
        .col_expr(Column::Status, Expr::value(CampaignStatus::Paused))
        .col_expr(Column::PausedAt, Expr::value(now))
        .col_expr(Column::PausedReason, Expr::value(why))
        .col_expr(Column::PauseSeen, Expr::value(seen))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(campaign.id))
        .filter(Column::Status.eq(CampaignStatus::Running));
    // judged by older numbers than somebody has looked at since: another time
    update = match &campaign.pause_seen {
        Some(before) => update.filter(Column::PauseSeen.eq(before.as_str())),
        None => update.filter(Column::PauseSeen.is_null()),
    };
    let won = update.exec(tx.conn()).await?.rows_affected == 1;
    if won {
        tracing::warn!(campaign = %campaign.id, why, "campaign paused");
        events::campaigns::tell(tx.conn(), tx.clock(), EventType::CampaignPaused, &[campaign.id]).await?;
    }
    tx.commit().await?;
    Ok(won)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(answered: i64, failed: i64, opted_out: i64) -> Seen {
        Seen { answered, settled: answered, failed, opted_out }
    }

    #[test]
    fn a_threshold_is_kept_to_the_message_and_told_in_words() {
        assert_eq!(seen(100, 9, 0).verdict(true, Some(10), None), None);
        let why = seen(60, 7, 0).verdict(true, Some(10), None);
        assert_eq!(why.unwrap(), "11% of the first 60 messages failed; paused as you asked (at 10%)");
        let why = seen(200, 0, 4).verdict(false, Some(10), Some(2)).unwrap();
        assert!(why.starts_with("2% of the last 200 messages were answered by stopping"), "{why}");
        assert_eq!(seen(100, 50, 50).verdict(true, None, None), None);
    }

    #[test]
    fn too_few_final_answers_prove_nothing() {
        assert_eq!(seen(49, 49, 0).verdict(true, Some(1), None), None);
        let early = Seen { answered: 5_000, settled: 40, failed: 40, opted_out: 0 };
        assert_eq!(early.verdict(true, Some(1), None), None);
    }

    #[test]
    fn after_a_resume_only_what_came_since_counts() {
        let before = seen(60, 30, 0);
        assert_eq!(seen(110, 30, 0).since(before).verdict(false, Some(10), None), None);
        assert!(seen(120, 40, 0).since(before).verdict(false, Some(10), None).is_some());
    }
}
