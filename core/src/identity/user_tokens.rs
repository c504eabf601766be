//! Tokens that are sent by email and prove that its reader has the address: good once, for a while, for one purpose.

use crate::clock::Timestamp;
use crate::context::Tx;
use crate::error::{Error, Result};
use crate::ids::UserId;
use crate::secret::{SecretString, sha256_hex};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::time::Duration;

/// Rows of `user_tokens`.
pub mod entity {
    use super::Purpose;
    use crate::clock::Timestamp;
    use crate::ids::UserId;
    use sea_orm::entity::prelude::*;

    /// A token that was sent by email.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "user_tokens")]
    pub struct Model {
        /// SHA-256 of the token as hex.
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
        /// To whom it was sent.
        pub user_id: UserId,
        /// What it is good for.
        pub purpose: Purpose,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it ends.
        pub expires_at: Timestamp,
        /// When it was used, or replaced by a newer one.
        pub used_at: Option<Timestamp>,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

use entity::{Column, Entity, Model};

crate::words::words! {
    /// What a token is good for.
    pub enum Purpose {
        /// Setting a password without knowing the old one.
        PasswordReset = "password_reset",
        /// Confirming an address.
        VerifyEmail = "verify_email",
    }
}

impl Purpose {
    fn lives(self) -> Duration {
        match self {
            Self::PasswordReset => Duration::from_secs(3_600),
            Self::VerifyEmail => Duration::from_secs(3 * 24 * 3_600),
        }
    }
}

/// Makes a token; those made before for the same purpose are good for nothing from here on.
pub(super) async fn make(tx: &Tx, user: UserId, purpose: Purpose) -> Result<String> {
    spend_all(tx, user, purpose).await?;
    let token = hex::encode(rand::random::<[u8; 32]>());
    let row = Model {
        hash: sha256_hex(token.as_bytes()),
        user_id: user,
        purpose,
        created_at: tx.now(),
        expires_at: tx.now().plus(purpose.lives()),
        used_at: None,
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(token)
}

/// Makes every open token of this purpose good for nothing.
pub(super) async fn spend_all(tx: &Tx, user: UserId, purpose: Purpose) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(tx.now()))
        .filter(Column::UserId.eq(user))
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::UsedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Uses a token up and says whose it was.
///
/// # Errors
/// `invalid_token` when it is unknown, used or expired: which of them, only the log could tell.
pub(super) async fn spend(tx: &Tx, token: &SecretString, purpose: Purpose) -> Result<UserId> {
    use crate::secret::ExposeSecret;
    let hash = sha256_hex(token.expose_secret().trim().as_bytes());
    let spent = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(tx.now()))
        .filter(Column::Hash.eq(&hash))
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(tx.now()))
        .exec(tx.conn())
        .await?;
    let invalid = || {
        let message = "this link was used before or is too old; ask for a new one";
        Error::invalid("token", "invalid_token", message)
    };
    if spent.rows_affected != 1 {
        return Err(invalid());
    }
    let row = Entity::find_by_id(hash).one(tx.conn()).await?.ok_or_else(invalid)?;
    Ok(row.user_id)
}

/// Drops what expired before `before`; returns how many.
pub(super) async fn forget(services: &crate::Services, before: Timestamp) -> Result<u64> {
    let old = Entity::delete_many().filter(Column::ExpiresAt.lt(before)).exec(services.db.write()).await?;
    Ok(old.rows_affected)
}
