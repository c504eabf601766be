//! One run of a campaign that repeats: a campaign of its own, with the same people.

use crate::campaigns::audience::Audience;
use crate::campaigns::entity::{Entity, Model};
use crate::campaigns::state::CampaignStatus;
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::ids::{CampaignId, MessageId};
use crate::messages::counters::Deltas;
use crate::messages::state::MessageStatus;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel, Statement};

/// How long a campaign's name may be.
const NAME: usize = 200;
/// The front of a message's id: `msg_`, ten digits of its millisecond, and three with its place in it.
const FRONT: usize = MessageId::PREFIX.len() + 13;

/// Drafts the run of `day`, and copies the people who were added to the campaign.
pub(super) async fn draft(
    tx: &Tx,
    services: &Services,
    campaign: &Model,
    day: &str,
    stop_at: Option<Timestamp>,
) -> Result<Model> {
    let now = tx.now();
    let copy = Model {
        id: CampaignId::new(tx.clock()),
        name: named(&campaign.name, day),
        status: CampaignStatus::Draft,
        schedule_at: None,
        schedule_zone: None,
        schedule_rule: None,
        schedule_missed: None,
        next_run_at: None,
        runs: 0,
        repeats_id: Some(campaign.id),
        stop_at,
        failure: None,
        created_at: now,
        updated_at: now,
        ..campaign.clone()
    };
    Entity::insert(copy.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    if copy.audience()? == Audience::Listed {
        copy_people(tx, services, campaign.id, copy.id).await?;
    }
    Ok(copy)
}

fn named(name: &str, day: &str) -> String {
    let end = format!(" ({day})");
    let kept: String = name.chars().take(NAME - end.chars().count()).collect();
    format!("{}{end}", kept.trim_end())
}

/// Copies the list within the database, however long it is. A row's new id is the old one behind the front of an id made
/// now: fronts are never used twice, whatever the clock does, and the rest is 62 random bits, so new ids differ from each
/// other and from all others.
async fn copy_people(tx: &Tx, services: &Services, from: CampaignId, to: CampaignId) -> Result<()> {
    let front: String = MessageId::new(tx.clock()).to_string().chars().take(FRONT).collect();
    let insert = Statement::from_sql_and_values(
        tx.backend(),
        format!(
            "INSERT INTO messages (id, organization_id, direction, lane, kind, purpose, campaign_id, customer_id,
                sender_id, template_id, phone, bsuid, variables, media_id, status, max_attempts, created_at, updated_at)
             SELECT CAST($1 AS TEXT) || SUBSTR(id, {}), organization_id, direction, lane, kind, purpose,
                CAST($2 AS TEXT), customer_id, sender_id, template_id, phone, bsuid, variables, media_id, 'planned',
                max_attempts, CAST($3 AS BIGINT), CAST($3 AS BIGINT)
             FROM messages WHERE campaign_id = $4 AND status = 'planned'",
            FRONT + 1
        ),
        [front.into(), to.into(), tx.now().into(), from.into()],
    );
    let copied = tx.conn().execute_raw(insert).await?.rows_affected();
    let mut deltas = Deltas::default();
    deltas.add(Some(to), MessageStatus::Planned.as_str(), i64::try_from(copied).unwrap_or(0));
    deltas.write(tx.conn(), &services.shards).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use std::collections::BTreeSet;

    #[test]
    fn a_run_is_named_after_its_day_and_never_too_long() {
        assert_eq!(named("Weekly news", "2026-12-07"), "Weekly news (2026-12-07)");
        let long = named(&"ä".repeat(200), "2026-12-07");
        assert_eq!(long.chars().count(), 200);
        assert!(long.ends_with("ä (2026-12-07)"));
    }

    #[test]
    fn an_old_id_with_a_new_front_is_a_new_id_even_when_the_clock_stands_still() {
        let clock = ManualClock::new(Timestamp(1));
        let old: Vec<_> = (0..3).map(|_| MessageId::new(&clock).to_string()).collect();
        let _campaign = CampaignId::new(&clock);
        let front: String = MessageId::new(&clock).to_string().chars().take(FRONT).collect();
        let new: Vec<MessageId> =
            old.iter().map(|id| format!("{front}{}", &id[FRONT..]).parse().unwrap()).collect();
        let all: BTreeSet<String> = new.iter().map(ToString::to_string).chain(old.iter().cloned()).collect();
        assert_eq!(all.len(), 6);
        assert!(new.iter().all(|id| *id > old[2].parse().unwrap()));
    }
}
