//! A person's own account: who they are, their password, their address.

use super::Seen;
use super::objects::Me;
use crate::auth::PersonAuth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::openapi::Tag;
use crate::responses::{Accepted, Gone};
use bellbird_core::Services;
use bellbird_core::identity::{change_password, confirm_email, reset};
use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// Whose password is to be set anew.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct RequestPasswordReset {
    /// The account's address.
    pub email: String,
}

/// A new password for whoever has the link.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ConfirmPasswordReset {
    /// What stands behind `token=` in the link.
    #[oai(write_only)]
    pub token: String,
    /// 10 to 200 characters.
    #[oai(write_only)]
    pub password: String,
}

/// A new password for whoever knows the old one.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password so far.
    #[oai(write_only)]
    pub password: String,
    /// 10 to 200 characters.
    #[oai(write_only)]
    pub new_password: String,
}

/// That an address is one's own.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ConfirmEmail {
    /// What stands behind `token=` in the link.
    #[oai(write_only)]
    pub token: String,
}

/// That an email is on its way, if there is anybody to get it.
#[derive(Object)]
pub struct EmailSent {
    /// Always true; the answer is the same whether the address has an account or not.
    pub accepted: bool,
}

/// The operations on one's own account.
#[derive(Debug, Clone, Copy)]
pub struct AccountApi;

#[OpenApi(prefix_path = "/api/v1/auth", tag = "Tag::People")]
impl AccountApi {
    /// Who is signed in
    ///
    /// The person, the organization they work in and what they may do there, and everywhere else they belong.
    #[oai(path = "/me", method = "get", operation_id = "getMe")]
    async fn me(&self, auth: PersonAuth) -> ApiResult<Json<Me>> {
        let (user, places) = auth.profile().await?;
        Ok(Json(Me::of(&auth, user, places)))
    }

    /// Change the password
    ///
    /// Ends all other sessions. 422 `wrong_password`; 429 `too_many_requests`.
    #[oai(path = "/change-password", method = "post", operation_id = "changePassword")]
    async fn change_password(
        &self,
        auth: PersonAuth,
        seen: Seen,
        body: Body<ChangePassword>,
    ) -> ApiResult<Gone> {
        let (old, new) = (body.value.password.into(), body.value.new_password.into());
        change_password::change(&auth, &seen, &old, &new).await?;
        Ok(Gone::Gone)
    }

    /// Ask for a new password
    ///
    /// Sends a link that is good for an hour, if the address has an account. 409 `email_off` where the installation
    /// sends no email; 429 `too_many_requests`.
    #[oai(path = "/password-reset", method = "post", operation_id = "requestPasswordReset")]
    async fn request_reset(
        &self,
        services: Data<&Services>,
        seen: Seen,
        body: Body<RequestPasswordReset>,
    ) -> ApiResult<Accepted<EmailSent>> {
        reset::request(services.0, &seen, &body.email).await?;
        Ok(Accepted::Accepted(Json(EmailSent { accepted: true })))
    }

    /// Set a new password
    ///
    /// With the token of the link. Ends all sessions and confirms the address; the second factor stays. 422
    /// `invalid_token` when it was used or is too old.
    #[oai(path = "/password-reset/confirm", method = "post", operation_id = "confirmPasswordReset")]
    async fn confirm_reset(
        &self,
        services: Data<&Services>,
        seen: Seen,
        body: Body<ConfirmPasswordReset>,
    ) -> ApiResult<Gone> {
        let (token, password) = (body.value.token.into(), body.value.password.into());
        reset::confirm(services.0, &seen, &token, &password).await?;
        Ok(Gone::Gone)
    }

    /// Confirm an address
    ///
    /// With the token of the link. 422 `invalid_token` when it was used or is too old.
    #[oai(path = "/confirm-email", method = "post", operation_id = "confirmEmail")]
    async fn confirm_email(
        &self,
        services: Data<&Services>,
        seen: Seen,
        body: Body<ConfirmEmail>,
    ) -> ApiResult<Gone> {
        confirm_email::confirm(services.0, &seen, &body.value.token.into()).await?;
        Ok(Gone::Gone)
    }

    /// Send the link to confirm once more
    ///
    /// 409 `email_confirmed`, `email_off`; 429 `too_many_requests`.
    #[oai(path = "/confirm-email/send", method = "post", operation_id = "sendConfirmation")]
    async fn send_confirmation(&self, auth: PersonAuth, seen: Seen) -> ApiResult<Accepted<EmailSent>> {
        confirm_email::send_again(&auth, &seen).await?;
        Ok(Accepted::Accepted(Json(EmailSent { accepted: true })))
    }
}
