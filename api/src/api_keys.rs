//! API keys: what systems sign in with.

use crate::Time;
use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::clock::Timestamp;
use bellbird_core::identity::api_keys::{self, NewKey, Wanted};
use bellbird_core::identity::{Grants, Permission, entity};
use bellbird_core::ids::ApiKeyId;
use bellbird_core::secret::ExposeSecret;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};
use std::time::Duration;

/// An API key to make.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, deny_unknown_fields, example)]
pub struct CreateApiKey {
    /// What you call it.
    #[oai(validator(max_length = 200))]
    pub name: String,
    /// What it may do; everything you may when left out by somebody who may do everything.
    pub scopes: Option<Vec<Permission>>,
    /// When it stops working by itself; never when left out.
    pub expires_at: Option<Time>,
}

impl Example for CreateApiKey {
    fn example() -> Self {
        let scopes = Some(vec![Permission::CampaignsRead, Permission::MessagesSend]);
        Self { name: "Web shop".into(), scopes, expires_at: None }
    }
}

/// How a key is replaced.
#[derive(Object)]
#[oai(deny_unknown_fields, example)]
pub struct RotateApiKey {
    /// So many hours the old key goes on working, 0 to 720; 24 when left out.
    #[oai(validator(maximum(value = "720")))]
    pub overlap_hours: Option<u32>,
}

impl Example for RotateApiKey {
    fn example() -> Self {
        Self { overlap_hours: Some(24) }
    }
}

/// An API key, without its text.
#[derive(Object)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What you call it.
    pub name: String,
    /// How its text begins.
    pub hint: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// When it was made.
    pub created_at: Time,
    /// When it stops working by itself.
    #[oai(skip_serializing_if_is_none)]
    pub expires_at: Option<Time>,
    /// When it was last used, to the minute.
    #[oai(skip_serializing_if_is_none)]
    pub last_used_at: Option<Time>,
    /// When it was made to stop working.
    #[oai(skip_serializing_if_is_none)]
    pub revoked_at: Option<Time>,
}

/// An API key just made.
#[derive(Object)]
pub struct NewApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What you call it.
    pub name: String,
    /// The key itself, for `Authorization: Bearer …`. Shown this once.
    pub key: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// When it stops working by itself.
    #[oai(skip_serializing_if_is_none)]
    pub expires_at: Option<Time>,
}

impl From<entity::Model> for ApiKey {
    fn from(row: entity::Model) -> Self {
        let time = |at: Option<Timestamp>| at.map(Timestamp::to_utc);
        Self {
            id: row.id,
            scopes: row.grants().iter().collect(),
            created_at: row.created_at.to_utc(),
            expires_at: time(row.expires_at),
            last_used_at: time(row.last_used_at),
            revoked_at: time(row.revoked_at),
            name: row.name,
            hint: row.hint,
        }
    }
}

impl From<NewKey> for NewApiKey {
    fn from(new: NewKey) -> Self {
        let ApiKey { id, name, scopes, expires_at, .. } = new.row.into();
        Self { id, name, key: new.secret.expose_secret().to_string(), scopes, expires_at }
    }
}

/// The operations on API keys.
#[derive(Debug, Clone, Copy)]
pub struct ApiKeysApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Organization")]
impl ApiKeysApi {
    /// Make an API key
    ///
    /// The answer holds its text, this once. 403 `more_than_own` when it could do what you cannot.
    #[oai(path = "/api-keys", method = "post", operation_id = "createApiKey")]
    async fn create(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<CreateApiKey>,
    ) -> ApiResult<Answer<NewApiKey, 201>> {
        let guard = key.over(&body);
        let CreateApiKey { name, scopes, expires_at } = body.value;
        let grants = scopes.map(|scopes| scopes.into_iter().collect::<Grants>());
        let wanted = Wanted { name, grants, expires_at: expires_at.map(Timestamp::from) };
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move { Ok(api_keys::create(tx, ctx, wanted).await?.into()) })
        })
        .await
    }

    /// List API keys
    ///
    /// Newest first, also those that have ended. Never their text.
    #[oai(path = "/api-keys", method = "get", operation_id = "listApiKeys")]
    async fn list(
        &self,
        auth: Auth,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// At most so many, 1 to 200; 50 when left out.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<ApiKey>>> {
        let found = api_keys::list(&auth, page::request(cursor.0.as_deref(), limit.0)?).await?;
        Ok(Json(List::of(found, ApiKey::from)))
    }

    /// Get an API key
    ///
    /// What it may do and when it was last used; never its text.
    #[oai(path = "/api-keys/:api_key_id", method = "get", operation_id = "getApiKey")]
    async fn get(&self, auth: Auth, api_key_id: Path<ApiKeyId>) -> ApiResult<Json<ApiKey>> {
        Ok(Json(api_keys::get(&auth, api_key_id.0).await?.into()))
    }

    /// Replace an API key
    ///
    /// The answer holds the text of a new one that may do the same; the old one goes on working for a while, so that you
    /// can change it everywhere in peace. 409 `key_not_working` when it has ended.
    #[oai(path = "/api-keys/:api_key_id/rotate", method = "post", operation_id = "rotateApiKey")]
    async fn rotate(
        &self,
        auth: Auth,
        api_key_id: Path<ApiKeyId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<RotateApiKey>,
    ) -> ApiResult<Answer<NewApiKey, 201>> {
        let guard = key.over(&body);
        let overlap = Duration::from_secs(u64::from(body.value.overlap_hours.unwrap_or(24)) * 60 * 60);
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move { Ok(api_keys::rotate(tx, ctx, api_key_id.0, overlap).await?.into()) })
        })
        .await
    }

    /// Revoke an API key
    ///
    /// It stops working at once, and for good.
    #[oai(path = "/api-keys/:api_key_id", method = "delete", operation_id = "revokeApiKey")]
    async fn revoke(
        &self,
        auth: Auth,
        api_key_id: Path<ApiKeyId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<ApiKey>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { Ok(api_keys::revoke_own(tx, ctx, api_key_id.0).await?.into()) })
        })
        .await
    }
}
