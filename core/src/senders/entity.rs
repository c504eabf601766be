//! Rows of `senders`.

use super::SenderStatus;
use super::port::{Quality, SenderAccess};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::{AppId, OrganizationId, SenderId};
use crate::secret::columns::SENDER_TOKEN;
use crate::secret::{Cipher, Place, SecretString};
use sea_orm::entity::prelude::*;

/// A WhatsApp business phone number.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "senders")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SenderId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The app whose webhooks speak for it; `None`: the installation's default app.
    pub app_id: Option<AppId>,
    /// Meta's id of the number; unique per installation.
    pub phone_number_id: String,
    /// Meta's account that owns the number and its templates.
    pub waba_id: String,
    /// Meta's owner of several accounts, where the daily limit lives.
    pub portfolio_id: Option<String>,
    /// The number as people dial it.
    pub phone: String,
    /// The name customers see.
    pub name: String,
    /// Sealed.
    pub access_token: String,
    /// Messages per second it may send.
    pub mps: i32,
    /// Whether a person chose `mps`; then what the provider grants later does not raise it.
    pub mps_chosen: bool,
    /// Messages per second the provider grants, if it said.
    pub granted_mps: Option<i32>,
    /// Since when.
    pub granted_at: Option<Timestamp>,
    /// Messages per second it was slowed down to; nothing while it sends at `mps`.
    pub learned_mps: Option<i32>,
    /// Since when.
    pub learned_at: Option<Timestamp>,
    /// When its rate was last halved because it was told "too fast".
    pub throttled_at: Option<Timestamp>,
    /// How customers have received its messages lately.
    pub quality: Option<Quality>,
    /// Since when.
    pub quality_at: Option<Timestamp>,
    /// What became of the name last asked for, in the provider's word (`APPROVED`, …).
    pub name_status: Option<String>,
    /// Since when.
    pub name_at: Option<Timestamp>,
    /// The name people find it by, without the `@`.
    pub username: Option<String>,
    /// What became of it, in the provider's word (`approved`, `reserved`, `deleted`).
    pub username_status: Option<String>,
    /// Since when.
    pub username_at: Option<Timestamp>,
    /// Whether it may send.
    pub status: SenderStatus,
    /// Why not, in words.
    pub paused_reason: Option<String>,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Where a sender's token is sealed.
    pub fn token_place(organization: OrganizationId, id: SenderId) -> Place {
        SENDER_TOKEN.place(organization, id)
    }

    /// Messages per second it sends now: what it may, or less while it is slowed down.
    pub fn effective_mps(&self) -> i32 {
        self.learned_mps.map_or(self.mps, |learned| learned.min(self.mps)).max(1)
    }

    /// Its token, opened.
    pub async fn token(&self, cipher: &Cipher) -> Result<SecretString> {
        cipher.open(&Self::token_place(self.organization_id, self.id), &self.access_token).await
    }

    /// Everything the provider needs to send from it.
    pub async fn access(&self, cipher: &Cipher) -> Result<SenderAccess> {
        Ok(SenderAccess {
            phone_number_id: self.phone_number_id.clone(),
            waba_id: self.waba_id.clone(),
            token: self.token(cipher).await?,
        })
    }
}

impl crate::db::Owned for Entity {
    fn organization() -> Column {
        Column::OrganizationId
    }
}
