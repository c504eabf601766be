//! Applying a retention policy, stage by stage, some rows at a time. Like an erasure: a step is a transaction that also
//! notes how far it came.
//!
//! What is deleted and what only stops to name anybody is decided once, for every kind (docs/privacy.md): rows of the
//! ledger and of files stay and count on; webhooks, kept changes and receipts go.

use super::retention::months_before;
use super::run_entity::{Entity, Model};
use super::{RetentionCounts, RetentionStage, WorkStatus};
use crate::campaigns;
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::{Error, Result};
use crate::ids::{MessageId, OutboxId, RetentionRunId};
use crate::messages::{self, receipt};
use crate::outbox::{self, Progress};
use crate::{media, webhooks};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ActiveModelTrait, DbBackend, EntityTrait, IntoActiveModel, QuerySelect, Set};
use serde_json::json;
use std::time::{Duration, Instant};

/// While another worker is at it, its task comes back after this.
const SOON: Duration = Duration::from_millis(500);
/// Rows of the ledger looked at in one transaction.
const MESSAGES: u64 = 2_000;
/// Recipients anonymised in one transaction.
const RECIPIENTS: u64 = 500;
/// Files deleted in one transaction.
const FILES: u64 = 20;
/// Webhooks deleted in one transaction.
const WEBHOOKS: u64 = 1_000;

/// Works on a run for a while.
pub async fn work(services: &Services, job: OutboxId, id: RetentionRunId) -> Result<Progress> {
    let begun = Instant::now();
    while begun.elapsed() < services.slice() {
        let tx = services.begin().await?;
        let mut query = Entity::find_by_id(id);
        if tx.backend() == DbBackend::Postgres {
            query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        }
        let Some(mut run) = query.one(tx.conn()).await? else {
            tx.rollback().await?;
            return Ok(Progress::More { after: SOON });
        };
        if run.status == WorkStatus::Completed {
            outbox::settle(tx.conn(), job).await?;
            tx.commit().await?;
            return Ok(Progress::Done);
        }
        let mut counts = run.counts()?;
        match step(&tx, services, &run, &mut counts).await? {
            Some(place) => run.place = Some(place),
            None => move_on(&mut run, services),
        }
        run.counts = json!(counts);
        let mut row = run.into_active_model().reset_all();
        row.updated_at = Set(tx.now());
        row.update(tx.conn()).await?;
        tx.commit().await?;
    }
    Ok(Progress::More { after: Duration::ZERO })
}

fn move_on(run: &mut Model, services: &Services) {
    run.place = None;
    let at = RetentionStage::ALL.iter().position(|stage| *stage == run.stage);
    match at.and_then(|at| RetentionStage::ALL.get(at + 1)) {
        Some(stage) => run.stage = *stage,
        None => {
            run.status = WorkStatus::Completed;
            run.finished_at = Some(services.now());
            tracing::info!(run = %run.id, dry_run = run.dry_run, "retention policy applied");
        }
    }
}

/// Does some of what the run is at; gives the place behind it, or `None` when nothing is left.
async fn step(
    tx: &Tx,
    services: &Services,
    run: &Model,
    counts: &mut RetentionCounts,
) -> Result<Option<String>> {
    let periods = run.periods()?;
    let months = match run.stage {
        RetentionStage::Content => periods.content,
        RetentionStage::Recipients => periods.recipients,
        RetentionStage::Media => periods.media,
        RetentionStage::Webhooks => periods.webhooks,
    };
    let Some(months) = months else { return Ok(None) };
    let before = months_before(run.started_at, months);
    match run.stage {
        RetentionStage::Content => content(tx, run, before, counts).await,
        RetentionStage::Recipients => recipients(tx, run, before, counts).await,
        RetentionStage::Media => files(tx, services, run, before, counts).await,
        RetentionStage::Webhooks => heard(tx, run, before, counts).await,
    }
}

async fn content(
    tx: &Tx,
    run: &Model,
    before: Timestamp,
    counts: &mut RetentionCounts,
) -> Result<Option<String>> {
    let after: Option<MessageId> =
        run.place.as_deref().map(str::parse).transpose().map_err(Error::internal)?;
    let organization = run.organization_id;
    let Some(end) = messages::forget::slice_end(tx.conn(), organization, after, before, MESSAGES).await?
    else {
        return Ok(None);
    };
    counts.messages +=
        messages::forget::forget_content(tx.conn(), organization, (after, end), before, run.dry_run).await?;
    Ok(Some(end.to_string()))
}

/// One campaign after the other; one whose rows are all done is marked and not looked at again.
async fn recipients(
    tx: &Tx,
    run: &Model,
    before: Timestamp,
    counts: &mut RetentionCounts,
) -> Result<Option<String>> {
    let place = run.place.as_deref().filter(|place| !place.is_empty());
    let after = place.map(str::parse).transpose().map_err(Error::internal)?;
    let Some(campaign) = campaigns::forget::next_over(tx, run.organization_id, before, after).await? else {
        return Ok(None);
    };
    if run.dry_run {
        counts.recipients += campaigns::forget::count_recipients(tx, campaign).await?;
        return Ok(Some(campaign.to_string()));
    }
    let done = messages::erase::anonymise_recipients(tx, campaign, RECIPIENTS).await?;
    counts.recipients += done.messages;
    if done.messages > 0 {
        return Ok(Some(run.place.clone().unwrap_or_default())); // the same campaign again
    }
    campaigns::forget::mark(tx, campaign).await?;
    Ok(Some(campaign.to_string()))
}

async fn files(
    tx: &Tx,
    services: &Services,
    run: &Model,
    before: Timestamp,
    counts: &mut RetentionCounts,
) -> Result<Option<String>> {
    let which = media::erase::before(run.organization_id, before);
    if run.dry_run {
        counts.media = media::erase::count(tx, which).await?;
        return Ok(None);
    }
    let n = media::erase::erase(tx, services, which, FILES).await?;
    counts.media += n;
    Ok((n > 0).then(String::new))
}

async fn heard(
    tx: &Tx,
    run: &Model,
    before: Timestamp,
    counts: &mut RetentionCounts,
) -> Result<Option<String>> {
    let (organization, dry_run) = (run.organization_id, run.dry_run);
    let n = webhooks::erase::forget_of(tx, organization, before, WEBHOOKS, dry_run).await?
        + receipt::forget(tx, organization, before, WEBHOOKS, dry_run).await?;
    counts.webhooks += n;
    Ok((n > 0 && !dry_run).then(String::new))
}
