//! Looking at jobs, a page at a time.

use super::owner::{self, Subject};
use super::{Job, JobState};
use crate::clock::Timestamp;
use crate::context::Ctx;
use crate::error::Result;
use crate::outbox::unavailable;
use crate::page::{Page, PageRequest};
use crate::queue::{DeadLetter, LaneName, Listed, QueueError, TaskState};
use std::str::FromStr;

/// Tasks read at once.
const CHUNK: usize = 200;
/// Tasks read for one page at most: in somebody else's backlog a page may stay empty, and the next one goes on.
const MOST: usize = 2_000;

/// Where a page begins: a lane, and how many of its tasks were looked at before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    lane: LaneName,
    skip: usize,
}

impl Place {
    /// The lane it is in.
    pub fn lane(&self) -> LaneName {
        self.lane
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.lane, self.skip)
    }
}

impl FromStr for Place {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let (lane, skip) = text.split_once('.').ok_or(())?;
        let lane = LaneName::ALL.into_iter().find(|known| known.as_str() == lane).ok_or(())?;
        // the stores count in signed 64 bits
        let skip = skip.parse::<u32>().map_err(|_| ())?;
        Ok(Self { lane, skip: skip as usize })
    }
}

/// The organization's jobs in one state, lane by lane, the longest waiting first. Jobs move while somebody pages: one may
/// be shown twice or missed. A page may be shorter than `limit` although another one follows.
pub async fn list(
    ctx: &Ctx,
    state: JobState,
    lane: Option<LaneName>,
    page: PageRequest<Place>,
) -> Result<Page<Job>> {
    let (after, limit) = (page.after, usize::try_from(page.limit).unwrap_or(usize::MAX));
    let (mut items, mut read) = (Vec::new(), 0);
    let wanted = |name: &LaneName| lane.is_none_or(|lane| lane == *name);
    let from = |name: &LaneName| after.is_none_or(|place| place.lane as u8 <= *name as u8);
    for lane in LaneName::ALL.into_iter().filter(|name| wanted(name) && from(name)) {
        let mut skip = after.filter(|place| place.lane == lane).map_or(0, |place| place.skip);
        loop {
            let tasks = look(ctx, lane, state, skip).await.map_err(unavailable)?;
            let bodies: Vec<&str> = tasks.iter().map(|task| task.body.as_str()).collect();
            let subjects = owner::own(ctx, &bodies).await?;
            let last = tasks.len() < CHUNK;
            for (task, subject) in tasks.into_iter().zip(subjects) {
                if items.len() >= limit || read >= MOST {
                    return Ok(Page { items, next: Some(Place { lane, skip }.to_string()) });
                }
                (skip, read) = (skip + 1, read + 1);
                items.extend(subject.map(|subject| task.into_job(lane, state, subject)));
            }
            if last {
                break;
            }
        }
    }
    Ok(Page { items, next: None })
}

struct Found {
    id: String,
    body: String,
    at: Timestamp,
    attempt: Option<u64>,
    reason: Option<String>,
}

impl Found {
    fn into_job(self, lane: LaneName, state: JobState, subject: Subject) -> Job {
        let Self { id, at, attempt, reason, .. } = self;
        Job { id, lane, state, subject, at, attempt, reason }
    }
}

async fn look(ctx: &Ctx, lane: LaneName, state: JobState, skip: usize) -> Result<Vec<Found>, QueueError> {
    let state = match state {
        JobState::Ready => TaskState::Ready,
        JobState::Delayed => TaskState::Delayed,
        JobState::Leased => TaskState::Leased,
        JobState::Dead => {
            let letters = ctx.queues.dead_after(lane, skip, CHUNK).await?;
            return Ok(letters.into_iter().map(buried).collect());
        }
    };
    let now = ctx.now();
    let waiting = |task: Listed| Found {
        at: Timestamp(now.0.saturating_add(task.due_in_ms)),
        attempt: Some(task.deliveries),
        reason: None,
        id: task.id,
        body: task.body,
    };
    Ok(ctx.queues.list(lane, state, skip, CHUNK).await?.into_iter().map(waiting).collect())
}

fn buried(letter: DeadLetter) -> Found {
    let at = Timestamp(i64::try_from(letter.at_ms).unwrap_or(i64::MAX));
    Found { at, attempt: None, reason: Some(letter.reason), id: letter.id, body: letter.body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_text_and_nonsense_is_refused() {
        let place = Place { lane: LaneName::Inbound, skip: 400 };
        assert_eq!(place.to_string().parse(), Ok(place));
        for bad in ["", "bulk", "bulk.", "nowhere.1", "bulk.-1", "bulk.99999999999"] {
            assert!(bad.parse::<Place>().is_err(), "{bad}");
        }
    }
}
