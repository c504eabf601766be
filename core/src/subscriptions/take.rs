//! Taking deliveries that are due. Nobody's receiver may hold up anybody else's: organizations take turns, then the
//! subscriptions of each; a receiver has only so many requests at once, over all workers; one that fails has one, and
//! rests in between.

use super::SubscriptionStatus;
use super::entity::{Column, Entity, Model};
use crate::context::Services;
use crate::error::Result;
use crate::events;
use crate::ids::{EventId, SubscriptionId};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    Statement,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Requests under way to one receiver at once.
pub const AT_ONCE: usize = 10;
/// A worker has this long for one delivery: its request (15 seconds) and writing down what came of it.
const LEASE: Duration = Duration::from_secs(60);

/// A delivery that was taken, and is the caller's for a while.
#[derive(Debug, Clone)]
pub struct Taken {
    /// To whom.
    pub subscription: Arc<Model>,
    /// What.
    pub event: EventId,
    /// The body.
    pub payload: String,
    /// Which attempt this is; what is written down about it counts only as long as there is no later one.
    pub attempt: i32,
}

/// Takes up to `most` deliveries.
pub async fn take(services: &Services, most: usize) -> Result<Vec<Taken>> {
    let due = in_turn(due(services).await?, |one| one.organization_id);
    let mut taken = Vec::new();
    for (place, subscription) in due.iter().enumerate() {
        let left = most.saturating_sub(taken.len());
        if left == 0 {
            break;
        }
        // an equal share for everybody, and what others leave
        let share = left.div_ceil(due.len() - place);
        taken.extend(claim(services, subscription, share).await?);
    }
    Ok(taken)
}

/// Active subscriptions with something due. Each is one look at an index, however much waits behind it.
async fn due(services: &Services) -> Result<Vec<Model>> {
    let select = Statement::from_sql_and_values(
        services.db.backend(),
        "SELECT * FROM subscriptions WHERE status = 'active' AND (rests_until IS NULL OR rests_until <= $1)
            AND EXISTS (SELECT 1 FROM event_deliveries WHERE event_deliveries.subscription_id = subscriptions.id
                AND event_deliveries.state = 'pending' AND event_deliveries.next_attempt_at <= $1)",
        [services.now().into()],
    );
    Ok(Model::find_by_statement(select).all(services.db.read()).await?)
}

/// Orders things so that their owners take turns: everybody's first, everybody's second, …, beginning with anybody.
fn in_turn<T, K: std::hash::Hash + Eq>(things: Vec<T>, owner: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen: HashMap<K, usize> = HashMap::new();
    let mut ranked: Vec<_> = things.into_iter().map(|thing| (rand::random::<u32>(), thing)).collect();
    ranked.sort_by_key(|(chance, _)| *chance);
    let mut ranked: Vec<_> = ranked
        .into_iter()
        .map(|(_, thing)| {
            let turn = seen.entry(owner(&thing)).or_default();
            *turn += 1;
            (*turn, thing)
        })
        .collect();
    ranked.sort_by_key(|(turn, _)| *turn);
    ranked.into_iter().map(|(_, thing)| thing).collect()
}

#[derive(FromQueryResult)]
struct Count {
    n: i64,
}

#[derive(FromQueryResult)]
struct Claimed {
    event_id: EventId,
    attempts: i32,
}

