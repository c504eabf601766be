//! Writing down what was done.

use super::entity::{Entity, Model};
use crate::context::{Ctx, Tx};
use crate::error::Result;
use crate::ids::AuditEventId;
use sea_orm::{EntityTrait, IntoActiveModel};

/// What a caller asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The operation's id.
    pub action: String,
    /// The address.
    pub path: String,
    /// The request's name.
    pub request_id: Option<String>,
}

/// Writes down, in the transaction of the write, that it was done. `made`: the id of what was made; without one the
/// subject is the last id in the address.
pub async fn record(tx: &Tx, ctx: &Ctx, asked: &Asked, made: Option<String>) -> Result<()> {
    let changes = tx.changes();
    let row = Model {
        id: AuditEventId::new(tx.clock()),
        organization_id: ctx.organization,
        at: tx.now(),
        actor: ctx.actor.to_string(),
        impersonator: ctx.impersonator,
        action: asked.action.clone(),
        subject: made.or_else(|| last_id(&asked.path)),
        path: asked.path.clone(),
        changes: (!changes.is_empty()).then(|| serde_json::Value::Object(changes).to_string()),
        request_id: asked.request_id.clone(),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Our ids are three letters, an underscore and 26 characters.
fn last_id(path: &str) -> Option<String> {
    let is_id = |part: &&str| part.len() == 30 && part.as_bytes()[3] == b'_';
    path.rsplit('/').find(is_id).map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_is_the_last_id_of_the_address() {
        let id = "cmp_01kawz1m4cf0tr2v6x8yab3c5d";
        assert_eq!(last_id(&format!("/api/v1/campaigns/{id}/launch")).as_deref(), Some(id));
        assert_eq!(last_id("/api/v1/campaigns"), None);
    }
}
