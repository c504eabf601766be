//! Who calls: the only place that reads a token.

use crate::edge::throttle::Throttle;
use crate::error::unauthorized;
use bellbird_core::{Ctx, Services, identity};
use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;

/// The authority of a call, from its API key (`Authorization: Bearer bb_…`). An operation that takes it can see one
/// organization and no other; one that does not is public.
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
        return Err(crate::error::ApiError::internal().into());
    };
    let found =
        identity::authenticate(services, &bearer.token).await.map_err(crate::error::ApiError::from)?;
    let ctx = found.ok_or_else(unauthorized)?;
    if let Some(throttle) = request.data::<Throttle>() {
        throttle.admit(&ctx).await?;
    }
    Ok(ctx)
}
