//! Trying dead jobs again.

use super::owner;
use crate::context::Ctx;
use crate::error::Result;
use crate::outbox::unavailable;
use crate::queue::LaneName;

/// Gives the organization's dead jobs among `ids` all their tries again; returns which. Ids of strangers, of jobs that
/// are not dead and of nothing at all are left out alike.
pub async fn requeue(ctx: &Ctx, lane: LaneName, ids: &[String]) -> Result<Vec<String>> {
    let letters = ctx.queues.buried(lane, ids).await.map_err(unavailable)?;
    let bodies: Vec<&str> = letters.iter().map(|letter| letter.body.as_str()).collect();
    let subjects = owner::own(ctx, &bodies).await?;
    let own = letters.iter().zip(subjects).filter(|(_, subject)| subject.is_some());
    let mut ids: Vec<String> = own.map(|(letter, _)| letter.id.clone()).collect();
    ids.dedup();
    if !ids.is_empty() {
        ctx.queues.requeue(lane, &ids).await.map_err(unavailable)?;
    }
    Ok(ids)
}
