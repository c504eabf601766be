//! How long an organization keeps what. Without a policy everything is kept.

use super::jobs::PrivacyJob;
use super::run_entity::{self, Model as RetentionRun};
use super::{RetentionCounts, RetentionStage, WorkStatus, policy_entity, word};
use crate::clock::Timestamp;
use crate::context::{Actor, Ctx, Services, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::ids::{OrganizationId, RetentionRunId};
use crate::outbox;
use crate::queue::LaneName;
use chrono::Months;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// Longer than this is for ever.
const LONGEST: u32 = 120;
/// A policy is applied so often.
const EVERY: Duration = Duration::from_secs(24 * 3_600);
/// Policies begun in one go.
const MOST: u64 = 100;

/// How long what is kept, in months; `None`: for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Periods {
    /// What messages said.
    pub content: Option<u32>,
    /// To whom a campaign went, after its end.
    pub recipients: Option<u32>,
    /// Files customers sent.
    pub media: Option<u32>,
    /// Webhooks as they came, kept changes, receipts.
    pub webhooks: Option<u32>,
}

impl Periods {
    /// True when something has an end.
    pub fn any(&self) -> bool {
        [self.content, self.recipients, self.media, self.webhooks].iter().any(Option::is_some)
    }

    fn check(&self) -> Result<()> {
        let fields = [
            ("content_months", self.content),
            ("recipients_months", self.recipients),
            ("media_months", self.media),
            ("webhooks_months", self.webhooks),
        ];
        let wrong = |months: u32| !(1..=LONGEST).contains(&months);
        let problem = |field| {
            let message = format!("write 1 to {LONGEST} months, or leave it out to keep it for ever");
            Problem::new(field, "invalid_months", message)
        };
        let problems: Vec<_> = fields
            .into_iter()
            .filter(|(_, months)| months.is_some_and(wrong))
            .map(|(field, _)| problem(field))
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }
}

/// So many months before `now`, by the calendar.
pub fn months_before(now: Timestamp, months: u32) -> Timestamp {
    now.to_utc().checked_sub_months(Months::new(months)).map_or(Timestamp(0), Timestamp::from)
}

/// The policy of the organization.
pub async fn get(ctx: &Ctx) -> Result<Periods> {
    read(ctx.db.read(), ctx.organization).await
}

async fn read(conn: &impl ConnectionTrait, organization: OrganizationId) -> Result<Periods> {
    let found = policy_entity::Entity::secure_find(organization).one(conn).await?;
    Ok(found.map(|policy| policy.periods()).unwrap_or_default())
}

/// Writes the whole policy. It is applied within the hour, and every day from then on.
///
/// # Errors
/// `Invalid` for no months, or more than ten years.
pub async fn set(tx: &Tx, ctx: &Ctx, periods: Periods) -> Result<Periods> {
    periods.check()?;
    let months = |months: Option<u32>| months.and_then(|months| i32::try_from(months).ok());
    let policy = policy_entity::Model {
        organization_id: ctx.organization,
        content_months: months(periods.content),
        recipients_months: months(periods.recipients),
        media_months: months(periods.media),
        webhooks_months: months(periods.webhooks),
        due_at: tx.now(),
        updated_at: tx.now(),
    };
    use policy_entity::Column;
    let replace = OnConflict::column(Column::OrganizationId)
        .update_columns([
            Column::ContentMonths,
            Column::RecipientsMonths,
            Column::MediaMonths,
            Column::WebhooksMonths,
            Column::DueAt,
            Column::UpdatedAt,
        ])
        .to_owned();
    policy_entity::Entity::insert(policy.into_active_model())
        .on_conflict(replace)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(periods)
}

/// Applies the policy now, or with `dry_run` counts what would go.
pub async fn request(tx: &Tx, ctx: &Ctx, dry_run: bool) -> Result<RetentionRun> {
    let periods = read(tx.conn(), ctx.organization).await?;
    start(tx, ctx.organization, periods, dry_run, ctx.actor).await
}

async fn start(
    tx: &Tx,
    organization: OrganizationId,
    periods: Periods,
    dry_run: bool,
    actor: Actor,
) -> Result<RetentionRun> {
    let run = RetentionRun {
        id: RetentionRunId::new(tx.clock()),
        organization_id: organization,
        dry_run,
        status: WorkStatus::Running,
        stage: RetentionStage::Content,
        place: None,
        periods: json!(periods),
        counts: json!(RetentionCounts::default()),
        requested_by: word(actor),
        started_at: tx.now(),
        finished_at: None,
        updated_at: tx.now(),
    };
    run_entity::Entity::insert(run.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    outbox::enqueue(tx, LaneName::Maintenance, &PrivacyJob::ApplyRetention { retention: run.id }).await?;
    Ok(run)
}

/// Begins to apply the policies whose time has come; of several workers one does it. Returns how many.
pub async fn start_due(services: &Services) -> Result<usize> {
    use policy_entity::{Column, Entity};
    let due =
        Entity::find().filter(Column::DueAt.lte(services.now())).limit(MOST).all(services.db.read()).await?;
    let mut started = 0;
    for policy in due {
        let tx = services.begin().await?;
        let taken = Entity::update_many()
            .col_expr(Column::DueAt, Expr::value(tx.now().plus(EVERY)))
            .filter(Column::OrganizationId.eq(policy.organization_id))
            .filter(Column::DueAt.eq(policy.due_at))
            .exec(tx.conn())
            .await?;
        if taken.rows_affected == 1 {
            let periods = policy.periods();
            if periods.any() {
                start(&tx, policy.organization_id, periods, false, Actor::Worker).await?;
                started += 1;
            }
        }
        tx.commit().await?;
    }
    Ok(started)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_the_calendars() {
        let at = |text: &str| Timestamp::from(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        assert_eq!(months_before(at("2026-03-31T10:00:00Z"), 1), at("2026-02-28T10:00:00Z"));
        assert_eq!(months_before(at("2026-11-27T10:00:00Z"), 12), at("2025-11-27T10:00:00Z"));
    }

    #[test]
    fn a_period_is_a_month_to_ten_years() {
        assert!(Periods::default().check().is_ok());
        let periods = Periods { content: Some(1), media: Some(120), ..Periods::default() };
        assert!(periods.check().is_ok() && periods.any());
        let periods = Periods { content: Some(0), webhooks: Some(121), ..Periods::default() };
        let Err(Error::Invalid(problems)) = periods.check() else { unreachable!() };
        assert_eq!(problems.len(), 2);
    }
}
