//! Who may be written to first today: a portfolio's different people within a rolling 24 hours.
//!
//! That is a set and no bucket, so no rate stands for it. Its truth is the table `portfolio_people`, and a portfolio's row
//! says how many are in it (`used`), so that nothing is counted when a message goes. Whoever wants to write to people
//! asks in the transaction in which it decides to; the row is locked until that is committed, so two workers never give
//! the last place away twice, and losing Redis loses nothing.
//!
//! Counted is who is about to be written to. Should it turn out that the message does not go after all, they stay counted
//! for their day: too few is a delay, too many is a refusal that counts against the business.
//!
//! People a portfolio wrote to while no limit was known are not known here, nor those another system wrote to.

mod people;

use super::portfolios::entity::{Entity, Model};
use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::Result;
use crate::ids::{CustomerId, OrganizationId};
use sea_orm::{ConnectionTrait, EntityTrait};
use std::collections::BTreeMap;
use std::time::Duration;

/// Somebody counts for so long: a day, and a minute because the provider's day begins when it takes the message, not when
/// we let it go.
const COUNTS: Duration = Duration::from_secs(24 * 3_600 + 60);
/// Who does not fit is not asked about sooner.
const SOONEST: Duration = Duration::from_secs(60);
/// Those who wait already are counted up to here; where there are more, turns are spread widely enough.
const MOST_COUNTED: i64 = 10_000;

/// Somebody who is to be written to, outside their 24-hour window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// By whom.
    pub organization: OrganizationId,
    /// For which portfolio.
    pub portfolio: String,
    /// Who.
    pub customer: CustomerId,
    /// Somebody waits for it: it goes before those of campaigns, and gets the earliest turn.
    pub urgent: bool,
}

/// How a portfolio stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// So many people within 24 hours.
    pub limit: i64,
    /// So many of them were written to.
    pub used: i64,
}

impl Room {
    /// How many more can be written to first now.
    pub fn left(self) -> i64 {
        (self.limit - self.used).max(0)
    }
}

/// A portfolio: whose, and which.
type Key = (OrganizationId, String);

/// Counts everybody who fits, inside the caller's transaction. Gives the places in `candidates` of those who do not, each
/// with the moment at which they are worth another try: when the place they wait for is free again.
pub async fn admit(
    conn: &impl ConnectionTrait,
    candidates: &[Candidate],
    now: Timestamp,
) -> Result<Vec<(usize, Timestamp)>> {
    let mut by_portfolio: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (place, one) in candidates.iter().enumerate() {
        by_portfolio.entry((one.organization, one.portfolio.clone())).or_default().push(place);
    }
    let mut beyond = Vec::new();
    // in one order, or two transactions would wait for each other
    for (key, places) in by_portfolio {
        let Some(known) = people::lock(conn, &key).await? else { continue };
        let Some(limit) = known.daily_people.filter(|_| !known.unlimited) else { continue };
        let used = known.used - people::expire(conn, &key, now.minus(COUNTS)).await?;
        let asked = in_order(places.iter().map(|place| &candidates[*place]));
        let mut fits = people::renew(conn, &key, asked.iter().map(|(who, _)| *who), now).await?;
        let left = usize::try_from(limit - used).unwrap_or(0);
        let new = asked.iter().map(|(who, _)| *who).filter(|who| !fits.contains(who));
        let new: Vec<CustomerId> = new.take(left).collect();
        let used = used + people::add(conn, &key, &new, now).await?;
        fits.extend(new);
        if used != known.used {
            people::write_used(conn, &key, used).await?;
        }
        let waiting: Vec<_> = asked.into_iter().filter(|(who, _)| !fits.contains(who)).collect();
        let turns = turns(conn, &key, Room { limit, used }, &waiting, now).await?;
        let late = |place: usize| Some((place, *turns.get(&candidates[place].customer)?));
        beyond.extend(places.into_iter().filter_map(late));
    }
    Ok(beyond)
}

/// How a portfolio stands now; nothing where no limit is known, or none there.
pub async fn room(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    portfolio: &str,
    now: Timestamp,
) -> Result<Option<Room>> {
    let known = Entity::find_by_id((organization, portfolio.to_string())).one(conn).await?;
    let Some(known) = known else { return Ok(None) };
    room_of(conn, &known, now).await
}

