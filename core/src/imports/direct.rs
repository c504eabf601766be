//! A small file straight into a draft, within one request: all good rows in one transaction, every other one named
//! with its reason.

use super::cells::Rejection;
use super::mapping::{Mapping, RowReader};
use super::portion::{bring_in, sort_out, without_duplicates};
use super::reader::{self, Facts, Limits, Row};
use crate::campaigns::recipients::{Added, Judge};
use crate::consent::by;
use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use crate::ids::CampaignId;
use crate::organizations;
use sea_orm::EntityTrait;
use std::collections::HashMap;
use std::io::Cursor;

/// At most so many rejected rows are reported one by one.
pub const MOST_REPORTED: usize = 1_000;
const CHUNK: usize = 500;

/// A row that did not go in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRow {
    /// The line in the file, from 1; the header is line 1.
    pub line: u64,
    /// Why.
    pub why: Rejection,
}

/// What came of a file.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Rows with data.
    pub rows: u64,
    /// What went in.
    pub added: Added,
    /// What did not; the first [`MOST_REPORTED`], in order.
    pub rejected: Vec<RejectedRow>,
    /// How many did not.
    pub rejected_count: u64,
}

/// A file that was read.
#[derive(Debug)]
pub struct Table {
    pub(super) facts: Facts,
    pub(super) rows: Vec<Row>,
}

/// Reads a file that is small enough for memory.
///
/// # Errors
/// `Invalid` with the field `file` when it is no table.
pub async fn read(ctx: &Ctx, file: Vec<u8>) -> Result<Table> {
    let limits = Limits { rows: ctx.config.imports.max_rows };
    let reading = tokio::task::spawn_blocking(move || {
        let mut rows = Vec::new();
        let facts = reader::read(Cursor::new(file), limits, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok::<_, Error>(Table { facts, rows })
    });
    reading.await.map_err(Error::internal)?
}

/// Adds a table's people to a draft. `consent_source`: how they agreed to marketing, if they did; a column `opt_in`
/// with yes or no says it row by row.
pub async fn import(
    tx: &Tx,
    ctx: &Ctx,
    campaign: CampaignId,
    table: Table,
    consent_source: Option<&str>,
) -> Result<Imported> {
    let Table { facts, mut rows } = table;
    let needed = Judge::of_draft(tx, ctx, campaign).await?.needed;
    let mapping = Mapping::guess(&facts.columns, &needed);
    mapping.check(&facts.columns, Some(&needed))?;
    let organization = organizations::Entity::find_by_id(ctx.organization).one(tx.conn()).await?;
    let reader = RowReader {
        country: organization.and_then(|organization| organization.country),
        consent_source: consent_source.map(str::to_string),
        actor: by(ctx.actor),
        ..RowReader::new(&facts.columns, &mapping, tx.now())
    };
    let (mut imported, mut known) = (Imported { rows: facts.rows, ..Imported::default() }, HashMap::new());
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(CHUNK));
        let (good, mut rejected) = sort_out(&reader, std::mem::replace(&mut rows, rest));
        let good = without_duplicates(good, &mut known, &mut rejected);
        let done = bring_in(tx, ctx, Some(campaign), good, &mut rejected).await?;
        imported.added.added += done.added;
        imported.added.updated += done.updated;
        imported.rejected_count += rejected.len() as u64;
        rejected.sort_by_key(|one| one.row.line);
        let room = MOST_REPORTED.saturating_sub(imported.rejected.len());
        let named = rejected.into_iter().take(room);
        imported.rejected.extend(named.map(|one| RejectedRow { line: one.row.line, why: one.why }));
    }
    Ok(imported)
}
