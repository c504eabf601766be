//! Trying once more what failed: people ask for it when the reason is gone, like a number that was restricted.

use super::control::not_sendable;
use super::edit::lock;
use super::entity::{Column, Entity};
use super::state::{Action, CampaignStatus};
use crate::clock::Timestamp;
use crate::context::{Ctx, Services, Tx};
use crate::error::{Error, Result};
use crate::ids::CampaignId;
use crate::messages::counters::Deltas;
use crate::messages::state::MessageStatus;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, Value};
use std::time::Duration;

/// Which of the failed messages; with nothing named: all.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Those that failed with one of these codes of the provider's.
    pub codes: Vec<i32>,
    /// And those that stand there for one of these reasons.
    pub reasons: Vec<String>,
}

/// Makes failed messages pending again, as if they had never been tried, and the campaign run; gives how many. Who
/// stopped such messages meanwhile is found out by the claim. Whoever was anonymised is nobody any more.
///
/// # Errors
/// `NotFound`; `Conflict`: `campaign_not_retryable`, `nothing_to_retry`, `campaign_stopped` after its `stop_at`, or
/// because its template may not be sent.
pub async fn retry(tx: &Tx, ctx: &Ctx, id: CampaignId, which: &Which) -> Result<u64> {
    let campaign = lock(tx, ctx, id).await?;
    campaign.status.check(Action::Retry)?;
    let now = tx.now();
    if campaign.stop_at.is_some_and(|stop| stop <= now) {
        return Err(Error::conflict("campaign_stopped", "this campaign's `stop_at` is over"));
    }
    if let Some(problem) = not_sendable(tx, campaign.template_id).await? {
        return Err(Error::conflict(problem.code, problem.message));
    }
    let mut values: Vec<Value> = vec![now.into(), id.into(), ctx.organization.into()];
    let these = these(which, &mut values);
    let update = Statement::from_sql_and_values(
        tx.backend(),
        format!(
            "UPDATE messages SET status = 'pending', tries = 0, next_attempt_at = NULL, reason = NULL, updated_at = $1
             WHERE campaign_id = $2 AND organization_id = $3 AND status = 'failed' AND erased_at IS NULL{these}"
        ),
        values,
    );
    let n = tx.conn().execute_raw(update).await?.rows_affected();
    if n == 0 {
        return Err(Error::conflict("nothing_to_retry", "no failed message of this campaign is meant"));
    }
    let mut deltas = Deltas::default();
    let moved = i64::try_from(n).unwrap_or(i64::MAX);
    deltas.many(Some(id), MessageStatus::Failed, MessageStatus::Pending, moved);
    let goes_on = Entity::update_many()
        .col_expr(Column::Status, Expr::value(CampaignStatus::Running))
        .col_expr(Column::FinishedAt, Expr::value(Option::<Timestamp>::None))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(campaign.status))
        .exec(tx.conn())
        .await?;
    if goes_on.rows_affected != 1 {
        return Err(Error::conflict("campaign_changed", "the campaign moved meanwhile; look again"));
    }
    deltas.write(tx.conn(), &ctx.shards).await?;
    Ok(n)
}

/// The condition on codes and reasons, with their values.
fn these(which: &Which, values: &mut Vec<Value>) -> String {
    fn list(column: &str, named: impl Iterator<Item = Value>, values: &mut Vec<Value>) -> Option<String> {
        let places: Vec<_> = named
            .map(|value| {
                values.push(value);
                format!("${}", values.len())
            })
            .collect();
        (!places.is_empty()).then(|| format!("{column} IN ({})", places.join(", ")))
    }
    let codes = list("code", which.codes.iter().map(|code| (*code).into()), values);
    let reasons = list("reason", which.reasons.iter().map(|word| word.as_str().into()), values);
    let conditions: Vec<_> = codes.into_iter().chain(reasons).collect();
    if conditions.is_empty() { String::new() } else { format!(" AND ({})", conditions.join(" OR ")) }
}

/// Lets campaigns go on that were completed by who did not see yet that rows are pending again: the statement that
/// completes a campaign may have begun before the retry was committed. Returns how many.
pub async fn reopen(services: &Services) -> Result<u64> {
    let now = services.now();
    let lately = now.minus(Duration::from_secs(600));
    let update = Statement::from_sql_and_values(
        services.db.backend(),
        "UPDATE campaigns SET status = 'running', finished_at = NULL, updated_at = $1
         WHERE status = 'completed' AND finished_at > $2 AND EXISTS (SELECT 1 FROM messages
            WHERE messages.campaign_id = campaigns.id AND messages.status = 'pending')",
        [now.into(), lately.into()],
    );
    Ok(services.db.write().execute_raw(update).await?.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_reasons_are_one_choice_and_nothing_named_is_everything() {
        let mut values: Vec<Value> = vec![1.into()];
        assert_eq!(these(&Which::default(), &mut values), "");
        let which = Which { codes: vec![131_026, 131_049], reasons: vec!["too_late".into()] };
        assert_eq!(these(&which, &mut values), " AND (code IN ($2, $3) OR reason IN ($4))");
        assert_eq!(values.len(), 4);
    }
}
