//! Rows of `organizations`.

use super::{OrganizationStatus, UnknownPolicy};
use crate::clock::Timestamp;
use crate::ids::OrganizationId;
use sea_orm::entity::prelude::*;

/// A tenant.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organizations")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Country (ISO 3166) of phone numbers written without a country code.
    pub country: Option<String>,
    /// For marketing messages whose outcome stays unknown.
    pub unknown_marketing: UnknownPolicy,
    /// For all other messages whose outcome stays unknown.
    pub unknown_transactional: UnknownPolicy,
    /// Its name in addresses; no other one has it.
    pub slug: Option<String>,
    /// Where it is written to.
    pub email: Option<String>,
    /// Where it is called.
    pub phone: Option<String>,
    /// The number its customers know it by on WhatsApp. Only said; a sender proves its own.
    pub whatsapp_number: Option<String>,
    /// Whether it may be worked in.
    pub status: OrganizationStatus,
    /// Whether a launch waits for somebody else's word.
    pub launch_needs_approval: bool,
    /// The plan it has; `None`: it may use everything.
    pub plan: Option<String>,
    /// When its trial ends or has ended; `None`: it is on no trial.
    pub trial_ends_at: Option<Timestamp>,
    /// Since when it may not be worked in.
    pub suspended_at: Option<Timestamp>,
    /// Why, in the words of whoever suspended it.
    pub suspended_reason: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Model {
    /// Whether its trial has ended: it can look at everything, and start nothing.
    pub fn trial_is_over(&self, now: Timestamp) -> bool {
        self.trial_ends_at.is_some_and(|end| end <= now)
    }
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
