//! How fast a sender really may send, as it is learned. "Too fast" halves its rate, clean minutes raise it again.
//!
//! A rate is only ever learned downwards. It comes back to what the provider granted or a person chose (`mps`) and never
//! goes above: nobody can find out how much more there is without being refused for it, and refusals count against the
//! number's quality, which is what the provider grants rates by. A higher rate comes from the provider's word
//! (`news::throughput`).

use super::entity::{Column, Entity};
use crate::context::Services;
use crate::error::Result;
use crate::ids::SenderId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};
use std::time::Duration;

/// However many answers say "too fast", the rate is halved once in so long: most of them are about requests that left
/// before it was.
const ONE_HALVING: Duration = Duration::from_secs(10);
/// After so long without "too fast" it is raised by a quarter.
const CLEAN: Duration = Duration::from_secs(60);

/// A sender was told that it sends too fast: it sends half as fast from now on, at least one message a second. True when
/// this call did it, false when another did within ten seconds.
pub async fn throttled(services: &Services, id: SenderId) -> Result<bool> {
    let now = services.now();
    let halve = Statement::from_sql_and_values(
        services.db.backend(),
        "UPDATE senders SET throttled_at = $1, learned_at = $1, updated_at = $1,
            learned_mps = CASE WHEN learned_mps IS NOT NULL AND learned_mps < mps
                THEN CASE WHEN learned_mps < 4 THEN 1 ELSE learned_mps / 2 END
                ELSE CASE WHEN mps < 4 THEN 1 ELSE mps / 2 END END
         WHERE id = $2 AND (throttled_at IS NULL OR throttled_at <= $3)",
        [now.into(), id.into(), now.minus(ONE_HALVING).into()],
    );
    let halved = services.db.write().execute_raw(halve).await?.rows_affected() == 1;
    if halved {
        metrics::counter!("bellbird_rates_learned", "way" => "halved").increment(1);
        tracing::warn!(sender = %id, "told that it sends too fast: its rate is halved");
    }
    Ok(halved)
}

/// Raises by a quarter, at least by one, what has been clean for a minute; at its full rate nothing is learned any more.
/// Returns how many senders it was.
pub async fn recover(services: &Services) -> Result<u64> {
    // one that is looked for all the time is worth a look beforehand: on SQLite a write would wait for its turn
    let slowed = Entity::find().filter(Column::LearnedMps.is_not_null()).one(services.db.read()).await?;
    if slowed.is_none() {
        return Ok(0);
    }
    let now = services.now();
    let raised = "learned_mps + CASE WHEN learned_mps < 8 THEN 1 ELSE learned_mps / 4 END";
    let raise = Statement::from_sql_and_values(
        services.db.backend(),
        format!(
            "UPDATE senders SET updated_at = $1,
                learned_mps = CASE WHEN {raised} >= mps THEN NULL ELSE {raised} END,
                learned_at = CASE WHEN {raised} >= mps THEN NULL ELSE $1 END
             WHERE learned_mps IS NOT NULL AND learned_at <= $2 AND throttled_at <= $2"
        ),
        [now.into(), now.minus(CLEAN).into()],
    );
    let raised = services.db.write().execute_raw(raise).await?.rows_affected();
    metrics::counter!("bellbird_rates_learned", "way" => "raised").increment(raised);
    Ok(raised)
}
