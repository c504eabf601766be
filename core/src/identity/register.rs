//! Registering: an organization with its owner, in one transaction.

use super::email::EmailAddress;
use super::roles::Role;
use super::users::{self, NewUser};
use super::{Visitor, letters, passwords, throttle};
use crate::context::Services;
use crate::error::{Error, Problem, Result};
use crate::organizations::create::{self, NewOrganization};
use crate::plans::trial;
use crate::secret::SecretString;

/// What somebody says who wants to begin.
#[derive(Debug)]
pub struct Registration {
    /// Their organization.
    pub organization: NewOrganization,
    /// Their own name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: SecretString,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Confirm the address by the link that was sent to it.
    ConfirmEmail,
    /// Sign in.
    SignIn,
}

/// Registers an organization and its owner.
///
/// With a mail server the answer for an address that has an account is the same as for a new one, and its owner is told
/// by email. Without one there is no way to tell only the owner: `email_taken`.
///
/// # Errors
/// `registration_closed`, `too_many_requests`, `slug_taken`, everything wrong with the input at once.
pub async fn register(services: &Services, visitor: &Visitor, mut said: Registration) -> Result<Next> {
    if !services.config.auth.registration_is_open() {
        let message = "new organizations are made by whoever runs this installation";
        return Err(Error::forbidden("registration_closed", message));
    }
    let (email, name) = check(&mut said)?;
    throttle::registration(services, visitor, email.as_str()).await?;
    // before anything is looked up, so that a taken address takes as long as a new one
    let password_hash = passwords::hash(&said.password).await?;
    let new = NewUser { email, name, password_hash, verified: false };
    let next = match services.email_must_be_confirmed() {
        true => Next::ConfirmEmail,
        false => Next::SignIn,
    };
    let tx = services.begin().await?;
    create::check_slug_is_free(&tx, said.organization.slug.as_deref()).await?;
    if users::by_email(tx.conn(), &new.email).await?.is_some() {
        if services.mailer.is_none() {
            return Err(Error::conflict("email_taken", users::TAKEN));
        }
        letters::already_registered(&tx, services, &new.email).await?;
        tx.commit().await?;
        return Ok(next);
    }
    let organization = create::found(&tx, said.organization).await?;
    let user = users::insert(&tx, new).await?;
    users::join(&tx, organization.id, user.id, Role::Owner).await?;
    trial::begin(&tx, services, &organization).await?;
    letters::confirm(&tx, services, &user).await?;
    tx.commit().await?;
    Ok(next)
}

/// Tells everything that is wrong at once; brings the organization into the form in which it is kept.
fn check(said: &mut Registration) -> Result<(EmailAddress, String)> {
    let mut problems: Vec<Problem> = Vec::new();
    let email = EmailAddress::read(&said.email);
    let name = users::name("name", &said.name);
    problems.extend(said.organization.normalise("organization"));
    if let Ok(email) = &email {
        said.organization.email.get_or_insert_with(|| email.to_string());
        problems.extend(passwords::check("password", &said.password, email, &said.name));
    }
    match (email, name) {
        (Ok(email), Ok(name)) if problems.is_empty() => Ok((email, name)),
        (email, name) => {
            problems.extend(email.err().map(|message| EmailAddress::problem("email", message)));
            problems.extend(name.err());
            Err(Error::Invalid(problems))
        }
    }
}
