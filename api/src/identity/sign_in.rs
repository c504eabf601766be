//! The doors: registering, signing in and out.

use super::Seen;
use super::objects::{Login, Refresh, Register, Registered, Tokens};
use crate::auth::PersonAuth;
use crate::body::Body;
use crate::cookies::Cookies;
use crate::error::ApiResult;
use crate::openapi::Tag;
use crate::responses::{Accepted, Gone};
use bellbird_core::identity::{self, login::SignedIn, sessions};
use bellbird_core::{Error, Services};
use poem::Request;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::{Json, Response};

/// Registering, signing in and out.
#[derive(Debug, Clone, Copy)]
pub struct SignInApi;

/// The tokens in the answer or in cookies.
fn answer(
    services: &Services,
    cookies: &Cookies,
    tokens: &SignedIn,
    in_cookies: bool,
) -> Response<Json<Tokens>> {
    let answer = Response::new(Json(Tokens::of(tokens, in_cookies)));
    let set = in_cookies.then(|| cookies.set(tokens, services.now())).into_iter().flatten();
    set.fold(answer, |answer, cookie| answer.header("Set-Cookie", cookie))
}

#[OpenApi(prefix_path = "/api/v1/auth", tag = "Tag::People")]
impl SignInApi {
    /// Register an organization
    ///
    /// Makes an organization and its owner. Where the installation sends email, the answer is the same for an address
    /// that has an account, whose owner is told by email; otherwise that is a 409 `email_taken`. 409 `slug_taken`, 403
    /// `registration_closed`, 429 `too_many_requests`.
    #[oai(path = "/register", method = "post", operation_id = "register")]
    async fn register(
        &self,
        services: Data<&Services>,
        seen: Seen,
        body: Body<Register>,
    ) -> ApiResult<Accepted<Registered>> {
        let next = identity::register::register(services.0, &seen, body.value.into()).await?;
        Ok(Accepted::Accepted(Json(next.into())))
    }

    /// Sign in
    ///
    /// 401 `invalid_credentials` for whatever is wrong with address and password, and for an account that is disabled
    /// or not confirmed. Then 401 `second_factor_needed` asks for a `code`, and `invalid_code` refuses it. 403
    /// `organization_suspended`, `no_organization`; 429 `too_many_requests`, with `Retry-After`. With `cookies` the request
    /// must carry `X-Bellbird-Csrf`.
    #[oai(path = "/login", method = "post", operation_id = "signIn")]
    async fn login(
        &self,
        request: &Request,
        services: Data<&Services>,
        cookies: Data<&Cookies>,
        seen: Seen,
        body: Body<Login>,
    ) -> ApiResult<Response<Json<Tokens>>> {
        let in_cookies = body.cookies;
        if in_cookies {
            cookies.check(request)?;
        }
        let tokens = identity::login::login(services.0, &seen, body.value.into()).await?;
        Ok(answer(services.0, cookies.0, &tokens, in_cookies))
    }

    /// Refresh the tokens
    ///
    /// Exchanges the refresh token for the next one and a new access token. A token presented a second time ends the
    /// session, for it was copied: 401 `invalid_refresh_token`. Within ten seconds of its use that is taken for an
    /// accident, like two tabs at one moment: 409 `refreshed_already`, and the session goes on.
    #[oai(path = "/refresh", method = "post", operation_id = "refreshTokens")]
    async fn refresh(
        &self,
        request: &Request,
        services: Data<&Services>,
        cookies: Data<&Cookies>,
        seen: Seen,
        body: Body<Refresh>,
    ) -> ApiResult<Response<Json<Tokens>>> {
        let (given, organization) = (body.value.refresh_token, body.value.organization_id);
        let in_cookies = given.is_none();
        if in_cookies {
            cookies.check(request)?;
        }
        let token = given.or_else(|| cookies.refresh_token(request));
        let missing =
            || Error::unproved("invalid_refresh_token", "give the session's newest `refresh_token`");
        let token = token.ok_or_else(missing)?.into();
        let tokens = identity::refresh::refresh(services.0, &seen, &token, organization).await?;
        Ok(answer(services.0, cookies.0, &tokens, in_cookies))
    }

    /// Sign out
    ///
    /// Ends the session that asks, and removes its cookies.
    #[oai(path = "/logout", method = "post", operation_id = "signOut")]
    async fn logout(
        &self,
        auth: PersonAuth,
        cookies: Data<&Cookies>,
        seen: Seen,
    ) -> ApiResult<Response<Gone>> {
        sessions::sign_out(&auth, &seen).await?;
        let gone = Response::new(Gone::Gone);
        Ok(cookies.clear().into_iter().fold(gone, |answer, cookie| answer.header("Set-Cookie", cookie)))
    }
}
