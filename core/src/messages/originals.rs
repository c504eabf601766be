//! Messages that were changed or taken back by their writer: the change is a message of its own, and the original says
//! when. Either may be heard of first.

use super::Direction;
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::error::Result;
use crate::ids::{MessageId, SenderId};
use sea_orm::{ConnectionTrait, Statement};

/// Marks the message an edit or a revocation is about; other kinds change nothing.
pub(super) async fn mark(
    tx: &Tx,
    sender: SenderId,
    direction: Direction,
    kind: &str,
    original: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    let (Some(column), Some(original)) = (column(kind), original) else { return Ok(()) };
    let update = Statement::from_sql_and_values(
        tx.backend(),
        format!(
            "UPDATE messages SET {column} = CASE WHEN {column} > $4 THEN {column} ELSE $4 END, updated_at = $5
             WHERE sender_id = $1 AND wamid = $2 AND direction = $3"
        ),
        [sender.into(), original.into(), direction.into(), at.into(), tx.now().into()],
    );
    tx.conn().execute_raw(update).await?;
    Ok(())
}

/// Marks a message whose change was heard of before the message itself.
pub(super) async fn catch_up(tx: &Tx, sender: SenderId, id: MessageId, wamid: &str) -> Result<()> {
    let changes = Statement::from_sql_and_values(
        tx.backend(),
        "SELECT kind, MAX(sent_at) AS at FROM messages
         WHERE sender_id = $1 AND context_wamid = $2 AND kind IN ('edit', 'revoke') GROUP BY kind",
        [sender.into(), wamid.into()],
    );
    for row in tx.conn().query_all_raw(changes).await? {
        let (kind, at): (String, Option<Timestamp>) = (row.try_get("", "kind")?, row.try_get("", "at")?);
        let (Some(column), Some(at)) = (column(&kind), at) else { continue };
        let sql = format!("UPDATE messages SET {column} = $2 WHERE id = $1");
        tx.conn()
            .execute_raw(Statement::from_sql_and_values(tx.backend(), sql, [id.into(), at.into()]))
            .await?;
    }
    Ok(())
}

fn column(kind: &str) -> Option<&'static str> {
    match kind {
        "edit" => Some("edited_at"),
        "revoke" => Some("revoked_at"),
        _ => None,
    }
}
