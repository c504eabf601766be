//! What the provider tells of a number over its life. The newest word of each matter counts, whatever the order they
//! come in.

use super::SenderStatus;
use super::entity::{Column, Entity, Model};
use super::port::Quality;
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::error::Result;
use crate::ids::{AppId, SenderId};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// The senders an account's or portfolio's news are about: those bound to the app that tells them (`None`: the default
/// app). Ids are believed only through that app.
pub async fn concerned(tx: &Tx, app: Option<AppId>, account: &str) -> Result<Vec<Model>> {
    let bound = match app {
        Some(app) => Column::AppId.eq(app),
        None => Column::AppId.is_null(),
    };
    let account = Condition::any().add(Column::WabaId.eq(account)).add(Column::PortfolioId.eq(account));
    let mut found = Entity::find().filter(bound).filter(account).all(tx.conn()).await?;
    found.sort_by_key(|sender| sender.id);
    Ok(found)
}

/// Pauses a sender inside the caller's transaction; true when this call did it.
pub async fn pause(tx: &Tx, id: SenderId, reason: &str) -> Result<bool> {
    let done = Entity::update_many()
        .col_expr(Column::Status, Expr::value(SenderStatus::Paused))
        .col_expr(Column::PausedReason, Expr::value(reason))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(SenderStatus::Active))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// How customers receive its messages.
pub async fn quality(tx: &Tx, id: SenderId, quality: Quality, at: Timestamp) -> Result<()> {
    newer(tx, id, Column::QualityAt, at, vec![(Column::Quality, Expr::value(quality))]).await
}

/// What became of the name it asked for, and the name it shows once that was approved.
pub async fn name(tx: &Tx, id: SenderId, status: &str, shown: Option<&str>, at: Timestamp) -> Result<()> {
    let mut set = vec![(Column::NameStatus, Expr::value(status))];
    set.extend(shown.map(|name| (Column::Name, Expr::value(name))));
    newer(tx, id, Column::NameAt, at, set).await
}

/// What became of the name people find it by.
pub async fn username(
    tx: &Tx,
    id: SenderId,
    status: &str,
    username: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    let set = vec![
        (Column::UsernameStatus, Expr::value(status)),
        (Column::Username, Expr::value(username.map(str::to_string))),
    ];
    newer(tx, id, Column::UsernameAt, at, set).await
}

/// What it is granted a second. It sends that fast from now on, but never faster than `most` (the setting
/// `sending.max_mps`), unless a person chose its rate.
pub async fn throughput(tx: &Tx, id: SenderId, granted: i32, most: u32, at: Timestamp) -> Result<()> {
    let allowed = granted.min(i32::try_from(most).unwrap_or(i32::MAX));
    let mps = Expr::case(Expr::col(Column::MpsChosen), Expr::col(Column::Mps)).finally(allowed);
    let set = vec![(Column::GrantedMps, Expr::value(granted)), (Column::Mps, mps.into())];
    newer(tx, id, Column::GrantedAt, at, set).await
}

async fn newer(
    tx: &Tx,
    id: SenderId,
    known_at: Column,
    at: Timestamp,
    set: Vec<(Column, SimpleExpr)>,
) -> Result<()> {
    let mut update = Entity::update_many()
        .col_expr(known_at, Expr::value(at))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()));
    for (column, value) in set {
        update = update.col_expr(column, value);
    }
    update
        .filter(Column::Id.eq(id))
        .filter(Condition::any().add(known_at.is_null()).add(known_at.lt(at)))
        .exec(tx.conn())
        .await?;
    Ok(())
}
