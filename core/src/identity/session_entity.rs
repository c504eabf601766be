//! Rows of `sessions`.

use crate::clock::Timestamp;
use crate::ids::{OrganizationId, SessionId, UserId};
use sea_orm::entity::prelude::*;

/// One sign-in of a person: all tokens that follow from it live and end with it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// The organization they work in.
    pub organization_id: OrganizationId,
    /// Who acts in their name, if somebody does.
    pub impersonator: Option<UserId>,
    /// The program they use, in its own words.
    pub user_agent: Option<String>,
    /// Where they signed in from.
    pub address: Option<String>,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// Why.
    pub revoked_reason: Option<Ended>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

crate::words::words! {
    /// Why a session ended before its time.
    pub enum Ended {
        /// The person signed out.
        SignedOut = "signed_out",
        /// The person ended it from another session.
        Revoked = "revoked",
        /// A refresh token was presented a second time: somebody else has it, too.
        TokenReused = "token_reused",
        /// The password was changed in another session.
        PasswordChanged = "password_changed",
        /// The password was set anew by email or by an operator.
        PasswordReset = "password_reset",
        /// The second factor was switched on or off in another session.
        SecondFactorChanged = "second_factor_changed",
        /// The person may not sign in any more.
        Disabled = "disabled",
    }
}
