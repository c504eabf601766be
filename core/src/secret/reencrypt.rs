//! New data keys, and everything that is sealed sealed anew under them, while processes are at work: old keys go on
//! opening, and a process that meets a key it does not know reads it.

use super::columns::ALL;
use super::entity::{self, Column, Entity};
use super::envelope::{PREFIX, prefix};
use super::{SealedColumn, Whose};
use crate::bulk::{Kind, Rows};
use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::Result;
use crate::ids::OrganizationId;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value,
};

/// Data keys renewed between two looks at the table.
const KEYS: u64 = 200;

/// What was done to a column, or to all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Rows sealed anew.
    pub rows: u64,
    /// Rows that do not open, and were left as they are.
    pub unreadable: u64,
}

/// Gives everybody whose data key was made before this moment a new one. Each is changed by compare-and-set, so that
/// two at once make one; stopped half-way and begun again with the same moment, it goes on.
pub async fn renew(services: &Services, made_before: Timestamp) -> Result<u64> {
    let mut renewed = 0;
    loop {
        let old = Entity::find()
            .filter(Column::RetiredAt.is_null())
            .filter(Column::CreatedAt.lt(made_before))
            .order_by_asc(Column::Id)
            .limit(KEYS)
            .all(services.db.read())
            .await?;
        if old.is_empty() {
            return Ok(renewed);
        }
        for old in old {
            renewed += u64::from(replace(services, &old).await?);
        }
    }
}

async fn replace(services: &Services, old: &entity::Model) -> Result<bool> {
    let (new, _) = services.cipher.made(old.whose()).await?;
    let tx = services.begin().await?;
    let retired = Entity::update_many()
        .col_expr(Column::RetiredAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(old.id))
        .filter(Column::RetiredAt.is_null())
        .exec(tx.conn())
        .await?;
    if retired.rows_affected == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    entity::add(tx.conn(), &new).await?;
    tx.commit().await?;
    Ok(true)
}

/// One pass over everything sealed, `limit` rows at a time; `told` hears of every batch. For a few seconds
/// ([`FRESH`](super::FRESH)) after [`renew`] other processes may still seal under the old key, so a last pass is made
/// after that.
pub async fn pass(
    services: &Services,
    limit: u64,
    mut told: impl FnMut(SealedColumn, Moved),
) -> Result<Moved> {
    let mut all = Moved::default();
    for whose in with_retired_keys(services).await? {
        for column in ALL.into_iter().filter(|column| column.belongs_to(whose)) {
            let mut after = String::new();
            loop {
                let (moved, next) = batch(services, column, whose, &after, limit).await?;
                all = Moved { rows: all.rows + moved.rows, unreadable: all.unreadable + moved.unreadable };
                let Some(next) = next else { break };
                told(column, moved);
                after = next;
            }
        }
    }
    Ok(all)
}

/// Who has keys that seal nothing new any more.
async fn with_retired_keys(services: &Services) -> Result<Vec<Whose>> {
    let found: Vec<Option<OrganizationId>> = Entity::find()
        .select_only()
        .column(Column::OrganizationId)
        .distinct()
        .filter(Column::RetiredAt.is_not_null())
        .into_tuple()
        .all(services.db.read())
        .await?;
    Ok(found.into_iter().map(Whose::from).collect())
}

/// Seals up to `limit` rows of a column after the row `after` anew, all that changed meanwhile excepted; gives the last
/// row it looked at, and none when there was nothing left to look at.
pub async fn batch(
    services: &Services,
    column: SealedColumn,
    whose: Whose,
    after: &str,
    limit: u64,
) -> Result<(Moved, Option<String>)> {
    let key = services.cipher.active_now(whose).await?;
    let found =
        services.db.read().query_all_raw(old_rows(services, column, whose, &prefix(key.id), after, limit));
    let mut rows = Rows::new(&[("at_row", Kind::Text), ("was", Kind::Text), ("becomes", Kind::Text)]);
    let (mut moved, mut last) = (Moved::default(), None);
    for found in found.await? {
        let (row, was) = (found.try_get::<String>("", "at_row")?, found.try_get::<String>("", "was")?);
        let place = column.place(whose, &row);
        match services.cipher.open(&place, &was).await {
            Ok(secret) => {
                let becomes = services.cipher.seal_under(&key, &place, &secret)?;
                rows.push(vec![row.as_str().into(), was.into(), becomes.into()]);
            }
            Err(error) if error.is_transient() => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a sealed row does not open; it is left as it is");
                moved.unreadable += 1;
            }
        }
        last = Some(row);
    }
    if !rows.is_empty() {
        let SealedColumn { table, column: name, row, .. } = column;
        let (mine, values) = of(column, whose);
        let sql = format!(
            "UPDATE {table} SET {name} = v.becomes FROM {{rows}}
             WHERE {table}.{row} = v.at_row AND {table}.{name} = v.was{mine}"
        );
        let update = rows.statement(services.db.backend(), &sql, values);
        moved.rows = services.db.write().execute_raw(update).await?.rows_affected();
    }
    Ok((moved, last))
}

/// Rows that are sealed under another key than the active one, in order.
fn old_rows(
    services: &Services,
    column: SealedColumn,
    whose: Whose,
    active: &str,
    after: &str,
    limit: u64,
) -> Statement {
    let SealedColumn { table, column: name, row, .. } = column;
    let (mine, mut values) = of(column, whose);
    let at = values.len();
    values.extend([Value::from(after), Value::from(active)]);
    let sql = format!(
        "SELECT {row} AS at_row, {name} AS was FROM {table}
         WHERE {row} > ${} AND {name} IS NOT NULL AND substr({name}, 1, {PREFIX}) <> ${}{mine}
         ORDER BY {row} LIMIT {limit}",
        at + 1,
        at + 2,
    );
    Statement::from_sql_and_values(services.db.backend(), sql, values)
}

/// The condition that leaves only the rows of `whose`, with its parameter, the first.
fn of(column: SealedColumn, whose: Whose) -> (String, Vec<Value>) {
    match whose.organization() {
        Some(id) => (format!(" AND {}.organization_id = $1", column.table), vec![id.into()]),
        None => (String::new(), Vec::new()),
    }
}
