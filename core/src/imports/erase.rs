//! Taking one person out of files of people: of the rows that did not go in, and of those that may still do.

use super::entity::{Column, Entity, Model};
use super::rows::{self, Portion, Rows};
use super::state::ImportStatus;
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::customers::named::Named;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{ImportId, OrganizationId};
use bytes::Bytes;
use futures::stream;
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement,
};

/// Rejected rows looked at in one transaction.
const PAGE: usize = 500;
/// Rows of a file in memory at once.
const PORTION: Portion = Portion { rows: 1_000, bytes: 4 << 20 };
/// What stands in the report instead.
const MESSAGE: &str = "the person of this row was erased";

/// True while an import that was started before `until` brings rows in.
pub async fn any_running(tx: &Tx, organization: OrganizationId, until: Timestamp) -> Result<bool> {
    let running = Entity::secure_find(organization)
        .filter(Column::Status.eq(ImportStatus::Running))
        .filter(Column::StartedAt.lte(until));
    Ok(running.one(tx.conn()).await?.is_some())
}

/// A place among all rejected rows of an organization.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place(ImportId, i32, i64);

/// A rejected row that names a person.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Reject {
    /// Of which import.
    pub import_id: ImportId,
    /// Of which start of it.
    pub run: i32,
    /// The line it begins in.
    pub line: i64,
    /// Why it did not go in, as a stable word.
    pub code: String,
    /// What stands in it, as a JSON list of cells.
    pub cells: String,
}

impl Reject {
    fn names(&self, named: &Named) -> bool {
        let cells: Vec<String> = serde_json::from_str(&self.cells).unwrap_or_default();
        cells.iter().any(|cell| named.in_cell(cell))
    }
}

/// Looks at some of the rejected rows of an organization, behind `after`; gives those that name the person, and where to
/// go on.
pub async fn rejects_naming(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    named: &Named,
    after: Option<&Place>,
) -> Result<(Vec<Reject>, Option<Place>)> {
    let (import, run, line) =
        after.map_or_else(Default::default, |Place(import, run, line)| (import.to_string(), *run, *line));
    let select = Statement::from_sql_and_values(
        conn.get_database_backend(),
        format!(
            "SELECT r.import_id, r.run, r.line, r.code, r.cells FROM import_rejects r
             JOIN imports i ON i.id = r.import_id
             WHERE i.organization_id = $1 AND (r.import_id, r.run, r.line) > ($2, $3, $4)
             ORDER BY r.import_id, r.run, r.line LIMIT {PAGE}"
        ),
        [organization.into(), import.into(), run.into(), line.into()],
    );
    let page = Reject::find_by_statement(select).all(conn).await?;
    let next = page.last().map(|row| Place(row.import_id, row.run, row.line));
    Ok((page.into_iter().filter(|row| row.names(named)).collect(), next))
}

/// Empties these rows; that they did not go in, and why, stays.
pub async fn empty_rejects(tx: &Tx, rejects: &[Reject]) -> Result<()> {
    for row in rejects {
        let update = Statement::from_sql_and_values(
            tx.backend(),
            "UPDATE import_rejects SET cells = '[]', message = $4 WHERE import_id = $1 AND run = $2 AND line = $3",
            [row.import_id.into(), row.run.into(), row.line.into(), MESSAGE.into()],
        );
        tx.conn().execute_raw(update).await?;
    }
    Ok(())
}

/// Forgets that a file named these numbers: left by a run that has ended and is not swept yet.
pub async fn forget_numbers(tx: &Tx, organization: OrganizationId, named: &Named) -> Result<()> {
    for digits in &named.digits {
        let delete = Statement::from_sql_and_values(
            tx.backend(),
            "DELETE FROM import_numbers WHERE phone = $2
                AND import_id IN (SELECT id FROM imports WHERE organization_id = $1)",
            [organization.into(), format!("+{digits}").into()],
        );
        tx.conn().execute_raw(delete).await?;
    }
    Ok(())
}

/// Empties the rows that name the person in the next file that is still kept, behind `after`; returns how many there
/// were, and that import. A row keeps its place and its length, so whoever reads the file finds what follows.
pub async fn erase_rows(
    services: &Services,
    organization: OrganizationId,
    named: &Named,
    after: Option<ImportId>,
    dry_run: bool,
) -> Result<(u64, Option<ImportId>)> {
    let mut query = Entity::secure_find(organization).order_by_asc(Column::Id).limit(1);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    let Some(import) = query.one(services.db.read()).await? else { return Ok((0, None)) };
    if services.files.size(&import.file()).await?.is_none() {
        return Ok((0, Some(import.id)));
    }
    let found = count_rows(services, &import, named).await?;
    if found > 0 && !dry_run {
        rewrite(services, &import, named.clone()).await?;
    }
    Ok((found, Some(import.id)))
}

async fn count_rows(services: &Services, import: &Model, named: &Named) -> Result<u64> {
    let mut kept = Rows::open(&services.files, &import.file(), 0).await?;
    let mut found = 0;
    loop {
        let rows = kept.next(PORTION).await?;
        if rows.is_empty() {
            return Ok(found);
        }
        found += rows.iter().filter(|row| row.cells.iter().any(|cell| named.in_cell(cell))).count() as u64;
    }
}

async fn rewrite(services: &Services, import: &Model, named: Named) -> Result<()> {
    let kept = Rows::open(&services.files, &import.file(), 0).await?;
    let content = stream::try_unfold((kept, named), |(mut kept, named)| async move {
        let rows = kept.next(PORTION).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut text = Vec::new();
        for row in &rows {
            let theirs = row.cells.iter().any(|cell| named.in_cell(cell));
            if theirs { rows::write_emptied(&mut text, row) } else { rows::write(&mut text, row) }
                .map_err(Error::internal)?;
        }
        Ok::<_, Error>(Some((Bytes::from(text), (kept, named))))
    });
    services.files.put(&import.file(), content, u64::MAX).await?;
    Ok(())
}
