//! Rows of `retention_policies`: one an organization, none where everything is kept.

use super::retention::Periods;
use crate::clock::Timestamp;
use crate::ids::OrganizationId;
use sea_orm::entity::prelude::*;

/// How long an organization keeps what.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_policies")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// What messages said, in months; `None`: for ever.
    pub content_months: Option<i32>,
    /// To whom a campaign went, in months after its end.
    pub recipients_months: Option<i32>,
    /// Files customers sent, in months.
    pub media_months: Option<i32>,
    /// Webhooks, kept changes and receipts, in months.
    pub webhooks_months: Option<i32>,
    /// When it is applied next.
    pub due_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Model {
    /// How long what is kept.
    pub fn periods(&self) -> Periods {
        let months = |months: Option<i32>| months.and_then(|months| u32::try_from(months).ok());
        Periods {
            content: months(self.content_months),
            recipients: months(self.recipients_months),
            media: months(self.media_months),
            webhooks: months(self.webhooks_months),
        }
    }
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
