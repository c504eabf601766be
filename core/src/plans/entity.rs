//! Rows of `plans`.

use super::Limit;
use crate::clock::Timestamp;
use sea_orm::entity::prelude::*;

/// What organizations of one kind may use. A limit that is `None` is none.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plans")]
pub struct Model {
    /// Its name for programs, like `pro`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// People, those invited included.
    pub members: Option<i64>,
    /// WhatsApp numbers.
    pub senders: Option<i64>,
    /// Working API keys; 0: no access by programs.
    pub api_keys: Option<i64>,
    /// Products of the catalog.
    pub products: Option<i64>,
    /// Bytes of files kept.
    pub storage_bytes: Option<i64>,
    /// What every order costs, in hundredths of a percent of its sum.
    pub order_fee_basis_points: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Model {
    /// How much of one thing may be used; `None`: as much as one likes.
    pub fn most(&self, limit: Limit) -> Option<i64> {
        match limit {
            Limit::Members => self.members,
            Limit::Senders => self.senders,
            Limit::ApiKeys => self.api_keys,
            Limit::Products => self.products,
            Limit::StorageBytes => self.storage_bytes,
        }
    }
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
