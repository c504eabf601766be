//! Meta apps: each has a webhook address of its own, and its secret signs what arrives there.

use crate::Time;
use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::Ctx;
use bellbird_core::ids::AppId;
use bellbird_core::secret::{ExposeSecret, SecretString};
use bellbird_core::senders::apps::{self, NewApp};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// A Meta app to add.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CreateApp {
    /// What you call it.
    #[oai(validator(max_length = 200))]
    pub name: String,
    /// Meta's app secret (App settings, Basic). Never shown again.
    #[oai(write_only, validator(max_length = 500))]
    pub app_secret: String,
    /// The token for Meta's webhook form; made up when not given.
    #[oai(write_only, validator(max_length = 500))]
    pub verify_token: Option<String>,
}

/// A Meta app. Its secret and token are not shown.
#[derive(Object)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// What you call it.
    pub name: String,
    /// The address for Meta's webhook form.
    pub webhook_url: String,
    /// When it was added.
    pub created_at: Time,
}

/// A Meta app just added.
#[derive(Object)]
pub struct NewAppAnswer {
    /// Its id.
    pub id: AppId,
    /// What you call it.
    pub name: String,
    /// The address for Meta's webhook form.
    pub webhook_url: String,
    /// The token for Meta's webhook form. Shown this once.
    pub verify_token: String,
    /// When it was added.
    pub created_at: Time,
}

impl App {
    fn of(ctx: &Ctx, app: bellbird_core::senders::App) -> Self {
        let webhook_url = format!("{}/webhooks/whatsapp/{}", ctx.config.http.public_url(), app.key);
        Self { id: app.id, name: app.name, webhook_url, created_at: app.created_at.to_utc() }
    }
}

/// Meta apps.
pub struct AppsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Apps")]
impl AppsApi {
    /// Add a Meta app
    ///
    /// The answer holds the two values Meta's webhook form asks for; the token is shown this once.
    #[oai(path = "/apps", method = "post", operation_id = "createApp")]
    async fn create(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<CreateApp>,
    ) -> ApiResult<Answer<NewAppAnswer, 201>> {
        let guard = key.over(&body);
        let CreateApp { name, app_secret, verify_token } = body.value;
        let verify_token = verify_token.filter(|token| !token.is_empty()).map(SecretString::from);
        let new = NewApp { name, secret: SecretString::from(app_secret), verify_token };
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move {
                let (app, token) = apps::add(tx, ctx, new).await?;
                let App { id, name, webhook_url, created_at } = App::of(ctx, app);
                let verify_token = token.expose_secret().to_string();
                Ok(NewAppAnswer { id, name, webhook_url, verify_token, created_at })
            })
        })
        .await
    }

    /// Get a Meta app
    ///
    /// With the address its webhooks come to.
    #[oai(path = "/apps/:app_id", method = "get", operation_id = "getApp")]
    async fn get(&self, auth: Auth, app_id: Path<AppId>) -> ApiResult<Json<App>> {
        Ok(Json(App::of(&auth, apps::get(&auth, app_id.0).await?)))
    }

    /// List Meta apps
    ///
    /// Newest first.
    #[oai(path = "/apps", method = "get", operation_id = "listApps")]
    async fn list(
        &self,
        auth: Auth,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Things in a page, 1 to 200; 50 when not given.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<App>>> {
        let page = apps::list(&auth, page::request(cursor.as_deref(), limit.0)?).await?;
        Ok(Json(List::of(page, |app| App::of(&auth, app))))
    }
}
