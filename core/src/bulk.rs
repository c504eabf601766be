//! Many rows in one statement, written once for both databases.
//!
//! A hundred rows in one `UPDATE … FROM` cost about what one row costs alone, so everything on the hot path goes
//! through here: `unnest` of arrays on Postgres, `json_each` on SQLite, under one alias and the same column names.

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
    pub fn statement(&self, backend: DbBackend, sql: &str, params: impl IntoIterator<Item = Value>) -> Statement {
        let mut values: Vec<Value> = params.into_iter().collect();
        let source = match backend {
            DbBackend::Postgres => self.unnest(&mut values),
            _ => self.json_each(&mut values),
        };
        Statement::from_sql_and_values(backend, sql.replace("{rows}", &source), values)
    }

    fn unnest(&self, values: &mut Vec<Value>) -> String {
        let mut arrays = Vec::new();
        for (at, (_, kind)) in self.columns.iter().enumerate() {
            let column = self.rows.iter().map(|row| &row[at]);
            values.push(match kind {
                Kind::Text => column.map(text).collect::<Vec<Option<String>>>().into(),
                Kind::Int => column.map(int).collect::<Vec<Option<i64>>>().into(),
            });
            let sql_type = if *kind == Kind::Text { "text" } else { "bigint" };
            arrays.push(format!("${}::{sql_type}[]", values.len()));
        }
        let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("unnest({}) AS v({})", arrays.join(", "), names.join(", "))
    }

    fn json_each(&self, values: &mut Vec<Value>) -> String {
        let rows: Vec<Json> = self.rows.iter().map(|row| row.iter().map(json).collect()).collect();
        values.push(Json::from(rows).to_string().into());
        let columns = self.columns.iter().enumerate().map(|(at, (name, _))| format!("value->>{at} AS {name}"));
        let columns: Vec<_> = columns.collect();
        format!("(SELECT {} FROM json_each(${})) AS v", columns.join(", "), values.len())
    }
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Int(n) => Some(n.to_string()),
        Cell::Null => None,
    }
}

fn int(cell: &Cell) -> Option<i64> {
    if let Cell::Int(n) = cell { Some(*n) } else { None }
}

fn json(cell: &Cell) -> Json {
    match cell {
        Cell::Text(text) => Json::from(text.as_str()),
        Cell::Int(n) => Json::from(*n),
        Cell::Null => Json::Null,
    }
}
