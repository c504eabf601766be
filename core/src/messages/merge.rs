//! Meeting people, and making one customer of two who are proved to be the same: messages, consent, tags, attributes.
//!
//! A person is in a campaign once. Where both were recipients, the row that got further stays the person's, and the
//! other, if nobody sent it yet, is skipped: it would be the second message to one person.

use super::counters::Deltas;
use super::state::MessageStatus;
use crate::clock::Timestamp;
use crate::consent;
use crate::context::{Services, Tx};
use crate::customers::meet::{self, Identity, Recognised};
use crate::customers::{Customer, merge, tell};
use crate::error::Result;
use crate::ids::{CampaignId, CustomerId, MessageId, OrganizationId};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};

/// Why a recipient was skipped who turned out to be another one.
const DUPLICATE: &str = "duplicate_recipient";

/// Finds the person or adds them, and merges customers who turn out to be them; `None` when nothing identifies them.
pub async fn meet(
    tx: &Tx,
    services: &Services,
    organization: OrganizationId,
    who: &Identity,
    name: Option<&str>,
) -> Result<Option<CustomerId>> {
    let Some(found) = meet::recognise(tx, organization, who, name).await? else { return Ok(None) };
    settle(tx, services, organization, found, who, name).await.map(Some)
}

/// Learns that a customer goes by these names, too; whoever else has their id is the same person.
pub async fn same(
    tx: &Tx,
    services: &Services,
    organization: OrganizationId,
    customer: CustomerId,
    told: &Identity,
) -> Result<()> {
    let mut keep = customer;
    for known in meet::find_all(tx, organization, &Identity { phone: None, ..told.clone() }).await? {
        keep = join(tx, services, organization, keep, known.id).await?;
    }
    if let Some(kept) = meet::by_id(tx, organization, keep).await? {
        meet::learn(tx, &kept, told, None).await?;
    }
    Ok(())
}

/// A person has another number or id since `at`: whoever was known by the old ones is known by the new ones now.
pub async fn rekey(
    tx: &Tx,
    services: &Services,
    organization: OrganizationId,
    (before, now): (&Identity, &Identity),
    at: Timestamp,
) -> Result<Option<CustomerId>> {
    let known = meet::find_all(tx, organization, before).await?;
    // the old id proves more than the old number, which may have passed on already
    let by_id = known.iter().position(|one| one.bsuid.is_some() && one.bsuid == before.bsuid);
    let Some(old) = known.into_iter().nth(by_id.unwrap_or(0)) else {
        return meet(tx, services, organization, now, None).await;
    };
    let mut keep = old.id;
    for known in meet::find_all(tx, organization, now).await? {
        // whoever had the new number before is somebody else, unless they wrote from it only after the change
        let same = match (&known.bsuid, &now.bsuid) {
            (Some(known), Some(now)) => known == now,
            (Some(_), None) => known.created_at >= at,
            (None, _) => true,
        };
        if known.id == old.id || same {
            keep = join(tx, services, organization, keep, known.id).await?;
        } else {
            meet::release_phone(tx, organization, known.id).await?;
        }
    }
    if let Some(kept) = meet::by_id(tx, organization, keep).await? {
        // ids are made anew with a new number, so the old one is not theirs any more even if the new one was not told
        let bsuid = kept.bsuid.clone().filter(|known| Some(known) != old.bsuid.as_ref());
        meet::learn_over(tx, &kept, Customer { bsuid, ..kept.clone() }, now, None).await?;
    }
    Ok(Some(keep))
}

/// Merges two, if they are two; gives the one that stays, the older.
async fn join(
    tx: &Tx,
    services: &Services,
    organization: OrganizationId,
    one: CustomerId,
    other: CustomerId,
) -> Result<CustomerId> {
    if one != other {
        merge(tx, services, organization, one.min(other), one.max(other)).await?;
    }
    Ok(one.min(other))
}

async fn settle(
    tx: &Tx,
    services: &Services,
    organization: OrganizationId,
    found: Recognised,
    who: &Identity,
    name: Option<&str>,
) -> Result<CustomerId> {
    let keep = found.customer.id;
    for gone in &found.others {
        merge(tx, services, organization, keep, *gone).await?;
    }
    for former in &found.left {
        meet::release_phone(tx, organization, *former).await?;
    }
    let known = match found.others.is_empty() {
        true => Some(found.customer),
        false => meet::by_id(tx, organization, keep).await?,
    };
    if let Some(known) = known {
        meet::learn(tx, &known, who, name).await?;
    }
    Ok(keep)
}

