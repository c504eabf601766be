//! The numbers a run has met, kept in the database while it lasts: whoever stands twice in a million rows is found
//! without holding the million in memory, also by the worker that takes over.

use crate::bulk::{Kind, Rows};
use crate::context::Tx;
use crate::error::Result;
use crate::ids::ImportId;
use crate::phone::Phone;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use std::collections::{HashMap, HashSet};

const COLUMNS: &[(&str, Kind)] = &[("phone", Kind::Text), ("line", Kind::Int)];

/// Notes these numbers with the line they stand in; returns the first line of those that were met before.
pub(super) async fn meet(
    tx: &Tx,
    import: ImportId,
    run: i32,
    numbers: &HashMap<Phone, u64>,
) -> Result<HashMap<Phone, u64>> {
    let mut rows = Rows::new(COLUMNS);
    for (phone, line) in numbers {
        rows.push(vec![phone.as_str().into(), i64::try_from(*line).unwrap_or(i64::MAX).into()]);
    }
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let insert = rows.statement(
        tx.backend(),
        "INSERT INTO import_numbers (import_id, run, phone, line)
         SELECT $1, CAST($2 AS INTEGER), v.phone, v.line FROM {rows} WHERE true
         ON CONFLICT DO NOTHING RETURNING phone",
        [import.into(), run.into()],
    );
    let new = tx.conn().query_all_raw(insert).await?;
    let new: HashSet<Phone> = new.iter().map(|row| row.try_get("", "phone")).collect::<Result<_, DbErr>>()?;
    let mut old = Rows::new(&[("phone", Kind::Text)]);
    numbers.keys().filter(|phone| !new.contains(phone)).for_each(|p| old.push(vec![p.as_str().into()]));
    if old.is_empty() {
        return Ok(HashMap::new());
    }
    let select = old.statement(
        tx.backend(),
        "SELECT phone, line FROM import_numbers
         WHERE import_id = $1 AND run = $2 AND phone IN (SELECT v.phone FROM {rows})",
        [import.into(), run.into()],
    );
    let found = tx.conn().query_all_raw(select).await?;
    let line = |row: &sea_orm::QueryResult| -> Result<(Phone, u64), DbErr> {
        let line: i64 = row.try_get("", "line")?;
        Ok((row.try_get("", "phone")?, line.unsigned_abs()))
    };
    Ok(found.iter().map(line).collect::<Result<_, DbErr>>()?)
}

/// Forgets some of a run's numbers; false when none was left.
pub(super) async fn forget(
    conn: &impl ConnectionTrait,
    import: ImportId,
    run: i32,
    most: u64,
) -> Result<bool> {
    // by range: a list of thousands is compared with every row while nobody has counted the table yet
    let delete = Statement::from_sql_and_values(
        conn.get_database_backend(),
        format!(
            "DELETE FROM import_numbers WHERE import_id = $1 AND run = $2 AND phone <= COALESCE(
                (SELECT phone FROM import_numbers WHERE import_id = $1 AND run = $2
                 ORDER BY phone LIMIT 1 OFFSET {most}),
                (SELECT MAX(phone) FROM import_numbers WHERE import_id = $1 AND run = $2))"
        ),
        [import.into(), run.into()],
    );
    Ok(conn.execute_raw(delete).await?.rows_affected() > 0)
}
