//! The rows that did not go in, as they are kept.

use super::portion::Rejected;
use crate::bulk::{Kind, Rows};
use crate::context::Tx;
use crate::error::{Error, Result};
use crate::ids::ImportId;
use sea_orm::{ConnectionTrait, Statement};

/// A rejected row is kept up to so many characters: it may be a megabyte long.
const LONGEST_ROW: usize = 4_000;
const COLUMNS: &[(&str, Kind)] =
    &[("line", Kind::Int), ("code", Kind::Text), ("message", Kind::Text), ("cells", Kind::Text)];

/// Keeps rows with their reason.
pub(super) async fn write(tx: &Tx, import: ImportId, run: i32, rejected: &[Rejected]) -> Result<()> {
    let mut rows = Rows::new(COLUMNS);
    for Rejected { row, why } in rejected {
        rows.push(vec![
            i64::try_from(row.line).unwrap_or(i64::MAX).into(),
            why.code.into(),
            why.message.as_str().into(),
            serde_json::to_string(&cut(&row.cells)).map_err(Error::internal)?.into(),
        ]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let insert = rows.statement(
        tx.backend(),
        "INSERT INTO import_rejects (import_id, run, line, code, message, cells)
         SELECT $1, CAST($2 AS INTEGER), v.line, v.code, v.message, v.cells FROM {rows} WHERE true
         ON CONFLICT DO NOTHING",
        [import.into(), run.into()],
    );
    tx.conn().execute_raw(insert).await?;
    Ok(())
}

/// As much of a row as is kept, without the character Postgres cannot store.
fn cut(cells: &[String]) -> Vec<String> {
    let mut left = LONGEST_ROW;
    let mut shorten = |cell: &String| {
        let text: String = cell.chars().filter(|c| *c != '\0').take(left).collect();
        left -= text.chars().count();
        text
    };
    cells.iter().map(&mut shorten).collect()
}

/// Forgets some of the rows of runs before `run`; false when none was left.
pub(super) async fn forget_before(
    conn: &impl ConnectionTrait,
    import: ImportId,
    run: i32,
    most: u64,
) -> Result<bool> {
    // by range, as numbers are
    let delete = Statement::from_sql_and_values(
        conn.get_database_backend(),
        format!(
            "DELETE FROM import_rejects WHERE import_id = $1 AND run < $2 AND line <= COALESCE(
                (SELECT line FROM import_rejects WHERE import_id = $1 AND run < $2
                 ORDER BY line LIMIT 1 OFFSET {most}),
                (SELECT MAX(line) FROM import_rejects WHERE import_id = $1 AND run < $2))"
        ),
        [import.into(), run.into()],
    );
    Ok(conn.execute_raw(delete).await?.rows_affected() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_row_is_cut_and_keeps_its_places() {
        let long = vec!["é".repeat(3_999), "ab".to_string(), "c\0".to_string()];
        assert_eq!(cut(&long)[1..], ["a".to_string(), String::new()]);
        assert_eq!(cut(&["a\0b".to_string()]), ["ab"]);
    }
}
