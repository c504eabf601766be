//! A campaign's numbers: which of them a person is sent to from, and moving people from one to another.
//!
//! A person sticks to one number. They know it, and what Meta thinks of one number is not helped by its people getting
//! messages from another: so when a number is paused its people wait, and move only when somebody says so.

use super::edit::lock;
use super::entity::{Column, Entity, Model};
use super::state::Action;
use crate::context::{Ctx, Tx};
use crate::customers::Customer;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{CampaignId, SenderId};
use crate::senders::{self, Sender, SenderStatus};
use crate::words::words;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, Statement};
use serde_json::json;

words! {
    /// Which of a campaign's numbers a person is sent to from.
    pub enum SenderChoice {
        /// Always the same one, all numbers alike.
        Spread = "spread",
        /// The one they last wrote to, if it is among them; else as `spread`.
        LastTalked = "last_talked",
    }
}

/// The number a person is sent to from: the same one however often it is computed.
pub(super) fn sender_for(choice: SenderChoice, senders: &[SenderId], customer: &Customer) -> SenderId {
    let talked = customer.last_sender_id.filter(|last| senders.contains(last));
    match (choice, talked) {
        (SenderChoice::LastTalked, Some(last)) => last,
        _ => senders[(customer.id.spread() % senders.len() as u64) as usize],
    }
}

/// What came of moving people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Get it from the other number now.
    pub moved: u64,
    /// Could not be moved: they are just being sent to, or next in line for it; ask again in some seconds.
    pub left: u64,
}

#[derive(FromQueryResult)]
struct Left {
    n: i64,
}

/// Has everybody who was not sent to yet get it from another number of the same account.
///
/// # Errors
/// `NotFound`; `Conflict`: `campaign_not_active`; `Invalid`: the number is none of the campaign's, is paused, or belongs to
/// another account.
pub async fn move_people(tx: &Tx, ctx: &Ctx, id: CampaignId, from: SenderId, to: SenderId) -> Result<Moved> {
    let campaign = lock(tx, ctx, id).await?;
    campaign.status.check(Action::Move)?;
    let mut senders = campaign.senders()?;
    if !senders.contains(&from) {
        let message = "this number is none of the campaign's";
        return Err(Error::invalid("from_sender_id", "unknown_sender", message));
    }
    let (old, new) = (find(tx, ctx, "from_sender_id", from).await?, find(tx, ctx, "to_sender_id", to).await?);
    if from == to || new.waba_id != old.waba_id {
        let message = "name another number of the same WhatsApp account: only there is the template approved";
        return Err(Error::invalid("to_sender_id", "other_account", message));
    }
    if new.status == SenderStatus::Paused {
        return Err(Error::invalid("to_sender_id", "sender_paused", "this number is paused itself"));
    }
    if !senders.contains(&to) {
        senders.push(to);
        use_too(tx, &campaign, &senders).await?;
    }
    let (backend, ids) = (tx.backend(), [id.into(), from.into()]);
    let update = Statement::from_sql_and_values(
        backend,
        "UPDATE messages SET sender_id = $3, updated_at = $4
         WHERE campaign_id = $1 AND sender_id = $2 AND status IN ('planned', 'pending', 'held')",
        ids.iter().cloned().chain([to.into(), tx.now().into()]),
    );
    let moved = tx.conn().execute_raw(update).await?.rows_affected();
    let left = Statement::from_sql_and_values(
        backend,
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM messages
         WHERE campaign_id = $1 AND sender_id = $2 AND status IN ('queued', 'sending')",
        ids,
    );
    let left = Left::find_by_statement(left).one(tx.conn()).await?.map_or(0, |left| left.n);
    Ok(Moved { moved, left: left.unsigned_abs() })
}

async fn find(tx: &Tx, ctx: &Ctx, field: &str, id: SenderId) -> Result<Sender> {
    let query = senders::Entity::secure_find(ctx.organization).filter(senders::entity::Column::Id.eq(id));
    let found = query.one(tx.conn()).await?;
    found.ok_or_else(|| Error::invalid(field, "unknown_sender", "there is no such number"))
}

/// The feeder looks after the numbers a campaign names.
async fn use_too(tx: &Tx, campaign: &Model, senders: &[SenderId]) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SenderIds, Expr::value(json!(senders)))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(campaign.id))
        .exec(tx.conn())
        .await?;
    Ok(())
}
