//! Files that wait to be imported. A file is read as a whole, outside of the transaction that notes it.

use super::{Step, place};
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::ids::ImportId;
use crate::imports;
use crate::privacy::subject::Subject;
use crate::privacy::{Erasure, ErasureCounts, ErasureStage, WorkStatus};

/// What came of one file.
#[derive(Debug)]
pub(in crate::privacy) struct Searched {
    /// The place behind which it was found, to see that nobody else went on meanwhile.
    behind: Option<String>,
    rows: u64,
    next: Option<ImportId>,
}

/// Empties the person's rows in the next file, when that is what the erasure is at.
pub(in crate::privacy) async fn search(services: &Services, erasure: &Erasure) -> Result<Option<Searched>> {
    if erasure.status == WorkStatus::Completed || erasure.stage != ErasureStage::ImportFiles {
        return Ok(None);
    }
    let subject = Subject::open(services, erasure).await?;
    let (organization, after) = (erasure.organization_id, place(erasure)?);
    let (rows, next) =
        imports::erase::erase_rows(services, organization, &subject.named, after, erasure.dry_run).await?;
    Ok(Some(Searched { behind: erasure.place.clone(), rows, next }))
}

/// Notes what came of it.
pub(super) async fn note(
    tx: &Tx,
    services: &Services,
    erasure: &Erasure,
    counts: &mut ErasureCounts,
    searched: Option<Searched>,
) -> Result<Step> {
    let Some(searched) = searched.filter(|searched| searched.behind == erasure.place) else {
        // somebody else got here first, or this stage was just begun
        return Ok(Step::More(erasure.place.clone().unwrap_or_default()));
    };
    counts.import_rows += searched.rows;
    if searched.next.is_none() && !erasure.dry_run {
        let subject = Subject::open(services, erasure).await?;
        imports::erase::forget_numbers(tx, erasure.organization_id, &subject.named).await?;
    }
    Ok(Step::behind(searched.next))
}
