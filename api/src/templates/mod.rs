//! Templates: texts approved beforehand.

mod objects;
mod parts;

use crate::auth::Auth;
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::ids::TemplateId;
use bellbird_core::page::Page;
use bellbird_core::templates::create::{self, NewTemplate};
pub use objects::*;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations on templates.
pub struct TemplatesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Templates")]
impl TemplatesApi {
    /// Write a template down
    ///
    /// Everything the provider would refuse is told at once. It must exist there under the same name and language.
    #[oai(path = "/templates", method = "post", operation_id = "createTemplate")]
    async fn create(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<CreateTemplate>,
    ) -> ApiResult<Answer<Template, 201>> {
        let guard = key.over(&body);
        let new = NewTemplate::from(body.value);
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(
                async move { create::create(tx, ctx, new).await.map_err(objects::as_requested)?.try_into() },
            )
        })
        .await
    }

    /// Get a template
    ///
    /// With the variables that must be given for each message.
    #[oai(path = "/templates/:template_id", method = "get", operation_id = "getTemplate")]
    async fn get(&self, auth: Auth, template_id: Path<TemplateId>) -> ApiResult<Json<Template>> {
        Ok(Json(create::get(&auth, template_id.0).await?.try_into()?))
    }

    /// List templates
    ///
    /// Newest first, of all of your WhatsApp accounts.
    #[oai(path = "/templates", method = "get", operation_id = "listTemplates")]
    async fn list(
        &self,
        auth: Auth,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Things in a page, 1 to 200; 50 when not given.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Template>>> {
        let Page { items, next } = create::list(&auth, page::request(cursor.as_deref(), limit.0)?).await?;
        let items: Result<_, _> = items.into_iter().map(Template::try_from).collect();
        Ok(Json(List { items: items.map_err(ApiError::from)?, next_cursor: next }))
    }
}