/// The same, of a row that was read already.
pub async fn room_of(conn: &impl ConnectionTrait, known: &Model, now: Timestamp) -> Result<Option<Room>> {
    let Some(limit) = known.daily_people.filter(|_| !known.unlimited) else { return Ok(None) };
    let key = (known.organization_id, known.portfolio.clone());
    let over = people::count_over(conn, &key, now.minus(COUNTS)).await?;
    Ok(Some(Room { limit, used: (known.used - over).max(0) }))
}

/// Forgets whose day is over, everywhere.
pub async fn forget(services: &Services) -> Result<()> {
    let now = services.now();
    for key in people::stale(services.db.read(), now.minus(COUNTS)).await? {
        let tx = services.begin().await?;
        if let Some(known) = people::lock(tx.conn(), &key).await? {
            let over = people::expire(tx.conn(), &key, now.minus(COUNTS)).await?;
            people::write_used(tx.conn(), &key, known.used - over).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// Each person once, those first for whose message somebody waits.
fn in_order<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> Vec<(CustomerId, bool)> {
    let mut urgent: BTreeMap<CustomerId, bool> = BTreeMap::new();
    for one in candidates {
        *urgent.entry(one.customer).or_default() |= one.urgent;
    }
    let mut all: Vec<_> = urgent.into_iter().collect();
    all.sort_by_key(|(who, urgent)| (!urgent, *who));
    all
}

/// When each of those who wait gets a place: the first when the oldest of those who count is over, and so on, behind those
/// of campaigns who wait already. So a crowd that waits is spread over the day and does not come back all the time to be
/// turned away.
async fn turns(
    conn: &impl ConnectionTrait,
    key: &Key,
    room: Room,
    waiting: &[(CustomerId, bool)],
    now: Timestamp,
) -> Result<BTreeMap<CustomerId, Timestamp>> {
    if waiting.is_empty() {
        return Ok(BTreeMap::new());
    }
    // after a limit was lowered, some days end without making room
    let over = usize::try_from(room.used - room.limit).unwrap_or(0);
    let before = people::waiting(conn, key, MOST_COUNTED).await?;
    let oldest = people::oldest(conn, key, over + before + waiting.len()).await?;
    let turns = waiting.iter().enumerate().map(|(n, (who, urgent))| {
        let behind = if *urgent { 0 } else { before };
        (*who, turn(&oldest, over + behind + n, now))
    });
    Ok(turns.collect())
}

/// The moment at which the `n`th of those who count is over. With fewer of them than wait it begins again with the first:
/// nobody is put off for days by what is known today, because limits are raised.
fn turn(oldest: &[Timestamp], n: usize, now: Timestamp) -> Timestamp {
    let from = n.checked_rem(oldest.len()).and_then(|place| oldest.get(place)).copied().unwrap_or(now);
    from.plus(COUNTS).max(now.plus(SOONEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp(100_000_000)
    }

    #[test]
    fn the_nth_who_waits_gets_the_nth_oldest_place() {
        let now = now();
        let oldest = [Timestamp(40_000_000), Timestamp(50_000_000)];
        assert_eq!(turn(&oldest, 0, now), oldest[0].plus(COUNTS));
        assert_eq!(turn(&oldest, 1, now), oldest[1].plus(COUNTS));
        assert_eq!(turn(&oldest, 2, now), oldest[0].plus(COUNTS), "from the first again");
        assert_eq!(turn(&[], 5, now), now.plus(COUNTS), "a limit of nobody");
    }

    #[test]
    fn nobody_comes_back_within_the_minute() {
        let now = now();
        assert_eq!(turn(&[now.minus(COUNTS).plus(Duration::from_secs(1))], 0, now), now.plus(SOONEST));
    }

    #[test]
    fn who_is_waited_for_comes_first_and_everybody_once() {
        let clock = crate::clock::ManualClock::new(now());
        let (organization, portfolio) = (OrganizationId::new(&clock), "1".to_string());
        let mut sorted: Vec<_> = (0..3).map(|_| CustomerId::new(&clock)).collect();
        sorted.sort();
        let one = |n: usize, urgent: bool| Candidate {
            organization,
            portfolio: portfolio.clone(),
            customer: sorted[n],
            urgent,
        };
        let all = [one(0, false), one(1, false), one(2, true), one(1, false)];
        assert_eq!(in_order(all.iter()), [(sorted[2], true), (sorted[0], false), (sorted[1], false)]);
    }

    #[test]
    fn what_is_left_is_never_less_than_nothing() {
        assert_eq!(Room { limit: 250, used: 300 }.left(), 0);
        assert_eq!(Room { limit: 250, used: 100 }.left(), 150);
    }
}
