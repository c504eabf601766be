//! Deleting a file. One that is still to be sent stays unless the caller insists: its messages would fail, each in
//! words. Copies at the provider run out by themselves.

use super::entity::{Column, Entity};
use super::key;
use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use crate::ids::{MediaId, OrganizationId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};

/// Who may be about to use a file, and in which words a caller is told. The slices above know this one, not the other
/// way round, so they are asked by their tables. `$1` is the organization, `$2` finds the file's id in a text.
const USERS: [(&str, &str); 3] = [
    (
        "SELECT name FROM campaigns WHERE organization_id = $1
            AND status IN ('draft', 'scheduled', 'preparing', 'running', 'paused', 'settling')
            AND CAST(variables AS TEXT) LIKE $2 LIMIT 1",
        "the campaign `{}` sends it",
    ),
    (
        "SELECT id AS name FROM messages WHERE organization_id = $1 AND media_id IS NOT NULL
            AND status IN ('planned', 'pending', 'queued', 'sending', 'held', 'unknown')
            AND (variables LIKE $2 OR content LIKE $2) LIMIT 1",
        "the message {} waits to be sent with it",
    ),
    (
        "SELECT name FROM templates WHERE organization_id = $1 AND pending_change IS NOT NULL
            AND (CAST(components AS TEXT) LIKE $2 OR CAST(next_components AS TEXT) LIKE $2) LIMIT 1",
        "the template `{}` is being submitted with it",
    ),
];

/// Forgets a file of the organization; with `insist` also one that is still to be sent. Call [`discard`] once that is
/// committed: nobody must find a row without a file.
///
/// # Errors
/// `NotFound`; `Conflict` (`media_in_use`) for a file that is still to be sent.
pub async fn remove(tx: &Tx, ctx: &Ctx, id: MediaId, insist: bool) -> Result<()> {
    let done = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::OrganizationId.eq(ctx.organization))
        .exec(tx.conn())
        .await?;
    if done.rows_affected != 1 {
        return Err(Error::not_found("media", id));
    }
    match user(tx, ctx.organization, id).await? {
        Some(who) if !insist => {
            let message = format!("this file is in use: {who}; with `force=true` it is deleted all the same");
            Err(Error::conflict("media_in_use", message))
        }
        _ => Ok(()),
    }
}

/// Somebody who is about to use it, in words.
async fn user(tx: &Tx, organization: OrganizationId, id: MediaId) -> Result<Option<String>> {
    for (query, words) in USERS {
        let values = [organization.into(), format!("%{id}%").into()];
        let select = Statement::from_sql_and_values(tx.backend(), query, values);
        if let Some(row) = tx.conn().query_one_raw(select).await? {
            let name: String = row.try_get("", "name")?;
            return Ok(Some(words.replacen("{}", &name, 1)));
        }
    }
    Ok(None)
}

/// Deletes the content of a file that has no row, or no row any more. Only logged when it fails: nobody sees it.
pub async fn discard(ctx: &Ctx, id: MediaId) {
    if let Err(error) = ctx.files.delete(&key(ctx.organization, id)).await {
        tracing::warn!(media = %id, %error, "a file without a row stays behind");
    }
}
