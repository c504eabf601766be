//! Rows of `customers`.

use crate::clock::Timestamp;
use crate::consent::{ConsentMethod, ConsentState};
use crate::ids::{CustomerId, OrganizationId, SenderId};
use crate::phone::Phone;
use sea_orm::entity::prelude::*;

/// A person who can be messaged.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "customers")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerId,
    /// Whose customer.
    pub organization_id: OrganizationId,
    /// In E.164; `None` for people who hide their number.
    pub phone: Option<Phone>,
    /// The number as WhatsApp spells it; differs from `phone` in Brazil, Mexico and Argentina.
    pub wa_id: Option<String>,
    /// WhatsApp's business-scoped user id.
    pub bsuid: Option<String>,
    /// The same across the portfolios of one owner.
    pub parent_bsuid: Option<String>,
    /// The name they chose to be found by, without the `@`.
    pub username: Option<String>,
    /// The customer this one turned out to be; then this row is only a signpost.
    pub merged_into: Option<CustomerId>,
    /// What they are called.
    pub name: Option<String>,
    /// Where they live, as an IANA time zone, if somebody said; else their number tells.
    pub time_zone: Option<String>,
    /// Anything the organization knows: a flat JSON object of strings, numbers and booleans.
    pub attributes: Json,
    /// Whether they want marketing.
    pub marketing_consent: ConsentState,
    /// Since when.
    pub marketing_consent_at: Option<Timestamp>,
    /// Said where and how, in words.
    pub marketing_consent_source: Option<String>,
    /// The door it came through.
    pub marketing_consent_method: Option<ConsentMethod>,
    /// Whether they stopped messages about what they did; everybody who did not gets them.
    pub utility_consent: ConsentState,
    /// Since when.
    pub utility_consent_at: Option<Timestamp>,
    /// Said where and how, in words.
    pub utility_consent_source: Option<String>,
    /// The door it came through.
    pub utility_consent_method: Option<ConsentMethod>,
    /// The number of ours they last wrote to.
    pub last_sender_id: Option<SenderId>,
    /// When they last wrote; free text may be sent for 24 hours from then.
    pub last_inbound_at: Option<Timestamp>,
    /// When we first knew them.
    pub created_at: Timestamp,
    /// When the row last changed.
    pub updated_at: Timestamp,
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
