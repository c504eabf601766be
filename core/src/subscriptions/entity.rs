//! Rows of `subscriptions`. Which types an active one wants stands once more in `subscription_types`, where events look.

use super::SubscriptionStatus;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::events::EventType;
use crate::ids::{OrganizationId, SubscriptionId};
use sea_orm::entity::prelude::*;

/// Where an integrator wants to be told what.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "subscriptions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SubscriptionId,
    /// Whose.
    pub organization_id: OrganizationId,
    /// Where it is posted to.
    pub url: String,
    /// For people.
    pub description: Option<String>,
    /// What is wanted: a JSON list of words.
    pub event_types: String,
    /// Whether it is posted to.
    pub status: SubscriptionStatus,
    /// Why not, in plain words, when it was not a person who switched it off.
    pub disabled_reason: Option<String>,
    /// Since when not.
    pub disabled_at: Option<Timestamp>,
    /// Signs what is posted; sealed.
    pub secret: String,
    /// The secret before, which signs, too, for a while; sealed.
    pub previous_secret: Option<String>,
    /// How long it does.
    pub previous_expires_at: Option<Timestamp>,
    /// When the secret was last replaced.
    pub rotated_at: Option<Timestamp>,
    /// Failed attempts in a row.
    pub failures: i32,
    /// Since when there was nothing but failures.
    pub failing_since: Option<Timestamp>,
    /// Nothing is posted before this: so that one that does not answer does not keep the hands of those that do.
    pub rests_until: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When a person last changed it, or it was switched off.
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

impl Model {
    /// What is wanted. A word this version does not know is left out: it was written by a newer one.
    ///
    /// # Errors
    /// When the column is no list of words.
    pub fn types(&self) -> Result<Vec<EventType>> {
        let words: Vec<String> = serde_json::from_str(&self.event_types).map_err(Error::internal)?;
        Ok(words.iter().filter_map(|word| word.parse().ok()).collect())
    }
}
