//! The first stages: nothing about the person may be on its way in, and then they are gone from the customers, in one
//! transaction. Whoever writes from their number afterwards is somebody new.

use super::Step;
use crate::consent::suppression;
use crate::context::{Services, Tx};
use crate::customers::{erase as customers, tell};
use crate::error::Result;
use crate::messages::erase as ledger;
use crate::privacy::subject::Subject;
use crate::privacy::{Erasure, ErasureCounts, last_word};
use crate::{imports, webhooks};

/// Waits for what came before the erasure was asked for: applied after it, it would bring the person back.
pub(super) async fn wait(tx: &Tx, erasure: &Erasure) -> Result<Step> {
    let rows = customers::lock(tx, erasure.organization_id, erasure.customer_id).await?;
    let subject = Subject::gather(tx.conn(), &rows).await?;
    let until = erasure.requested_at;
    let coming = webhooks::erase::any_pending(tx, &subject.named, until).await?
        || imports::erase::any_running(tx, erasure.organization_id, until).await?;
    Ok(if coming { Step::Wait } else { Step::Over })
}

/// Removes the customer; what waits to be sent to them is cancelled before.
pub(super) async fn remove(
    tx: &Tx,
    services: &Services,
    erasure: &mut Erasure,
    counts: &mut ErasureCounts,
) -> Result<Step> {
    let rows = customers::lock(tx, erasure.organization_id, erasure.customer_id).await?;
    let subject = Subject::gather(tx.conn(), &rows).await?;
    let people = &subject.customers;
    let removed = if erasure.dry_run {
        customers::count(tx, people).await?
    } else {
        counts.cancelled += ledger::cancel_open(tx, services, people).await?;
        if let Some((word, at)) = last_word::newest(&rows) {
            (erasure.last_word, erasure.last_word_at) = (Some(word), Some(at));
        }
        for row in &rows {
            suppression::keep(tx, row).await?;
        }
        let removed = customers::remove(tx, people).await?;
        for id in people {
            tell::deleted(tx, erasure.organization_id, *id).await?;
        }
        removed
    };
    (counts.customers, counts.tags, counts.consent_events) =
        (removed.customers, removed.tags, removed.consent_events);
    erasure.subject = Some(subject.seal(tx, services, erasure.organization_id, erasure.id).await?);
    Ok(Step::Over)
}
