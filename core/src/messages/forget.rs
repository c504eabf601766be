//! Forgetting what messages said, when an organization does not want to keep it any longer. To whom they went, and what
//! became of them, stays.

use super::erase::OPEN;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::{MessageId, OrganizationId};
use sea_orm::{ConnectionTrait, Statement, Value};

/// Forgets what messages older than `before` said, between two ids of an organization; they keep to whom they went. Rows that are still to
/// be sent need it.
pub async fn forget_content(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    (after, until): (Option<MessageId>, MessageId),
    before: Timestamp,
    dry_run: bool,
) -> Result<u64> {
    let which = format!(
        "organization_id = $1 AND id > $2 AND id <= $3 AND created_at < $4 AND status NOT IN {OPEN}
         AND NOT (status = 'unknown' AND decided_at IS NULL)
         AND (content IS NOT NULL OR variables IS NOT NULL OR error_detail IS NOT NULL)"
    );
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    let values: Vec<Value> = vec![organization.into(), after.into(), until.into(), before.into()];
    let backend = conn.get_database_backend();
    if dry_run {
        let sql = format!("SELECT COUNT(*) AS n FROM messages WHERE {which}");
        let row = conn.query_one_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
        let n: i64 = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0);
        return Ok(n.unsigned_abs());
    }
    let sql =
        format!("UPDATE messages SET content = NULL, variables = NULL, error_detail = NULL WHERE {which}");
    Ok(conn.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?.rows_affected())
}

/// The last of the next `most` ids of an organization's messages behind `after` that are older than `before`; `None` at
/// the end. By the time they were made, not by their ids: those never go backwards, even when a clock is put back.
pub async fn slice_end(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    after: Option<MessageId>,
    before: Timestamp,
    most: u64,
) -> Result<Option<MessageId>> {
    let select = Statement::from_sql_and_values(
        conn.get_database_backend(),
        format!(
            "SELECT MAX(id) AS id FROM (SELECT id FROM messages
                WHERE organization_id = $1 AND id > $2 AND created_at < $3 ORDER BY id LIMIT {most}) AS slice"
        ),
        [organization.into(), after.map(|id| id.to_string()).unwrap_or_default().into(), before.into()],
    );
    let row = conn.query_one_raw(select).await?;
    Ok(row.map(|row| row.try_get("", "id")).transpose()?.flatten())
}
