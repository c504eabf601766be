//! Which keys are in use, and what still stands under old ones.

use super::columns::ALL;
use super::entity::{Column, Entity};
use super::envelope::{PREFIX, read};
use super::{Cipher, SealedColumn, WrapError};
use crate::error::{Error, Result};
use crate::ids::DataKeyId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Statement};
use std::collections::HashSet;

/// The data keys one wrapping key has wrapped.
#[derive(Debug)]
pub struct Wrapping {
    /// The wrapping key.
    pub by: String,
    /// How many data keys.
    pub keys: i64,
    /// Why they cannot be unwrapped here; `None`: they can.
    pub problem: Option<WrapError>,
}

/// How many rows of a column are sealed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Which column.
    pub column: SealedColumn,
    /// Rows under data keys that are active.
    pub active: i64,
    /// Rows under data keys that are retired: to be sealed anew.
    pub retired: i64,
    /// Rows under no data key there is: they do not open.
    pub unreadable: i64,
}

/// The wrapping keys that were used, each tried on one of its data keys.
pub async fn wrappings(cipher: &Cipher) -> Result<Vec<Wrapping>> {
    let used: Vec<(String, i64, String)> = Entity::find()
        .select_only()
        .column(Column::WrappedBy)
        .column_as(Column::Id.count(), "keys")
        .column_as(Column::Id.min(), "first")
        .group_by(Column::WrappedBy)
        .into_tuple()
        .all(cipher.reader())
        .await?;
    let mut found = Vec::with_capacity(used.len());
    for (by, keys, first) in used {
        let id: DataKeyId = first.parse().map_err(Error::internal)?;
        let row = Entity::find_by_id(id).one(cipher.reader()).await?;
        let problem = match row {
            Some(row) => cipher.wrapper().unwrap(&row.context(), &row.key()).await.err(),
            None => None,
        };
        found.push(Wrapping { by, keys, problem });
    }
    Ok(found)
}

/// Whether this process's wrapping keys are those the data keys were wrapped by. A process that has others could do
/// nothing but fail later.
///
/// # Errors
/// `Unavailable` when whoever keeps the key does not answer; else what does not fit.
pub async fn check(cipher: &Cipher) -> Result<()> {
    match wrappings(cipher).await?.into_iter().find_map(|wrapping| wrapping.problem) {
        Some(problem) => Err(problem.into()),
        None => Ok(()),
    }
}

/// Counts every column's rows; a look at whole tables, for people.
pub async fn sealed(cipher: &Cipher) -> Result<Vec<Sealed>> {
    let db = cipher.reader();
    let keys = |retired: bool| {
        let find = Entity::find().select_only().column(Column::Id);
        let find = match retired {
            true => find.filter(Column::RetiredAt.is_not_null()),
            false => find.filter(Column::RetiredAt.is_null()),
        };
        find.into_tuple::<DataKeyId>().all(db)
    };
    let active: HashSet<_> = keys(false).await?.into_iter().collect();
    let retired: HashSet<_> = keys(true).await?.into_iter().collect();
    let mut all = Vec::with_capacity(ALL.len());
    for column in ALL {
        let mut sealed = Sealed { column, active: 0, retired: 0, unreadable: 0 };
        let SealedColumn { table, column: name, .. } = column;
        let sql = format!(
            "SELECT substr({name}, 1, {PREFIX}) AS head, COUNT(*) AS found FROM {table}
             WHERE {name} IS NOT NULL GROUP BY 1"
        );
        for row in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await? {
            let (head, found) = (row.try_get::<String>("", "head")?, row.try_get::<i64>("", "found")?);
            *match read(&head).map(|(id, _)| id) {
                Some(id) if active.contains(&id) => &mut sealed.active,
                Some(id) if retired.contains(&id) => &mut sealed.retired,
                _ => &mut sealed.unreadable,
            } += found;
        }
        all.push(sealed);
    }
    Ok(all)
}
