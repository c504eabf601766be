//! The second factor: an authenticator app, and recovery codes.

use super::Seen;
use crate::auth::PersonAuth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::openapi::Tag;
use crate::responses::Gone;
use bellbird_core::identity::second_factor;
use bellbird_core::secret::ExposeSecret;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// The proof that it is still you.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct BeginSecondFactor {
    /// Your password.
    #[oai(write_only)]
    pub password: String,
}

/// For the authenticator app; shown once.
#[derive(Object)]
pub struct SecondFactorSecret {
    /// To be typed into the app: base 32.
    pub secret: String,
    /// To be shown as a QR code: an `otpauth://` address.
    pub uri: String,
}

/// A code of the app.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ConfirmSecondFactor {
    /// Six digits.
    #[oai(write_only)]
    pub code: String,
}

/// For the day the app is lost; shown once.
#[derive(Object)]
pub struct RecoveryCodes {
    /// Each is good once, in place of a code of the app.
    pub recovery_codes: Vec<String>,
}

/// The proof that it is still you, twice.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct DisableSecondFactor {
    /// Your password.
    #[oai(write_only)]
    pub password: String,
    /// A code of the app, or a recovery code.
    #[oai(write_only)]
    pub code: String,
}

/// The operations on one's own second factor.
#[derive(Debug, Clone, Copy)]
pub struct SecondFactorApi;

#[OpenApi(prefix_path = "/api/v1/auth", tag = "Tag::People")]
impl SecondFactorApi {
    /// Begin with a second factor
    ///
    /// Makes a secret for an authenticator app. It counts once a code of it is given (`confirmSecondFactor`). 422
    /// `wrong_password`; 409 `second_factor_on`; 429 `too_many_requests`.
    #[oai(path = "/second-factor", method = "post", operation_id = "beginSecondFactor")]
    async fn begin(
        &self,
        auth: PersonAuth,
        body: Body<BeginSecondFactor>,
    ) -> ApiResult<Json<SecondFactorSecret>> {
        let begun = second_factor::begin(&auth, &body.value.password.into()).await?;
        let shown = |secret: bellbird_core::secret::SecretString| secret.expose_secret().to_string();
        Ok(Json(SecondFactorSecret { secret: shown(begun.secret), uri: shown(begun.uri) }))
    }

    /// Switch the second factor on
    ///
    /// With the app's first code. Answers ten recovery codes; ends all other sessions. 422 `invalid_code`; 409
    /// `second_factor_not_begun`, `second_factor_on`; 429 `too_many_requests`.
    #[oai(path = "/second-factor/confirm", method = "post", operation_id = "confirmSecondFactor")]
    async fn confirm(
        &self,
        auth: PersonAuth,
        seen: Seen,
        body: Body<ConfirmSecondFactor>,
    ) -> ApiResult<Json<RecoveryCodes>> {
        let codes = second_factor::confirm(&auth, &seen, &body.value.code.into()).await?;
        let recovery_codes = codes.iter().map(|code| code.expose_secret().to_string()).collect();
        Ok(Json(RecoveryCodes { recovery_codes }))
    }

    /// Switch the second factor off
    ///
    /// Ends all other sessions. 422 `wrong_password`, `invalid_code`; 409 `second_factor_off`; 429 `too_many_requests`.
    #[oai(path = "/second-factor/disable", method = "post", operation_id = "disableSecondFactor")]
    async fn disable(
        &self,
        auth: PersonAuth,
        seen: Seen,
        body: Body<DisableSecondFactor>,
    ) -> ApiResult<Gone> {
        let (password, code) = (body.value.password.into(), body.value.code.into());
        second_factor::disable(&auth, &seen, &password, &code).await?;
        Ok(Gone::Gone)
    }
}
