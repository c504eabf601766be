//! Rows of `consent_events`: append-only.

use super::{ConsentMethod, ConsentPurpose, ConsentState};
use crate::clock::Timestamp;
use crate::ids::{ConsentEventId, CustomerId, OrganizationId};
use sea_orm::entity::prelude::*;

/// One word of a person about one purpose, or one step of confirming it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_events")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentEventId,
    /// To whom it was said.
    pub organization_id: OrganizationId,
    /// By whom.
    pub customer_id: CustomerId,
    /// About what.
    pub purpose: ConsentPurpose,
    /// What was said; of a step: where it left the person.
    pub state: ConsentState,
    /// The door it came through.
    pub method: ConsentMethod,
    /// Where and how, in the words of whoever told us, or what the person wrote; the method's word when nobody said.
    pub source: String,
    /// The message (`msg_…`), file (`imp_…`), entry (`sup_…`) or paper that proves it.
    pub evidence: Option<String>,
    /// Who wrote it down: `person`, a key's id, `operator`, `worker`. `None` of words from before this was kept.
    pub actor: Option<String>,
    /// Whether it changed where the person stands: an older word told later does not.
    pub counted: bool,
    /// When it was said.
    pub occurred_at: Timestamp,
    /// When we heard.
    pub recorded_at: Timestamp,
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