/// Claims up to `most` due deliveries of one subscription: `pending → sending` by compare-and-set. Of two workers one
/// looks at a subscription at a time, so that together they do not ask a receiver more than it is asked at once.
async fn claim(services: &Services, subscription: &Model, most: usize) -> Result<Vec<Taken>> {
    let (backend, now) = (services.db.backend(), services.now());
    let tx = services.begin().await?;
    let Some(subscription) = alone(tx.conn(), subscription.id).await? else {
        tx.rollback().await?;
        return Ok(Vec::new());
    };
    let under_way = Statement::from_sql_and_values(
        backend,
        "SELECT COUNT(*) AS n FROM event_deliveries WHERE subscription_id = $1 AND state = 'sending'",
        [subscription.id.into()],
    );
    let under_way = Count::find_by_statement(under_way).one(tx.conn()).await?.map_or(0, |count| count.n);
    let at_once = if subscription.failures > 0 { 1 } else { AT_ONCE };
    let room = at_once.saturating_sub(usize::try_from(under_way).unwrap_or(usize::MAX)).min(most);
    if room == 0 {
        tx.rollback().await?;
        return Ok(Vec::new());
    }
    let update = Statement::from_sql_and_values(
        backend,
        "UPDATE event_deliveries SET state = 'sending', attempts = attempts + 1, leased_until = $2,
            last_attempt_at = $3, updated_at = $3
         WHERE subscription_id = $1 AND event_id IN (SELECT event_id FROM event_deliveries
                WHERE subscription_id = $1 AND state = 'pending' AND next_attempt_at <= $3
                ORDER BY next_attempt_at, event_id LIMIT $4)
            AND state = 'pending'
         RETURNING event_id, attempts",
        [
            subscription.id.into(),
            now.plus(LEASE).into(),
            now.into(),
            i64::try_from(room).unwrap_or(i64::MAX).into(),
        ],
    );
    let claimed = Claimed::find_by_statement(update).all(tx.conn()).await?;
    let named = events::entity::Column::Id.is_in(claimed.iter().map(|row| row.event_id));
    let found = events::entity::Entity::find().filter(named).all(tx.conn()).await?;
    tx.commit().await?;
    let mut payloads: HashMap<_, _> = found.into_iter().map(|event| (event.id, event.payload)).collect();
    let subscription = Arc::new(subscription);
    let taken = |row: Claimed| {
        let payload = payloads.remove(&row.event_id)?;
        Some(Taken {
            subscription: subscription.clone(),
            event: row.event_id,
            payload,
            attempt: row.attempts,
        })
    };
    Ok(claimed.into_iter().filter_map(taken).collect())
}

/// The subscription as it stands, for one worker alone; `None` when another has it, or it is not active any more.
async fn alone(conn: &impl ConnectionTrait, id: SubscriptionId) -> Result<Option<Model>> {
    let mut query = Entity::find_by_id(id).filter(Column::Status.eq(SubscriptionStatus::Active));
    if conn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.one(conn).await?)
}

/// What was taken by a worker that died is due again; returns how many. Nobody knows whether it was posted, so it is
/// posted once more, with the same id.
pub async fn bring_back(services: &Services) -> Result<u64> {
    let (backend, now) = (services.db.backend(), services.now());
    let lost = "state = 'sending' AND leased_until <= $1";
    let any = format!("SELECT 1 FROM event_deliveries WHERE {lost} LIMIT 1");
    let any = Statement::from_sql_and_values(backend, any, [now.into()]);
    if services.db.read().query_one_raw(any).await?.is_none() {
        return Ok(0);
    }
    let update = Statement::from_sql_and_values(
        backend,
        format!(
            "UPDATE event_deliveries SET state = 'pending', next_attempt_at = $1, leased_until = NULL, updated_at = $1
             WHERE {lost}"
        ),
        [now.into()],
    );
    Ok(services.db.write().execute_raw(update).await?.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_take_turns_however_much_each_has() {
        let mut things: Vec<(char, usize)> = (0..20).map(|n| ('a', n)).collect();
        things.extend([('b', 0), ('c', 0), ('c', 1)]);
        for _ in 0..50 {
            let turns = in_turn(things.clone(), |thing| thing.0);
            let owners: Vec<char> = turns.iter().map(|thing| thing.0).collect();
            let (mut first, mut second) = (owners[..3].to_vec(), owners[3..5].to_vec());
            first.sort_unstable();
            second.sort_unstable();
            assert_eq!((first, second), (vec!['a', 'b', 'c'], vec!['a', 'c']));
            assert_eq!(owners[5], 'a');
        }
    }
}
