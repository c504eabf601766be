//! What is done at each stage of an erasure. A step does some of it; done again, it finds less to do.

pub(super) mod files;
mod person;
mod settling;

use super::subject::Subject;
use super::{Erasure, ErasureCounts, ErasureStage};
use crate::context::{Services, Tx};
use crate::error::{Error, Result};
use crate::messages::{self, receipt};
use crate::{events, imports, media, webhooks};
use files::Searched;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, QueryFilter};

/// Rows of the ledger changed in one transaction.
const MESSAGES: u64 = 500;
/// Files deleted in one transaction.
const FILES: u64 = 20;

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Something else has to end first.
    Wait,
    /// There is more, behind this place.
    More(String),
    /// Nothing is left at this stage.
    Over,
}

impl Step {
    /// Where to go on, if anywhere.
    fn behind(place: Option<impl ToString>) -> Self {
        place.map_or(Self::Over, |place| Self::More(place.to_string()))
    }
}

/// Does some of what the erasure is at.
pub(super) async fn step(
    tx: &Tx,
    services: &Services,
    erasure: &mut Erasure,
    counts: &mut ErasureCounts,
    searched: Option<Searched>,
) -> Result<Step> {
    match erasure.stage {
        ErasureStage::Waiting => return person::wait(tx, erasure).await,
        ErasureStage::Person => return person::remove(tx, services, erasure, counts).await,
        ErasureStage::Settling => return settling::settle(tx, erasure).await,
        ErasureStage::ImportFiles => return files::note(tx, services, erasure, counts, searched).await,
        _ => {}
    }
    let subject = Subject::open(services, erasure).await?;
    let (organization, dry_run, named) = (erasure.organization_id, erasure.dry_run, &subject.named);
    match erasure.stage {
        ErasureStage::Media => of_media(tx, services, &subject, dry_run, counts).await,
        ErasureStage::Messages => of_messages(tx, services, &subject, dry_run, counts).await,
        ErasureStage::Receipts => {
            let (n, next) = receipt::erase(tx, organization, named, place(erasure)?, dry_run).await?;
            counts.receipts += n;
            Ok(Step::behind(next))
        }
        ErasureStage::ImportRejects => {
            let after =
                erasure.place.as_deref().map(serde_json::from_str).transpose().map_err(Error::internal)?;
            let (found, next) =
                imports::erase::rejects_naming(tx.conn(), organization, named, after.as_ref()).await?;
            counts.import_rejects += found.len() as u64;
            if !dry_run {
                imports::erase::empty_rejects(tx, &found).await?;
            }
            let next =
                next.map(|place| serde_json::to_string(&place)).transpose().map_err(Error::internal)?;
            Ok(Step::behind(next))
        }
        ErasureStage::Webhooks => {
            let (n, next) = webhooks::erase::erase(tx, organization, named, place(erasure)?, dry_run).await?;
            counts.webhooks += n;
            Ok(Step::behind(next))
        }
        ErasureStage::KeptChanges => {
            let (n, next) =
                webhooks::erase::erase_kept(tx, organization, named, place(erasure)?, dry_run).await?;
            counts.kept_changes += n;
            Ok(Step::behind(next))
        }
        ErasureStage::Events => {
            counts.events += events::erase::erase(tx, &subject.customers, dry_run).await?;
            Ok(Step::Over)
        }
        // done above
        ErasureStage::Waiting | ErasureStage::Person | ErasureStage::Settling | ErasureStage::ImportFiles => {
            Ok(Step::Over)
        }
    }
}

/// Where the stage stands, as an id.
fn place<Id: std::str::FromStr>(erasure: &Erasure) -> Result<Option<Id>>
where
    Id::Err: std::fmt::Display,
{
    let place = erasure.place.as_deref().filter(|place| !place.is_empty());
    place.map(str::parse).transpose().map_err(Error::internal)
}

async fn of_media(
    tx: &Tx,
    services: &Services,
    subject: &Subject,
    dry_run: bool,
    counts: &mut ErasureCounts,
) -> Result<Step> {
    let theirs = Query::select()
        .column(messages::entity::Column::Id)
        .from(messages::Entity)
        .and_where(messages::entity::Column::CustomerId.is_in(subject.customers.iter().copied()))
        .to_owned();
    let which = media::erase::left().filter(media::entity::Column::MessageId.in_subquery(theirs));
    if dry_run {
        counts.media = media::erase::count(tx, which).await?;
        return Ok(Step::Over);
    }
    let n = media::erase::erase(tx, services, which, FILES).await?;
    counts.media += n;
    Ok(if n == 0 { Step::Over } else { Step::More(String::new()) })
}

/// What waits is cancelled once more (a request that ended meanwhile may have put it back); a request under way is
/// waited for, and its row anonymised when it has ended.
async fn of_messages(
    tx: &Tx,
    services: &Services,
    subject: &Subject,
    dry_run: bool,
    counts: &mut ErasureCounts,
) -> Result<Step> {
    let people = &subject.customers;
    if dry_run {
        let left = messages::erase::count(tx.conn(), people).await?;
        (counts.messages, counts.attempts) = (left.messages, left.attempts);
        counts.cancelled = messages::erase::count_open(tx.conn(), people).await?;
        return Ok(Step::Over);
    }
    counts.cancelled += messages::erase::cancel_open(tx, services, people).await?;
    let done = messages::erase::anonymise_people(tx, people, MESSAGES).await?;
    counts.messages += done.messages;
    counts.attempts += done.attempts;
    if done.messages > 0 {
        return Ok(Step::More(String::new()));
    }
    let left = messages::erase::count(tx.conn(), people).await?;
    Ok(if left.messages == 0 { Step::Over } else { Step::Wait })
}
