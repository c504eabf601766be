//! Rows of `consent_events`: append-only.

use super::ConsentState;
use crate::clock::Timestamp;
use crate::ids::{ConsentEventId, CustomerId, OrganizationId};
use sea_orm::entity::prelude::*;

/// One word of a person about one purpose.
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
    /// About what; so far `marketing`.
    pub purpose: String,
    /// Yes or no.
    pub state: ConsentState,
    /// Where and how: `api`, `csv_import`, `keyword`, `whatsapp_preference`, `provider_refusal`, or the caller's words.
    pub source: String,
    /// The message or file that proves it.
    pub evidence: Option<String>,
    /// When it was said.
    pub occurred_at: Timestamp,
    /// When we heard.
    pub recorded_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
