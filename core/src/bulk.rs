//! Many rows in one statement, written once for both databases.
//!
//! A hundred rows in one `UPDATE … FROM` cost about what one row costs alone, so everything on the hot path goes
//! through here: `json_to_recordset` on Postgres, `json_each` on SQLite, under one alias and the same column names.

use sea_orm::{DbBackend, Statement, Value};
use serde_json::Value as Json;

/// The type of a column of [`Rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text; ids and words are text too.
    Text,
    /// A 64-bit integer; times are integers too.
    Int,
}

/// One value of a row.
#[derive(Debug, Clone)]
pub enum Cell {
    /// SQL NULL.
    Null,
    /// For a [`Kind::Text`] column.
    Text(String),
    /// For a [`Kind::Int`] column.
    Int(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Cell {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}
impl From<i32> for Cell {
    fn from(n: i32) -> Self {
        Self::Int(n.into())
    }
}
impl From<crate::Timestamp> for Cell {
    fn from(at: crate::Timestamp) -> Self {
        Self::Int(at.0)
    }
}
impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A table of values that travels with a statement.
#[derive(Debug)]
pub struct Rows {
    columns: &'static [(&'static str, Kind)],
    rows: Vec<Vec<Cell>>,
}

impl Rows {
    /// An empty table with these columns.
    pub fn new(columns: &'static [(&'static str, Kind)]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// A table of ids in one column, `id`.
    pub fn ids(ids: impl IntoIterator<Item = impl ToString>) -> Self {
        let rows = ids.into_iter().map(|id| vec![Cell::Text(id.to_string())]).collect();
        Self { columns: &[("id", Kind::Text)], rows }
    }

    /// Adds a row; `cells` are in the order of the columns.
    pub fn push(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns.len(), "a row has a cell per column");
        self.rows.push(cells);
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Makes a statement of `sql`, in which `{rows}` stands for this table under the alias `v`, and `$1`, `$2`, … for
    /// `params`.
    ///
    /// On Postgres `IN (SELECT v.id FROM {rows})` is asked as an array: the planner knows nothing of how many rows a JSON
    /// has, and on a table it has no statistics of yet it otherwise reads all of it to find a few.
    pub fn statement(
        &self,
        backend: DbBackend,
        sql: &str,
        params: impl IntoIterator<Item = Value>,
    ) -> Statement {
        let mut values: Vec<Value> = params.into_iter().collect();
        let source = match backend {
            DbBackend::Postgres => self.json_to_recordset(&mut values),
            _ => self.json_each(&mut values),
        };
        let sql = if backend == DbBackend::Postgres { as_arrays(sql) } else { sql.to_string() };
        Statement::from_sql_and_values(backend, sql.replace("{rows}", &source), values)
    }

    /// One JSON parameter: the driver's arrays cannot hold NULLs, and one parameter is one plan for every size.
    fn json_to_recordset(&self, values: &mut Vec<Value>) -> String {
        let object = |row: &Vec<Cell>| -> Json {
            let pairs =
                self.columns.iter().zip(row).map(|((name, _), cell)| ((*name).to_string(), json(cell)));
            Json::Object(pairs.collect())
        };
        let rows: Vec<Json> = self.rows.iter().map(object).collect();
        values.push(Json::from(rows).to_string().into());
        let columns = self
            .columns
            .iter()
            .map(|(name, kind)| format!("{name} {}", if *kind == Kind::Text { "text" } else { "bigint" }));
        let columns: Vec<_> = columns.collect();
        format!("json_to_recordset(CAST(${} AS json)) AS v({})", values.len(), columns.join(", "))
    }

    fn json_each(&self, values: &mut Vec<Value>) -> String {
        let rows: Vec<Json> = self.rows.iter().map(|row| row.iter().map(json).collect()).collect();
        values.push(Json::from(rows).to_string().into());
        let columns =
            self.columns.iter().enumerate().map(|(at, (name, _))| format!("value->>{at} AS {name}"));
        let columns: Vec<_> = columns.collect();
        format!("(SELECT {} FROM json_each(${})) AS v", columns.join(", "), values.len())
    }
}

/// Writes each `IN (SELECT v.… FROM {rows})` as a comparison with an array, and has rows of messages that are joined by
/// their id found by it.
fn as_arrays(sql: &str) -> String {
    const JOINED: &str = "messages.id = v.id";
    let sql = &sql.replace(JOINED, &format!("{JOINED} AND messages.id IN (SELECT v.id FROM {{rows}})"));
    const START: &str = " IN (SELECT v.";
    const END: &str = " FROM {rows})";
    let mut parts = sql.split(START);
    let mut written = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let column: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        match part[column.len()..].strip_prefix(END) {
            Some(rest) => {
                let is = match written.strip_suffix(" NOT").map(str::len) {
                    Some(length) => {
                        written.truncate(length);
                        "<> ALL"
                    }
                    None => "= ANY",
                };
                written.push_str(&format!(" {is}(ARRAY(SELECT v.{column}{END}){rest}"));
            }
            None => {
                written.push_str(START);
                written.push_str(part);
            }
        }
    }
    written
}

fn json(cell: &Cell) -> Json {
    match cell {
        Cell::Text(text) => Json::from(text.as_str()),
        Cell::Int(n) => Json::from(*n),
        Cell::Null => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn membership_is_asked_as_an_array_where_the_planner_needs_it() {
        let sql = "WHERE a IN (SELECT v.id FROM {rows}) AND b NOT IN (SELECT v.the_b FROM {rows}) AND c = 1";
        let wanted = "WHERE a = ANY(ARRAY(SELECT v.id FROM {rows})) AND b <> ALL(ARRAY(SELECT v.the_b FROM {rows})) \
                      AND c = 1";
        assert_eq!(as_arrays(sql), wanted);
        let joined = as_arrays("FROM {rows} WHERE messages.id = v.id AND n = 1");
        assert!(
            joined.contains(
                "messages.id = v.id AND messages.id = ANY(ARRAY(SELECT v.id FROM {rows})) AND n = 1"
            )
        );
        let other = "WHERE a IN (SELECT v.id FROM {rows} WHERE v.n > 1) AND b IN (SELECT id FROM things)";
        assert_eq!(as_arrays(other), other);
        let rows = Rows::ids(["x"]);
        assert!(rows.statement(DbBackend::Sqlite, sql, []).sql.contains("a IN (SELECT v.id FROM (SELECT"));
    }
}
