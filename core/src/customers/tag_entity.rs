//! Rows of `customer_tags`.

use crate::ids::{CustomerId, OrganizationId};
use sea_orm::entity::prelude::*;

/// One tag of one customer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_tags")]
pub struct Model {
    /// Whose customer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The tag, trimmed, as people wrote it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tag: String,
    /// Who carries it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
