//! A look at a file before it is started: how its columns are understood, and what becomes of its first rows.

use super::cells::Rejection;
use super::entity::Model;
use super::mapping::{Mapping, RowReader};
use super::portion::{Rejected, sort_out, without_duplicates};
use super::queries;
use super::reader::Row;
use super::rows::{Portion, Rows};
use crate::campaigns::{self, recipients::Judge};
use crate::context::Ctx;
use crate::error::{Error, Problem, Result};
use crate::ids::{CampaignId, ImportId};
use crate::organizations;
use std::collections::HashMap;

/// So many rows are looked at.
const PORTION: Portion = Portion { rows: 50, bytes: 256 << 10 };

/// What would become of a row.
#[derive(Debug)]
pub struct PreviewRow {
    /// The row.
    pub row: Row,
    /// The number as it was understood.
    pub phone: Option<String>,
    /// Why it would not go in. Whether its values fit the template only a dry run tells.
    pub rejection: Option<Rejection>,
}

/// A look at a file.
#[derive(Debug)]
pub struct Preview {
    /// The file.
    pub import: Model,
    /// Which column would hold what.
    pub mapping: Mapping,
    /// What keeps the import from being started with that mapping.
    pub problems: Vec<Problem>,
    /// The first rows.
    pub rows: Vec<PreviewRow>,
}

/// Looks at an import whose rows are still there.
pub async fn preview(ctx: &Ctx, id: ImportId, campaign: Option<CampaignId>) -> Result<Preview> {
    let import = queries::get(ctx, id).await?;
    if !import.is_startable() {
        return Err(Error::conflict("import_not_startable", "the rows of this import are not kept any more"));
    }
    let columns = import.columns()?;
    let variables = match campaign {
        Some(id) => {
            let campaign = campaigns::queries::get(ctx, id).await?;
            Some(Judge::of(ctx.db.read(), campaign).await?.needed)
        }
        None => None,
    };
    let mapping = Mapping::guess(&columns, variables.as_deref().unwrap_or_default());
    let problems = match mapping.check(&columns, variables.as_deref()) {
        Ok(()) => Vec::new(),
        Err(Error::Invalid(problems)) => problems,
        Err(other) => return Err(other),
    };
    let reader = RowReader {
        country: organizations::queries::get(ctx).await?.country,
        ..RowReader::new(&columns, &mapping, import.created_at)
    };
    let rows = Rows::open(&ctx.files, &import.file(), 0).await?.next(PORTION).await?;
    let (good, mut rejected) = sort_out(&reader, rows);
    let good = without_duplicates(good, &mut HashMap::new(), &mut rejected);
    let fine = good.into_iter().map(|one| {
        let phone = Some(one.person.phone.to_string());
        PreviewRow { row: one.row, phone, rejection: None }
    });
    let not = |one: Rejected| PreviewRow { row: one.row, phone: None, rejection: Some(one.why) };
    let mut rows: Vec<_> = fine.chain(rejected.into_iter().map(not)).collect();
    rows.sort_by_key(|one| one.row.line);
    Ok(Preview { import, mapping, problems, rows })
}
