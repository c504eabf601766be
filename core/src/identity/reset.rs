//! A new password for whoever can read the account's email.

use super::email::EmailAddress;
use super::user_entity::{Column, Model as User};
use super::user_tokens::{self, Purpose};
use super::{Visitor, letters, passwords, throttle, trail, users};
use crate::context::Services;
use crate::error::{Error, Result};
use crate::secret::SecretString;
use sea_orm::sea_query::Expr;
use std::time::Duration;

/// Every request is answered after this, so that the time it takes does not tell whether anything was written.
const ANSWERED_AFTER: Duration = Duration::from_millis(150);

/// Sends the way to a new password to an address, if it has an account. The answer is the same if it has none.
///
/// # Errors
/// `email_off` without a mail server; `too_many_requests`.
pub async fn request(services: &Services, visitor: &Visitor, email: &str) -> Result<()> {
    if services.mailer.is_none() {
        let message = "this installation sends no email; ask whoever runs it for a new password";
        return Err(Error::conflict("email_off", message));
    }
    let begun = tokio::time::Instant::now();
    let email =
        EmailAddress::read(email).map_err(|m| Error::Invalid(vec![EmailAddress::problem("email", m)]))?;
    throttle::email(services, visitor, email.as_str()).await?;
    let done = send(services, &email).await;
    tokio::time::sleep_until(begun + ANSWERED_AFTER).await;
    done
}

async fn send(services: &Services, email: &EmailAddress) -> Result<()> {
    let user = users::by_email(services.db.read(), email).await?;
    if let Some(user) = user.filter(|user| user.disabled_at.is_none()) {
        let tx = services.begin().await?;
        letters::reset(&tx, services, &user).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Sets a new password with the token that was sent. Every session ends; the address is confirmed, too, for only its
/// reader has the token. The second factor stays.
///
/// # Errors
/// `invalid_token`; what is wrong with the password.
pub async fn confirm(
    services: &Services,
    visitor: &Visitor,
    token: &SecretString,
    new: &SecretString,
) -> Result<()> {
    throttle::token(services, visitor).await?;
    // an unusable password must not use up the token, and nothing is hashed while a transaction is open
    let user = peek(services, token).await?;
    let email = EmailAddress::read(&user.email).map_err(Error::internal)?;
    let problems = passwords::check("password", new, &email, &user.name);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let hash = passwords::hash(new).await?;
    let tx = services.begin().await?;
    let id = user_tokens::spend(&tx, token, Purpose::PasswordReset).await?;
    users::set_password(&tx, id, hash).await?;
    if user.email_verified_at.is_none() {
        users::change(&tx, id, [(Column::EmailVerifiedAt, Expr::value(tx.now()))]).await?;
    }
    letters::changed(&tx, services, &user, "your password was set anew, and you were signed out everywhere")
        .await?;
    trail::note_everywhere(&tx, services, id, visitor, "confirmPasswordReset").await?;
    tx.commit().await
}

/// Whose token it is, without using it up.
async fn peek(services: &Services, token: &SecretString) -> Result<User> {
    let tx = services.begin().await?;
    let id = user_tokens::spend(&tx, token, Purpose::PasswordReset).await?;
    let user = users::get(tx.conn(), id).await?;
    tx.rollback().await?;
    Ok(user)
}
