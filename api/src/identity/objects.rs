//! What goes in and out when people sign in.

use crate::Time;
use bellbird_core::identity::users::Membership as Place;
use bellbird_core::identity::{self, Role};
use bellbird_core::ids::{OrganizationId, SessionId, UserId};
use bellbird_core::organizations::OrganizationStatus;
use bellbird_core::organizations::create::NewOrganization;
use bellbird_core::secret::{ExposeSecret, SecretString};
use poem_openapi::{Enum, Object};

/// An organization and its owner.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct Register {
    /// What people call the organization.
    pub organization: String,
    /// The owner's own name.
    pub name: String,
    /// The owner's address; it is how they sign in.
    pub email: String,
    /// 10 to 200 characters; a few words are easy to remember.
    #[oai(write_only)]
    pub password: String,
    /// Where the organization is called.
    pub phone: Option<String>,
    /// The number its customers know it by on WhatsApp. Connecting it is another step (`createSender`).
    pub whatsapp_number: Option<String>,
    /// Its name in addresses, fit for a subdomain: 3 to 63 letters, digits and single hyphens.
    pub slug: Option<String>,
    /// Country (ISO 3166, like `IN`) of phone numbers without a country code.
    pub country: Option<String>,
}

impl From<Register> for identity::register::Registration {
    fn from(said: Register) -> Self {
        let organization = NewOrganization {
            name: said.organization,
            country: said.country,
            email: None,
            phone: said.phone,
            whatsapp_number: said.whatsapp_number,
            slug: said.slug,
        };
        Self { organization, name: said.name, email: said.email, password: said.password.into() }
    }
}

/// What is to be done next.
#[derive(Enum, Clone, Copy)]
#[oai(rename_all = "snake_case")]
pub enum NextStep {
    /// Open the link that was sent by email.
    ConfirmEmail,
    /// Sign in.
    SignIn,
}

/// That it was understood; not, whether the address had an account before.
#[derive(Object)]
pub struct Registered {
    /// What is to be done next.
    pub next: NextStep,
}

impl From<identity::register::Next> for Registered {
    fn from(next: identity::register::Next) -> Self {
        let next = match next {
            identity::register::Next::ConfirmEmail => NextStep::ConfirmEmail,
            identity::register::Next::SignIn => NextStep::SignIn,
        };
        Self { next }
    }
}

/// Who wants to come in.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct Login {
    /// The address of the account.
    pub email: String,
    /// Its password.
    #[oai(write_only)]
    pub password: String,
    /// A code of the authenticator app, or a recovery code; asked for with 401 `second_factor_needed`.
    #[oai(write_only)]
    pub code: Option<String>,
    /// The organization to work in; the one of the last time when not given.
    pub organization_id: Option<OrganizationId>,
    /// Keep the tokens in cookies, for pages in a browser; the answer has none then.
    #[oai(default)]
    pub cookies: bool,
}

impl From<Login> for identity::login::Login {
    fn from(said: Login) -> Self {
        Self {
            email: said.email,
            password: said.password.into(),
            code: said.code.map(SecretString::from),
            organization: said.organization_id,
        }
    }
}

/// For the next access token.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct Refresh {
    /// The newest refresh token of the session; left out by pages in a browser, which have it in a cookie.
    #[oai(write_only)]
    pub refresh_token: Option<String>,
    /// Go on in another organization of yours.
    pub organization_id: Option<OrganizationId>,
}

/// What a session is used with.
#[derive(Object)]
pub struct Tokens {
    /// The session.
    pub session_id: SessionId,
    /// The organization it works in.
    pub organization_id: OrganizationId,
    /// Send it as `Authorization: Bearer …`. Absent when it is in a cookie.
    #[oai(skip_serializing_if_is_none)]
    pub access_token: Option<String>,
    /// When the access token ends.
    pub access_expires_at: Time,
    /// Good once, for the next tokens (`refreshTokens`). Absent when it is in a cookie.
    #[oai(skip_serializing_if_is_none)]
    pub refresh_token: Option<String>,
    /// When the session ends unless it is refreshed.
    pub session_expires_at: Time,
}

impl Tokens {
    /// As JSON has them; without the tokens when they go into cookies.
    pub fn of(tokens: &identity::login::SignedIn, in_cookies: bool) -> Self {
        let shown = |token: &SecretString| (!in_cookies).then(|| token.expose_secret().to_string());
        Self {
            session_id: tokens.session.id,
            organization_id: tokens.session.organization_id,
            access_token: shown(&tokens.access_token),
            access_expires_at: tokens.access_expires_at.to_utc(),
            refresh_token: shown(&tokens.refresh_token),
            session_expires_at: tokens.session.expires_at.to_utc(),
        }
    }
}

/// A person's place in an organization.
#[derive(Object)]
pub struct Membership {
    /// Which organization.
    pub organization_id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Its name in addresses.
    #[oai(skip_serializing_if_is_none)]
    pub slug: Option<String>,
    /// Whether it may be worked in.
    pub status: OrganizationStatus,
    /// What the person is there.
    pub role: Role,
}

impl From<Place> for Membership {
    fn from(place: Place) -> Self {
        Self {
            organization_id: place.organization.id,
            name: place.organization.name,
            slug: place.organization.slug,
            status: place.organization.status,
            role: place.role,
        }
    }
}

/// Who is signed in.
#[derive(Object)]
pub struct Me {
    /// The person's id.
    pub id: UserId,
    /// Their address.
    pub email: String,
    /// Whether they have shown that it is theirs.
    pub email_confirmed: bool,
    /// Their name.
    pub name: String,
    /// Whether signing in asks for a code.
    pub second_factor: bool,
    /// Whether they run the installation.
    pub platform_admin: bool,
    /// The session that asks.
    pub session_id: SessionId,
    /// The organization it works in.
    pub organization_id: OrganizationId,
    /// What they are in it.
    pub role: Role,
    /// What they may do in it.
    pub permissions: Vec<identity::Permission>,
    /// Everywhere they belong, oldest first.
    pub memberships: Vec<Membership>,
    /// The platform's administrator who acts in their name. A page says so at its top as long as it is there.
    #[oai(skip_serializing_if_is_none)]
    pub impersonator: Option<UserId>,
}

impl Me {
    /// What is told to a person about themselves.
    pub fn of(person: &identity::Person, user: identity::User, places: Vec<Place>) -> Self {
        Self {
            id: user.id,
            email: user.email,
            email_confirmed: user.email_verified_at.is_some(),
            name: user.name,
            second_factor: user.totp_enabled_at.is_some(),
            platform_admin: user.platform_admin,
            session_id: person.session,
            organization_id: person.ctx.organization,
            role: person.role,
            permissions: person.ctx.grants.iter().collect(),
            memberships: places.into_iter().map(Membership::from).collect(),
            impersonator: person.ctx.impersonator,
        }
    }
}
