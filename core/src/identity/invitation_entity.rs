//! Rows of `invitations`.

use super::roles::Role;
use crate::clock::Timestamp;
use crate::ids::{InvitationId, OrganizationId};
use sea_orm::entity::prelude::*;

/// An invitation to become a member; its token is sent once and only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    /// Of which organization.
    pub organization_id: OrganizationId,
    /// To whom.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// SHA-256 of the token as hex.
    pub hash: String,
    /// Who invited: the id of a person or a key.
    pub invited_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
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
