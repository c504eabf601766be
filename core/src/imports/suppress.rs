//! A small file of numbers straight onto the suppression list, within one request.

use super::direct::{MOST_REPORTED, RejectedRow, Table};
use super::mapping::{Mapping, RowReader};
use super::portion::{sort_out, without_duplicates};
use crate::consent::ConsentPurpose;
use crate::consent::suppression::list::{self, Suppressed};
use crate::context::{Ctx, Tx};
use crate::error::Result;
use crate::organizations;
use sea_orm::EntityTrait;
use std::collections::HashMap;

const CHUNK: usize = 500;

/// What came of a file.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// Rows with data.
    pub rows: u64,
    /// Numbers that are on the list now.
    pub suppressed: u64,
    /// What did not go in; the first [`MOST_REPORTED`], in order.
    pub rejected: Vec<RejectedRow>,
    /// How many did not.
    pub rejected_count: u64,
}

/// Puts a table's numbers on the list. Only the column of the number is read.
pub async fn suppress(
    tx: &Tx,
    ctx: &Ctx,
    table: Table,
    purpose: ConsentPurpose,
    reason: &str,
) -> Result<Done> {
    let Table { facts, mut rows } = table;
    let mut mapping = Mapping::guess(&facts.columns, &[]);
    mapping.0.values_mut().for_each(|uses| uses.retain(|use_| *use_ == super::mapping::Use::Phone));
    mapping.check(&facts.columns, None)?;
    let organization = organizations::Entity::find_by_id(ctx.organization).one(tx.conn()).await?;
    let reader = RowReader {
        country: organization.and_then(|organization| organization.country),
        ..RowReader::new(&facts.columns, &mapping, tx.now())
    };
    let (mut done, mut known) = (Done { rows: facts.rows, ..Done::default() }, HashMap::new());
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(CHUNK));
        let (good, mut rejected) = sort_out(&reader, std::mem::replace(&mut rows, rest));
        let good = without_duplicates(good, &mut known, &mut rejected);
        let who: Vec<_> = good.into_iter().map(|one| Suppressed::Phone(one.person.phone)).collect();
        done.suppressed += list::add(tx, ctx, purpose, &who, reason).await?.len() as u64;
        done.rejected_count += rejected.len() as u64;
        rejected.sort_by_key(|one| one.row.line);
        let room = MOST_REPORTED.saturating_sub(done.rejected.len());
        let named = rejected.into_iter().take(room);
        done.rejected.extend(named.map(|one| RejectedRow { line: one.row.line, why: one.why }));
    }
    Ok(done)
}
