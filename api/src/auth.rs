//! Who calls, and may they: the only place that reads a token.

use crate::edge::throttle::Throttle;
use crate::error::{ApiError, unauthorized};
use crate::operations::Operations;
use crate::permissions;
use bellbird_core::identity::{KEY_PREFIX, Permission, Person};
use bellbird_core::platform::{self, Administrator};
use bellbird_core::{Ctx, Error, Services, identity};
use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;

/// The authority of a call, from an API key (`Authorization: Bearer bb_…`) or the access token of a person who signed in
/// (`Authorization: Bearer eyJ…`, or a cookie). An operation that takes it can see one organization and no other, and is
/// done only for who has its permission; one that does not take it is public.
///
/// `bellbird key create` makes a key, `signIn` a session.
#[derive(SecurityScheme)]
#[oai(rename = "ApiKey", ty = "bearer", bearer_format = "bb_…", checker = "check")]
pub struct Auth(pub Ctx);

impl std::ops::Deref for Auth {
    type Target = Ctx;
    fn deref(&self) -> &Ctx {
        &self.0
    }
}

/// A person, from the access token of their session (or its cookie). For what a person does with their own account:
/// it needs no permission, and no key can do it.
#[derive(SecurityScheme)]
#[oai(rename = "Session", ty = "bearer", bearer_format = "JWT", checker = "check_person")]
pub struct PersonAuth(pub Person);

impl std::ops::Deref for PersonAuth {
    type Target = Person;
    fn deref(&self) -> &Person {
        &self.0
    }
}

/// An administrator of the whole installation, from the access token of their session. Organizations, plans and acting
/// in somebody's name are theirs; what they do in an organization stands in its audit log.
#[derive(SecurityScheme)]
#[oai(rename = "Platform", ty = "bearer", bearer_format = "JWT", checker = "check_administrator")]
pub struct PlatformAuth(pub Administrator);

impl std::ops::Deref for PlatformAuth {
    type Target = Administrator;
    fn deref(&self) -> &Administrator {
        &self.0
    }
}

async fn check(request: &Request, bearer: Bearer) -> poem::Result<Ctx> {
    let services = services(request)?;
    let ctx = if is_key(&bearer) {
        let found = identity::authenticate(services, &bearer.token).await.map_err(ApiError::from)?;
        found.ok_or_else(unauthorized)?
    } else {
        person(services, &bearer).await?.ctx
    };
    admit(request, &ctx).await?;
    permit(request, &ctx)?;
    Ok(ctx)
}

async fn check_person(request: &Request, bearer: Bearer) -> poem::Result<Person> {
    let services = services(request)?;
    if is_key(&bearer) {
        let message = "a key has no account; sign in as a person";
        return Err(ApiError::from(Error::forbidden("person_needed", message)).into());
    }
    let person = person(services, &bearer).await?;
    admit(request, &person.ctx).await?;
    if person.ctx.impersonator.is_some() {
        is_theirs_to_do(request)?;
    }
    Ok(person)
}

async fn check_administrator(request: &Request, bearer: Bearer) -> poem::Result<Administrator> {
    let person = check_person(request, bearer).await?;
    Ok(platform::administrator(person).await.map_err(ApiError::from)?)
}

/// Who acts in somebody's name works in their organization, and leaves their account alone.
fn is_theirs_to_do(request: &Request) -> Result<(), ApiError> {
    let operation = Operations::asked(request).unwrap_or_default();
    if ["getMe", "signOut"].contains(&operation.as_str()) {
        return Ok(());
    }
    let message = "only the person themselves can do this; you act in their name";
    Err(Error::forbidden("impersonated", message).into())
}

/// Counts the request of a caller who is known.
async fn admit(request: &Request, ctx: &Ctx) -> Result<(), ApiError> {
    match request.data::<Throttle>() {
        Some(throttle) => throttle.admit(ctx).await,
        None => Ok(()),
    }
}

fn services(request: &Request) -> Result<&Services, ApiError> {
    // set by `build`; a request without it cannot come from there
    request.data::<Services>().ok_or_else(ApiError::internal)
}

fn is_key(bearer: &Bearer) -> bool {
    bearer.token.starts_with(KEY_PREFIX)
}

async fn person(services: &Services, bearer: &Bearer) -> Result<Person, ApiError> {
    let found = identity::authenticate::person(services, &bearer.token).await?;
    found.ok_or_else(unauthorized)
}

/// Asks for the permission of the operation, before anything is looked up: a 403 says nothing about what is there.
fn permit(request: &Request, ctx: &Ctx) -> Result<(), ApiError> {
    let operation = Operations::asked(request).unwrap_or_default();
    let Some(needed) = permissions::needed(&operation) else {
        tracing::error!(operation, "an operation without a permission is refused to everybody");
        return Err(ApiError::internal());
    };
    if !ctx.grants.has(needed) {
        return Err(lacking(needed).into());
    }
    if ctx.trial_over && permissions::starts_something(&operation) {
        let message =
            "the trial of this organization has ended; everything can be read, and goes on with a plan";
        return Err(Error::over_plan("trial_over", message).into());
    }
    Ok(())
}

/// Known, but without this permission.
fn lacking(needed: Permission) -> Error {
    let message =
        format!("this needs the permission `{needed}`; who manages members and keys here can grant it");
    Error::forbidden("missing_permission", message)
}
