//! Rows of `data_keys`.

use super::{Whose, WrappedKey};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::{DataKeyId, OrganizationId};
use sea_orm::Statement;
use sea_orm::entity::prelude::*;

/// A data key, wrapped.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_keys")]
pub struct Model {
    /// Its id; everything it seals begins with it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DataKeyId,
    /// Whose secrets it seals; `None`: the installation's own.
    pub organization_id: Option<OrganizationId>,
    /// The key, as its wrapper wrote it.
    pub wrapped: String,
    /// The id of the key that wrapped it.
    pub wrapped_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it seals nothing new; `None`: it is the active one. It is kept: it may still open something.
    pub retired_at: Option<Timestamp>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whose secrets it seals.
    pub fn whose(&self) -> Whose {
        self.organization_id.into()
    }

    /// For what it is wrapped: it cannot stand in for another key, nor for another organization.
    pub(super) fn context(&self) -> String {
        format!("data_keys|{}|{}", self.id, self.whose())
    }

    /// As its wrapper needs it.
    pub(super) fn key(&self) -> WrappedKey {
        WrappedKey { by: self.wrapped_by.clone(), text: self.wrapped.clone() }
    }
}

/// The key that seals for `whose` now, if there is one.
pub(super) async fn active(conn: &impl ConnectionTrait, whose: Whose) -> Result<Option<Model>> {
    let find = Entity::find().filter(Column::RetiredAt.is_null());
    let find = match whose {
        Whose::Organization(id) => find.filter(Column::OrganizationId.eq(id)),
        Whose::Installation => find.filter(Column::OrganizationId.is_null()),
    };
    Ok(find.one(conn).await?)
}

/// Writes a new active key; false when there is one already.
pub(super) async fn add(conn: &impl ConnectionTrait, key: &Model) -> Result<bool> {
    let insert = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "INSERT INTO data_keys (id, organization_id, wrapped, wrapped_by, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        [
            key.id.into(),
            key.organization_id.into(),
            key.wrapped.as_str().into(),
            key.wrapped_by.as_str().into(),
            key.created_at.into(),
        ],
    );
    Ok(conn.execute_raw(insert).await?.rows_affected() == 1)
}
