//! Templates: texts approved beforehand.

mod objects;
mod parts;
mod preview;
mod sync;
mod write;

use crate::auth::Auth;
use crate::body::Body;
use crate::error::{ApiError, ApiResult};
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::ids::TemplateId;
use bellbird_core::page::Page;
use bellbird_core::templates::create::NewTemplate;
use bellbird_core::templates::queries::Wanted;
use bellbird_core::templates::{TemplateStatus, change, create, preview as previews, queries, sync as syncs};
pub use objects::*;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
pub use preview::*;
pub use sync::*;
pub use write::*;

/// The operations on templates.
pub struct TemplatesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Templates")]
impl TemplatesApi {
    /// Write a template down, or submit a new one
    ///
    /// Everything WhatsApp would refuse is told at once. With `submit` it is handed to WhatsApp in the background:
    /// watch its `status`, `status_reason` and `change_error`. Without, it must exist there under the same name and
    /// language.
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
                async move { create::create(tx, ctx, new).await.map_err(write::as_requested)?.try_into() },
            )
        })
        .await
    }

    /// Get a template
    ///
    /// With the variables that must be given for each message.
    #[oai(path = "/templates/:template_id", method = "get", operation_id = "getTemplate")]
    async fn get(&self, auth: Auth, template_id: Path<TemplateId>) -> ApiResult<Json<Template>> {
        Ok(Json(queries::get(&auth, template_id.0).await?.try_into()?))
    }

    /// List templates
    ///
    /// Newest first, of all of your WhatsApp accounts.
    #[oai(path = "/templates", method = "get", operation_id = "listTemplates")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the address")]
    async fn list(
        &self,
        auth: Auth,
        /// Only of this account.
        waba_id: Query<Option<String>>,
        /// Only of this name.
        name: Query<Option<String>>,
        /// Only in this language, like `en_US`.
        language: Query<Option<String>>,
        /// Only of this category.
        category: Query<Option<TemplateCategory>>,
        /// Only with this status.
        status: Query<Option<TemplateStatus>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Things in a page, 1 to 200; 50 when not given.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Template>>> {
        let category = category.0.map(Into::into);
        let (waba_id, name, language) = (waba_id.0, name.0, language.0);
        let wanted = Wanted { waba_id, name, language, category, status: status.0 };
        let page = page::request(cursor.as_deref(), limit.0)?;
        let Page { items, next } = queries::list(&auth, &wanted, page).await?;
        let items: Result<_, _> = items.into_iter().map(Template::try_from).collect();
        Ok(Json(List { items: items.map_err(ApiError::from)?, next_cursor: next }))
    }

    /// Change a template
    ///
    /// WhatsApp is asked in the background. Until it has taken the change the template stays as it is; then it is
    /// `pending` until it was reviewed again. A refusal is told in `change_error`.
    #[oai(path = "/templates/:template_id", method = "patch", operation_id = "updateTemplate")]
    async fn update(
        &self,
        auth: Auth,
        template_id: Path<TemplateId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<UpdateTemplate>,
    ) -> ApiResult<Answer<Template, 202>> {
        let (guard, id) = (key.over(&body), template_id.0);
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move {
                let row = change::edit(tx, ctx, id, |model| body.value.apply(model)).await;
                row.map_err(write::as_requested)?.try_into()
            })
        })
        .await
    }

    /// Delete a template
    ///
    /// It cannot be sent from here on. WhatsApp is asked in the background; a refusal is told in `change_error`.
    #[oai(path = "/templates/:template_id", method = "delete", operation_id = "deleteTemplate")]
    async fn delete(
        &self,
        auth: Auth,
        template_id: Path<TemplateId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Template, 202>> {
        let id = template_id.0;
        idempotent(&auth, key.alone(), |tx, ctx| {
            Box::pin(async move { change::delete(tx, ctx, id).await?.try_into() })
        })
        .await
    }

    /// See a template filled
    ///
    /// Renders exactly what would be sent, and tells everything that is wrong with the values. Nothing is sent.
    #[oai(path = "/templates/:template_id/preview", method = "post", operation_id = "previewTemplate")]
    async fn preview(
        &self,
        auth: Auth,
        template_id: Path<TemplateId>,
        body: Body<PreviewTemplate>,
    ) -> ApiResult<Json<TemplatePreview>> {
        Ok(Json(previews::preview(&auth, template_id.0, &body.value.variables).await?.into()))
    }

    /// Synchronise templates with WhatsApp
    ///
    /// Reads every template of the account, or of all accounts, in the background. It also happens by itself every
    /// hour.
    #[oai(path = "/templates/sync", method = "post", operation_id = "syncTemplates")]
    async fn sync(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<SyncTemplates>,
    ) -> ApiResult<Answer<TemplateSyncs, 202>> {
        let guard = key.over(&body);
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move { Ok(syncs::request(tx, ctx, body.value.waba_id.as_deref()).await?.into()) })
        })
        .await
    }

    /// See how the synchronisations stand
    ///
    /// One per account: how far the last one is, how many templates it has read, and why it failed or waits.
    #[oai(path = "/templates/sync", method = "get", operation_id = "listTemplateSyncs")]
    async fn syncs(&self, auth: Auth) -> ApiResult<Json<TemplateSyncs>> {
        Ok(Json(syncs::list(&auth).await?.into()))
    }
}
