//! Statuses that do not move their message: of one participant of a group, of a payment inside it, or in a word we do
//! not know. Kept once, however often they are told.

use super::receipt_entity::{Column, Entity, Model};
use super::receive::Door;
use crate::clock::Timestamp;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::Result;
use crate::ids::ReceiptId;
use crate::webhooks::change::{Aside, StatusChange, StatusKind};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};

/// Rows of one insert: twelve values each, far from the databases' limits.
const CHUNK: usize = 200;
/// Shown with a message at most.
const MOST: u64 = 1_000;

/// Keeps them, many in one statement.
pub async fn keep(tx: &Tx, statuses: &[(Door, &StatusChange, Aside)]) -> Result<()> {
    let row = |(door, status, about): &(Door, &StatusChange, Aside)| {
        let content = status.content.to_string();
        Model {
            id: ReceiptId::new(tx.clock()),
            organization_id: door.organization,
            sender_id: door.sender,
            wamid: status.wamid.clone(),
            about: match about {
                Aside::Participant => "participant",
                Aside::Payment => "payment",
                Aside::Unknown => "unknown",
            }
            .to_string(),
            status: word(&status.kind),
            phone: status.recipient.phone.as_ref().map(ToString::to_string),
            bsuid: status.recipient.bsuid.clone(),
            digest: hex::encode(Sha256::digest(&content)),
            content,
            occurred_at: status.at.map(Timestamp::from),
            received_at: tx.now(),
        }
    };
    for chunk in statuses.chunks(CHUNK) {
        let nothing = OnConflict::new().do_nothing().to_owned();
        let rows = chunk.iter().map(|one| row(one).into_active_model());
        Entity::insert_many(rows).on_conflict(nothing).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// What was told about a message beside its own way, oldest first.
pub async fn of(ctx: &Ctx, message: &super::Message) -> Result<Vec<Model>> {
    let Some(wamid) = &message.wamid else { return Ok(Vec::new()) };
    let query = Entity::secure_find(ctx.organization)
        .filter(Column::SenderId.eq(message.sender_id))
        .filter(Column::Wamid.eq(wamid))
        .order_by_asc(Column::Id)
        .limit(MOST);
    Ok(query.all(ctx.db.read()).await?)
}

/// The provider's word of a status.
pub fn word(kind: &StatusKind) -> String {
    match kind {
        StatusKind::Other(word) => word.clone(),
        known => format!("{known:?}").to_lowercase(),
    }
}
