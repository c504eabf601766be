//! Signing in: an address and a password, and the second factor of those who have one.

use super::email::EmailAddress;
use super::session_entity::Model as Session;
use super::user_entity::Model as User;
use super::{Visitor, authenticate, passwords, second_factor, sessions, throttle, trail, users};
use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::{Error, Result};
use crate::ids::OrganizationId;
use crate::organizations::OrganizationStatus;
use crate::secret::SecretString;

/// What somebody says at the door.
#[derive(Debug)]
pub struct Login {
    /// Their address, as typed.
    pub email: String,
    /// Their password.
    pub password: SecretString,
    /// A code of their authenticator app, or one of their recovery codes.
    pub code: Option<SecretString>,
    /// The organization they want to work in; where they were last, or joined first, when not given.
    pub organization: Option<OrganizationId>,
}

/// What a session is used with.
#[derive(Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// For requests.
    pub access_token: SecretString,
    /// When that ends.
    pub access_expires_at: Timestamp,
    /// For the next access token, once.
    pub refresh_token: SecretString,
}

/// Lets somebody in.
///
/// # Errors
/// `invalid_credentials` for whatever is wrong with address and password, and for an account that is disabled or not
/// confirmed: they are all the same to a stranger. Past that: `second_factor_needed`, `invalid_code`,
/// `no_organization`, `organization_suspended`, `NotFound` for an organization they do not belong to. `too_many_requests`.
pub async fn login(services: &Services, visitor: &Visitor, said: Login) -> Result<SignedIn> {
    let user = prove_password(services, visitor, &said).await?;
    if user.totp_enabled_at.is_some() {
        let needed = "enter the code of your authenticator app, or a recovery code";
        let code = said.code.ok_or_else(|| Error::unproved("second_factor_needed", needed))?;
        second_factor::spend(services, &user, &code).await?;
    }
    let organization = choose(services, &user, said.organization).await?;
    let tx = services.begin().await?;
    let (session, refresh_token) = sessions::begin(&tx, services, &user, organization, visitor).await?;
    let place = (organization, user.id);
    trail::note(&tx, services, place, visitor, "signIn", session.id.to_string()).await?;
    tx.commit().await?;
    signed_in(services, session, refresh_token).await
}

/// What the session's tokens are.
pub(crate) async fn signed_in(
    services: &Services,
    session: Session,
    refresh: SecretString,
) -> Result<SignedIn> {
    let access = authenticate::access_token(services, &session).await?;
    Ok(SignedIn {
        session,
        access_token: SecretString::from(access.token),
        access_expires_at: access.expires_at,
        refresh_token: refresh,
    })
}

/// One answer, and one amount of work, for everybody who is not to come in.
async fn prove_password(services: &Services, visitor: &Visitor, said: &Login) -> Result<User> {
    let email = EmailAddress::read(&said.email).ok();
    // what is no address is counted, too
    let account = email.as_ref().map_or("nobody", EmailAddress::as_str);
    throttle::sign_in(services, visitor, account).await?;
    let user = match &email {
        Some(email) => users::by_email(services.db.read(), email).await?,
        None => None,
    };
    let known = match (&user, visitor.address) {
        (Some(user), Some(address)) => {
            sessions::known_address(services, user.id, &address.to_string()).await?
        }
        _ => false,
    };
    if !known {
        throttle::stranger(services, account).await?;
    }
    let hash = user.as_ref().map(|user| user.password_hash.as_str());
    let right = passwords::verify(&said.password, hash).await?;
    let confirmed = |user: &User| !services.email_must_be_confirmed() || user.email_verified_at.is_some();
    user.filter(|user| right && user.disabled_at.is_none() && confirmed(user)).ok_or_else(|| {
        let message = "the email address or the password is wrong, or the address is not confirmed yet";
        Error::unproved("invalid_credentials", message)
    })
}

/// The organization to work in.
async fn choose(services: &Services, user: &User, wanted: Option<OrganizationId>) -> Result<OrganizationId> {
    let places = users::memberships(services.db.read(), user.id).await?;
    if let Some(wanted) = wanted {
        return enter(&places, wanted);
    }
    let open = |id: OrganizationId| {
        let place = places.iter().find(|place| place.organization.id == id)?;
        (place.organization.status == OrganizationStatus::Active).then_some(id)
    };
    let last = sessions::last_place(services, user.id).await?.and_then(open);
    match last.or_else(|| places.iter().find_map(|place| open(place.organization.id))) {
        Some(id) => Ok(id),
        None if places.is_empty() => Err(Error::forbidden(
            "no_organization",
            "you belong to no organization; ask to be invited to one",
        )),
        None => Err(authenticate::suspended()),
    }
}

/// Whether somebody who belongs to these may work in that one.
pub(super) fn enter(places: &[users::Membership], wanted: OrganizationId) -> Result<OrganizationId> {
    let place = places.iter().find(|place| place.organization.id == wanted);
    let place = place.ok_or_else(|| Error::not_found("organization", wanted))?;
    match place.organization.status {
        OrganizationStatus::Active => Ok(wanted),
        OrganizationStatus::Suspended => Err(authenticate::suspended()),
    }
}
