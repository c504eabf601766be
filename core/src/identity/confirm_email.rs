//! Confirming that an address is one's own.

use super::user_entity::Column;
use super::user_tokens::{self, Purpose};
use super::{Person, Visitor, letters, throttle, users};
use crate::context::Services;
use crate::error::{Error, Result};
use crate::secret::SecretString;
use sea_orm::sea_query::Expr;

/// Confirms an address with the token that was sent to it.
///
/// # Errors
/// `invalid_token`; `too_many_requests`.
pub async fn confirm(services: &Services, visitor: &Visitor, token: &SecretString) -> Result<()> {
    throttle::token(services, visitor).await?;
    let tx = services.begin().await?;
    let user = user_tokens::spend(&tx, token, Purpose::VerifyEmail).await?;
    users::change(&tx, user, [(Column::EmailVerifiedAt, Expr::value(tx.now()))]).await?;
    tx.commit().await
}

/// Sends the link once more to somebody who is signed in; where an address must be confirmed before that, a new
/// password does the same.
///
/// # Errors
/// `email_off`; `email_confirmed`; `too_many_requests`.
pub async fn send_again(person: &Person, visitor: &Visitor) -> Result<()> {
    let services = &person.ctx.services;
    if services.mailer.is_none() {
        return Err(Error::conflict("email_off", "this installation sends no email"));
    }
    let user = users::get(services.db.read(), person.user).await?;
    if user.email_verified_at.is_some() {
        return Err(Error::conflict("email_confirmed", "your address is confirmed already"));
    }
    throttle::email(services, visitor, &user.email).await?;
    let tx = services.begin().await?;
    letters::confirm(&tx, services, &user).await?;
    tx.commit().await
}
