//! The feeder keeps about two seconds' worth of sends in the queue for every sender, and no more.
//!
//! Every worker runs it. Whose turn a sender is, a short lease in the database says; without the lease two feeders
//! would only feed twice as far ahead, so nothing depends on it but memory. Campaigns on one sender take turns.

use crate::deps::Deps;
use bellbird_core::campaigns::queries::feedable;
use bellbird_core::clock::Timestamp;
use bellbird_core::error::Result;
use bellbird_core::ids::{CampaignId, SenderId};
use bellbird_core::messages::feed;
use bellbird_core::senders::lease;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// At most so many rows in one statement.
const MOST: i64 = 1_000;
/// How often messages without a campaign (retries of single messages) are looked for.
const SINGLES_EVERY: Duration = Duration::from_millis(500);

pub(crate) async fn run(deps: &Deps, shutdown: &CancellationToken) {
    let every = Duration::from_millis(deps.services.config.worker.feed_every_ms.max(10));
    let mut feeder = Feeder { deps: deps.clone(), leases: HashMap::new(), singles_at: Timestamp(0), turn: 0 };
    while !shutdown.is_cancelled() {
        if let Err(error) = feeder.feed().await {
            tracing::warn!(%error, "feeding failed; it will be tried again");
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(every) => {}
        }
    }
    feeder.leave().await;
}

struct Feeder {
    deps: Deps,
    /// Until when a sender is ours.
    leases: HashMap<SenderId, Timestamp>,
    singles_at: Timestamp,
    turn: usize,
}

/// What may be fed from one sender.
#[derive(Default)]
struct Plate {
    /// Campaigns with their messages per minute.
    campaigns: Vec<(CampaignId, Option<i32>)>,
    singles: bool,
}

impl Feeder {
    async fn feed(&mut self) -> Result<()> {
        let mut plates: BTreeMap<SenderId, Plate> = BTreeMap::new();
        for campaign in feedable(&self.deps.services).await? {
            for sender in campaign.senders()? {
                plates.entry(sender).or_default().campaigns.push((campaign.id, campaign.rate_per_minute));
            }
        }
        let now = self.deps.services.clock.now();
        if now >= self.singles_at {
            self.singles_at = now.plus(SINGLES_EVERY);
            for sender in feed::senders_with_singles(&self.deps.services).await? {
                plates.entry(sender).or_default().singles = true;
            }
        }
        self.turn = self.turn.wrapping_add(1);
        for (sender, plate) in plates {
            // one sender that cannot be fed must not starve the others
            let fed = match self.is_ours(sender).await {
                Ok(true) => self.fill(sender, plate).await,
                other => other.map(|_| ()),
            };
            if let Err(error) = fed {
                tracing::warn!(%sender, %error, "this sender could not be fed; it will be tried again");
            }
        }
        Ok(())
    }

    async fn is_ours(&mut self, sender: SenderId) -> Result<bool> {
        let services = &self.deps.services;
        if services.db.is_embedded() {
            return Ok(true); // there is no other process
        }
        let now = services.clock.now();
        let half = Duration::from_millis(1_000);
        if self.leases.get(&sender).is_some_and(|until| *until > now.plus(half)) {
            return Ok(true);
        }
        let until = now.plus(half * 2);
        let ours = lease::take(services, sender, &self.deps.name, until).await?;
        if ours {
            self.leases.insert(sender, until);
        } else {
            self.leases.remove(&sender);
        }
        Ok(ours)
    }

    async fn fill(&self, sender: SenderId, mut plate: Plate) -> Result<()> {
        let services = &self.deps.services;
        let cached = self.deps.cache.sender(sender).await?;
        if !cached.active {
            return Ok(());
        }
        let ahead = services.config.worker.feed_ahead_ms;
        let worth = |per_second: f64| ((per_second * ahead as f64 / 1_000.0).ceil() as i64).max(1);
        let queued = feed::queued(services, sender).await?;
        let mut room = worth(f64::from(cached.mps)) - queued.values().sum::<i64>();
        if plate.singles && room > 0 {
            room -= i64::try_from(feed::feed(services, sender, None, room.min(MOST)).await?).unwrap_or(0);
        }
        // whoever was first last time is last this time
        let count = plate.campaigns.len().max(1);
        plate.campaigns.rotate_left(self.turn % count);
        for (index, (campaign, rate)) in plate.campaigns.iter().enumerate() {
            if room <= 0 {
                break;
            }
            let fair = (room / (count - index) as i64).max(1);
            let waiting = queued.get(&Some(*campaign)).copied().unwrap_or(0);
            let allowed = rate.map_or(i64::MAX, |per_minute| worth(f64::from(per_minute) / 60.0) - waiting);
            let share = fair.min(allowed).min(MOST);
            if share > 0 {
                room -=
                    i64::try_from(feed::feed(services, sender, Some(*campaign), share).await?).unwrap_or(0);
            }
        }
        Ok(())
    }

    /// Gives the leases back, so that nobody waits for them to end.
    async fn leave(&self) {
        for sender in self.leases.keys() {
            let past = Timestamp(0);
            let _ = lease::take(&self.deps.services, *sender, &self.deps.name, past).await;
        }
    }
}
