//! Changing one's password, and proving who one is before something that matters.

use super::email::EmailAddress;
use super::session_entity::Ended;
use super::user_entity::{Column, Model as User};
use super::user_tokens::{self, Purpose};
use super::{Person, Visitor, letters, passwords, sessions, throttle, trail, users};
use crate::error::{Error, Result};
use crate::secret::SecretString;
use sea_orm::sea_query::Expr;

/// Somebody who is signed in changes their password; their other sessions end.
///
/// # Errors
/// `wrong_password`; what is wrong with the new one; `too_many_requests`.
pub async fn change(
    person: &Person,
    visitor: &Visitor,
    old: &SecretString,
    new: &SecretString,
) -> Result<()> {
    let services = &person.ctx.services;
    let user = prove_again(person, old).await?;
    let email = EmailAddress::read(&user.email).map_err(Error::internal)?;
    let problems = passwords::check("new_password", new, &email, &user.name);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let hash = passwords::hash(new).await?;
    let tx = services.begin().await?;
    users::change(&tx, user.id, [(Column::PasswordHash, Expr::value(hash))]).await?;
    user_tokens::spend_all(&tx, user.id, Purpose::PasswordReset).await?;
    sessions::end_all(&tx, user.id, Ended::PasswordChanged, Some(person.session)).await?;
    letters::changed(&tx, services, &user, "your password was changed").await?;
    trail::note_everywhere(&tx, services, user.id, visitor, "changePassword").await?;
    tx.commit().await
}

/// Has somebody who is signed in prove once more who they are, before what a stranger at their desk must not do.
///
/// # Errors
/// `wrong_password`; `too_many_requests`.
pub(super) async fn prove_again(person: &Person, password: &SecretString) -> Result<User> {
    let services = &person.ctx.services;
    let user = users::get(services.db.read(), person.user).await?;
    throttle::prove_again(services, &user.email).await?;
    match passwords::verify(password, Some(&user.password_hash)).await? {
        true => Ok(user),
        false => Err(Error::invalid("password", "wrong_password", "this is not your password")),
    }
}
