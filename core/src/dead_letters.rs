//! Dead letters whose rows still want doing. A row says what is to be done, so no dead letter may keep it from that for
//! good; but work that was buried for breaking its worker must not break it all day either. So a dead letter rests, as
//! long as its work had been waiting when it was buried, and is then tried again with all its deliveries. Each burial
//! doubles the time: a minute, two, four, up to a day.

use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::Result;
use crate::outbox::unavailable;
use crate::queue::LaneName;
use std::collections::HashMap;
use std::time::Duration;

const LONGEST_REST: Duration = Duration::from_secs(24 * 3_600);

/// Requeues the dead letters among the tasks of these rows (id, and since when the row waits) that have rested; returns
/// the ids of those that still rest.
pub async fn requeue_rested(
    services: &Services,
    lane: LaneName,
    rows: &[(String, Timestamp)],
) -> Result<Vec<String>> {
    let ids: Vec<String> = rows.iter().map(|(id, _)| id.clone()).collect();
    let letters = services.queues.buried(lane, &ids).await.map_err(unavailable)?;
    if letters.is_empty() {
        return Ok(Vec::new());
    }
    let (now, since) = (services.now(), rows.iter().cloned().collect::<HashMap<_, _>>());
    let least = Duration::from_millis(services.config.queue.dead_rest_ms);
    let (rested, resting): (Vec<_>, Vec<_>) = letters.into_iter().partition(|letter| {
        let waits = since.get(&letter.id).map_or(Duration::ZERO, |since| now.since(*since));
        letter.ago >= rest(waits.saturating_sub(letter.ago), least)
    });
    let rested: Vec<String> = rested.into_iter().map(|letter| letter.id).collect();
    if !rested.is_empty() {
        tracing::warn!(%lane, tasks = rested.len(), "dead letters whose work still waits are tried again");
        services.queues.requeue(lane, &rested).await.map_err(unavailable)?;
    }
    Ok(resting.into_iter().map(|letter| letter.id).collect())
}

/// How long a dead letter rests whose work had waited so long when it was buried.
fn rest(waited: Duration, least: Duration) -> Duration {
    waited.max(least).min(LONGEST_REST.max(least))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_burial_doubles_the_rest_up_to_a_day() {
        let least = Duration::from_secs(60);
        let (mut waited, mut rests) = (Duration::from_secs(30), Vec::new());
        for _ in 0..13 {
            let rested = rest(waited, least);
            rests.push(rested.as_secs());
            waited += rested;
        }
        assert_eq!(rests[..5], [60, 90, 180, 360, 720]);
        assert_eq!(rests[12], 24 * 3_600);
        assert_eq!(rest(Duration::MAX, Duration::from_secs(200_000)), Duration::from_secs(200_000));
    }
}
