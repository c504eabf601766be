//! Rows of `import_rejects`: the report.

use crate::ids::ImportId;
use sea_orm::entity::prelude::*;

/// A row of a file that did not go in.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_rejects")]
pub struct Model {
    /// Of which import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: ImportId,
    /// Of which start of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run: i32,
    /// The line it begins in.
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i64,
    /// Stable machine code.
    pub code: String,
    /// One sentence for a person.
    pub message: String,
    /// What stands in it, as a JSON list of cells; long ones are cut.
    pub cells: String,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
