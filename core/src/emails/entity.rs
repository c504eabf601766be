//! Rows of `emails`.

use crate::clock::Timestamp;
use crate::ids::EmailId;
use crate::secret::columns::EMAIL_BODY;
use crate::secret::{Cipher, Place, SecretString};
use sea_orm::entity::prelude::*;

/// An email that waits to be sent.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "emails")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EmailId,
    /// To whom.
    pub recipient: String,
    /// Its subject; holds nothing secret.
    pub subject: String,
    /// Its text, sealed: it may hold a token.
    pub body: String,
    /// How often the mail server was asked.
    pub attempts: i32,
    /// Not before this moment.
    pub next_attempt_at: Timestamp,
    /// When it was written.
    pub created_at: Timestamp,
}

impl Model {
    /// Its text in clear.
    pub async fn text(&self, cipher: &Cipher) -> crate::Result<SecretString> {
        cipher.open(&place(self.id), &self.body).await
    }
}

/// Where a text is sealed for.
pub(super) fn place(id: EmailId) -> Place {
    EMAIL_BODY.place(None, id)
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
