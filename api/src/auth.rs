//! Who calls, and may they: the only place that reads a token.

use crate::error::{ApiError, unauthorized};
use crate::operations::Operations;
use crate::permissions;
use bellbird_core::identity::Permission;
use bellbird_core::{Ctx, Error, Services, identity};
use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;

/// The authority of a call, from its API key (`Authorization: Bearer bb_…`). An operation that takes it can see one
/// organization and no other, and is done only for who has its permission; one that does not take it is public.
///
/// `bellbird key create` makes a key.
#[derive(SecurityScheme)]
#[oai(rename = "ApiKey", ty = "bearer", bearer_format = "bb_…", checker = "check")]
pub struct Auth(pub Ctx);

impl std::ops::Deref for Auth {
    type Target = Ctx;
    fn deref(&self) -> &Ctx {
        &self.0
    }
}

async fn check(request: &Request, bearer: Bearer) -> poem::Result<Ctx> {
    // set by `build`; a request without it cannot come from there
    let Some(services) = request.data::<Services>() else {
        return Err(ApiError::internal().into());
    };
    let found = identity::authenticate(services, &bearer.token).await.map_err(ApiError::from)?;
    let ctx = found.ok_or_else(unauthorized)?;
    permit(request, &ctx)?;
    Ok(ctx)
}

/// Asks for the permission of the operation, before anything is looked up: a 403 says nothing about what is there.
fn permit(request: &Request, ctx: &Ctx) -> Result<(), ApiError> {
    let operation = Operations::asked(request).unwrap_or_default();
    let Some(needed) = permissions::needed(&operation) else {
        tracing::error!(operation, "an operation without a permission is refused to everybody");
        return Err(ApiError::internal());
    };
    if ctx.grants.has(needed) { Ok(()) } else { Err(lacking(needed).into()) }
}

/// Known, but without this permission.
fn lacking(needed: Permission) -> Error {
    let message =
        format!("this needs the permission `{needed}`; who manages members and keys here can grant it");
    Error::forbidden("missing_permission", message)
}
