//! Statuses that do not move their message: of one participant of a group, of a payment inside it, or in a word we do
//! not know. Kept once, however often they are told.

use super::erase::faded;
use super::receipt_entity::{Column, Entity, Model};
use super::receive::Door;
use crate::clock::Timestamp;
use crate::context::{Ctx, Tx};
use crate::customers::named::Named;
use crate::db::Owned;
use crate::error::Result;
use crate::ids::{OrganizationId, ReceiptId};
use crate::webhooks::change::{Aside, StatusChange, StatusKind};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
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

/// Takes a person out of some of an organization's receipts, behind `after`; returns how many named them and
/// where to go on. What was told stays told: the digest still knows it.
pub async fn erase(
    tx: &Tx,
    organization: OrganizationId,
    named: &Named,
    after: Option<ReceiptId>,
    dry_run: bool,
) -> Result<(u64, Option<ReceiptId>)> {
    let mut query = Entity::secure_find(organization).order_by_asc(Column::Id).limit(CHUNK as u64);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    let page = query.all(tx.conn()).await?;
    let theirs = |row: &&Model| {
        named.in_text(&row.content) || row.bsuid.as_deref().is_some_and(|id| named.in_text(id))
    };
    let mut erased = 0;
    for row in page.iter().filter(theirs) {
        erased += 1;
        if dry_run {
            continue;
        }
        Entity::update_many()
            .col_expr(Column::Phone, Expr::value(Option::<String>::None))
            .col_expr(Column::Bsuid, Expr::value(Option::<String>::None))
            .col_expr(Column::Content, Expr::value("{}"))
            .col_expr(Column::Wamid, Expr::value(faded(&row.wamid)))
            .filter(Column::Id.eq(row.id))
            .exec(tx.conn())
            .await?;
    }
    Ok((erased, page.last().map(|row| row.id)))
}

/// Forgets up to `most` of an organization's receipts that were heard before `before`; returns how many there were.
pub async fn forget(
    tx: &Tx,
    organization: OrganizationId,
    before: Timestamp,
    most: u64,
    dry_run: bool,
) -> Result<u64> {
    let old = Entity::secure_find(organization).filter(Column::ReceivedAt.lt(before));
    if dry_run {
        return Ok(old.count(tx.conn()).await?);
    }
    let ids: Vec<ReceiptId> =
        old.select_only().column(Column::Id).limit(most).into_tuple().all(tx.conn()).await?;
    Ok(Entity::delete_many().filter(Column::Id.is_in(ids)).exec(tx.conn()).await?.rows_affected)
}

/// The provider's word of a status.
pub fn word(kind: &StatusKind) -> String {
    match kind {
        StatusKind::Other(word) => word.clone(),
        known => format!("{known:?}").to_lowercase(),
    }
}