/// Makes one customer of two; nothing happens when one of them is none any more.
async fn merge(
    tx: &Tx,
    services: &Services,
    organization: OrganizationId,
    keep: CustomerId,
    gone: CustomerId,
) -> Result<()> {
    let Some((keep, gone)) = merge::lock(tx, organization, keep, gone).await? else { return Ok(()) };
    merge::absorb(tx, &keep, &gone).await?;
    consent::unite(tx, &keep, &gone).await?;
    move_messages(tx, services, keep.id, gone.id).await?;
    tell::merged(tx, organization, keep.id, gone.id).await?;
    metrics::counter!("bellbird_customers_merged").increment(1);
    tracing::info!(kept = %keep.id, merged = %gone.id, "two customers are one person");
    Ok(())
}

#[derive(FromQueryResult)]
struct Twice {
    id: MessageId,
    campaign_id: CampaignId,
    customer_id: CustomerId,
    status: MessageStatus,
    attempt: i32,
}

async fn move_messages(tx: &Tx, services: &Services, keep: CustomerId, gone: CustomerId) -> Result<()> {
    let lock = if tx.backend() == DbBackend::Postgres { "FOR UPDATE" } else { "" };
    let twice = Statement::from_sql_and_values(
        tx.backend(),
        format!(
            "SELECT id, campaign_id, customer_id, status, attempt FROM messages
             WHERE customer_id IN ($1, $2) AND campaign_id IN (SELECT campaign_id FROM messages WHERE customer_id = $2
                AND campaign_id IN (SELECT campaign_id FROM messages WHERE customer_id = $1))
             ORDER BY id {lock}"
        ),
        [keep.into(), gone.into()],
    );
    let rows = Twice::find_by_statement(twice).all(tx.conn()).await?;
    let mut deltas = Deltas::default();
    for mine in rows.iter().filter(|row| row.customer_id == keep) {
        let Some(theirs) =
            rows.iter().find(|row| row.customer_id == gone && row.campaign_id == mine.campaign_id)
        else {
            continue;
        };
        let further = theirs.attempt > mine.attempt;
        if further {
            for (id, customer) in [(mine.id, None), (theirs.id, Some(keep)), (mine.id, Some(gone))] {
                set_customer(tx, id, customer).await?;
            }
        }
        skip(tx, if further { mine } else { theirs }, &mut deltas).await?;
    }
    let rest = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE messages SET customer_id = $1 WHERE customer_id = $2 AND (campaign_id IS NULL
            OR campaign_id NOT IN (SELECT campaign_id FROM messages
                WHERE customer_id = $1 AND campaign_id IS NOT NULL))",
        [keep.into(), gone.into()],
    );
    tx.conn().execute_raw(rest).await?;
    deltas.write(tx.conn(), &services.shards).await
}

async fn set_customer(tx: &Tx, id: MessageId, customer: Option<CustomerId>) -> Result<()> {
    let sql = "UPDATE messages SET customer_id = $2 WHERE id = $1";
    let update = Statement::from_sql_and_values(tx.backend(), sql, [id.into(), customer.into()]);
    tx.conn().execute_raw(update).await?;
    Ok(())
}

/// What nobody sent yet will not be.
async fn skip(tx: &Tx, row: &Twice, deltas: &mut Deltas) -> Result<()> {
    use MessageStatus::{Held, Pending, Planned, Queued, Skipped};
    if !matches!(row.status, Planned | Pending | Queued | Held) {
        return Ok(());
    }
    let update = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE messages SET status = 'skipped', reason = $2, queued_until = NULL, next_attempt_at = NULL,
            updated_at = $3 WHERE id = $1 AND status = $4",
        [row.id.into(), DUPLICATE.into(), tx.now().into(), row.status.into()],
    );
    if tx.conn().execute_raw(update).await?.rows_affected() == 1 {
        deltas.moved(Some(row.campaign_id), row.status, Skipped);
    }
    Ok(())
}
