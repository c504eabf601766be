//! Rows of `users`.

use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::UserId;
use crate::secret::columns::TOTP_SECRET;
use crate::secret::{Cipher, Place, SecretString};
use sea_orm::entity::prelude::*;

/// A person who works with Bellbird, in any number of organizations.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// Their id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// Their address, normalised ([`super::email`]).
    pub email: String,
    /// What people call them.
    pub name: String,
    /// Argon2id over their password.
    pub password_hash: String,
    /// When they proved that the address is theirs.
    pub email_verified_at: Option<Timestamp>,
    /// The secret of their authenticator app, sealed; it counts once it is enabled.
    pub totp_secret: Option<String>,
    /// Since when signing in asks for a code.
    pub totp_enabled_at: Option<Timestamp>,
    /// The step of the last code used; no older one is taken.
    pub totp_last_step: Option<i64>,
    /// Hashes of the recovery codes that are left, with spaces between.
    pub recovery_codes: String,
    /// Whether they run the installation.
    pub platform_admin: bool,
    /// When they came.
    pub created_at: Timestamp,
    /// When they last changed.
    pub updated_at: Timestamp,
    /// Since when they may not sign in.
    pub disabled_at: Option<Timestamp>,
}

impl Model {
    /// The secret of their authenticator app in clear.
    pub(super) async fn totp(&self, cipher: &Cipher) -> Result<Option<SecretString>> {
        match &self.totp_secret {
            Some(sealed) => cipher.open(&totp_place(self.id), sealed).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Where that secret is sealed for.
pub(super) fn totp_place(id: UserId) -> Place {
    TOTP_SECRET.place(None, id)
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
