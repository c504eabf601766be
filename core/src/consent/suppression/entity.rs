//! Rows of `suppressions`.

use crate::clock::Timestamp;
use crate::consent::ConsentPurpose;
use crate::ids::{OrganizationId, SuppressionId};
use crate::words::words;
use sea_orm::entity::prelude::*;

words! {
    /// What was hashed.
    pub enum IdentityKind {
        /// A number, as people dial it.
        Phone = "phone",
        /// WhatsApp's business-scoped user id.
        Bsuid = "bsuid",
    }
}

/// One identity that must not be messaged about one purpose. Removed entries stay, as proof.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "suppressions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SuppressionId,
    /// Whose list.
    pub organization_id: OrganizationId,
    /// About what.
    pub purpose: ConsentPurpose,
    /// What was hashed.
    pub kind: IdentityKind,
    /// HMAC-SHA256 under the organization's key, in hex.
    pub hash: String,
    /// Why.
    pub reason: String,
    /// Who put it there.
    pub actor: Option<String>,
    /// Since when.
    pub suppressed_at: Timestamp,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When it was taken off.
    pub removed_at: Option<Timestamp>,
    /// By whom.
    pub removed_by: Option<String>,
    /// Why.
    pub removed_reason: Option<String>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl crate::db::Owned for Entity {
    fn organization() -> Column {
        Column::OrganizationId
    }
}
