//! Imports: files of people.

pub mod objects;
mod report;
mod upload;

use crate::auth::Auth;
use crate::body::Body;
use crate::csv::CsvDownload;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent, prepared};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::Result;
use bellbird_core::ids::{CampaignId, ImportId};
use bellbird_core::imports::{ImportStatus, preview, queries, start};
use bellbird_core::page::Page;
use objects::{Import, ImportPreview, ImportStart};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Binary, Json};

/// The operations on imports.
#[derive(Debug, Clone, Copy)]
pub struct ImportsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Imports")]
impl ImportsApi {
    /// Upload a file of people
    ///
    /// The file is the request's body: CSV (UTF-8, UTF-16 or Windows-1252; comma, semicolon, tab or bar) or an Excel
    /// workbook (XLSX), whatever its name says, at most 300 MB. It is read once; what is no table is a 422 in words.
    /// Nothing is imported yet: look at `previewImport`, then `startImport`. With `start=true` it starts at once with
    /// the columns as they are guessed.
    #[oai(path = "/imports", method = "post", operation_id = "createImport")]
    #[expect(clippy::too_many_arguments, reason = "each is a parameter of the operation")]
    async fn create(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        /// What the file is called; for people.
        file_name: Query<Option<String>>,
        /// Start at once; the parameters below are for that.
        start: Query<Option<bool>>,
        /// The draft its people go into; left out: they become customers only.
        campaign_id: Query<Option<CampaignId>>,
        /// Where and how the people in the file agreed to marketing, if they did; rows without a word of their own are
        /// then recorded as opted in.
        consent_source: Query<Option<String>>,
        /// Judge every row and keep nothing.
        dry_run: Query<Option<bool>>,
        file: Binary<poem::Body>,
    ) -> ApiResult<Answer<Import, 201>> {
        let options = upload::options(start.0, campaign_id.0, consent_source.0, dry_run.0)?;
        let received = upload::receive(&auth, file.0).await?;
        let guard =
            key.over_bytes(upload::fingerprint(&received, file_name.0.as_deref(), &options).as_bytes());
        let id = ImportId::new(auth.clock.as_ref());
        let kept = bellbird_core::imports::upload::keep(&auth, id, received);
        let done = prepared(&auth, guard, kept, |tx, ctx, kept| {
            Box::pin(async move { upload::add(tx, ctx, kept, file_name.0, options).await?.try_into() })
        });
        upload::or_discard(&auth, id, done.await).await
    }

    /// List imports
    ///
    /// Newest first.
    #[oai(path = "/imports", method = "get", operation_id = "listImports")]
    async fn list(
        &self,
        auth: Auth,
        /// Only those that stand here.
        status: Query<Option<ImportStatus>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// At most so many, 1 to 200; 50 when left out.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Import>>> {
        let found = queries::list(&auth, status.0, page::request(cursor.0.as_deref(), limit.0)?).await?;
        let items = found.items.into_iter().map(Import::try_from).collect::<Result<Vec<_>>>()?;
        Ok(Json(List::of(Page { items, next: found.next }, |import| import)))
    }

    /// Get an import
    ///
    /// How far it is: `rows_read` of `rows_total`.
    #[oai(path = "/imports/:import_id", method = "get", operation_id = "getImport")]
    async fn get(&self, auth: Auth, import_id: Path<ImportId>) -> ApiResult<Json<Import>> {
        Ok(Json(queries::get(&auth, import_id.0).await?.try_into()?))
    }

    /// Look at a file before it is started
    ///
    /// Which column would hold what, and what becomes of the first 50 rows. 409 `import_not_startable` once its rows
    /// are not kept any more.
    #[oai(path = "/imports/:import_id/preview", method = "get", operation_id = "previewImport")]
    async fn preview(
        &self,
        auth: Auth,
        import_id: Path<ImportId>,
        /// The draft its people would go into.
        campaign_id: Query<Option<CampaignId>>,
    ) -> ApiResult<Json<ImportPreview>> {
        Ok(Json(preview::preview(&auth, import_id.0, campaign_id.0).await?.try_into()?))
    }

    /// Start an import
    ///
    /// Good rows go in, a thousand at a time; every other row is kept with its reason (`downloadImportReport`). With
    /// `dry_run` every row is judged just so and nothing is kept; start it again for the real thing. 409
    /// `import_not_startable` when it ran already.
    #[oai(path = "/imports/:import_id/start", method = "post", operation_id = "startImport")]
    async fn start(
        &self,
        auth: Auth,
        import_id: Path<ImportId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<ImportStart>,
    ) -> ApiResult<Answer<Import>> {
        let guard = key.over(&body);
        let options = body.value.try_into()?;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move { start::start(tx, ctx, import_id.0, options).await?.import.try_into() })
        })
        .await
    }

    /// Cancel an import
    ///
    /// Who went in stays in. 409 `import_over` when it is over already.
    #[oai(path = "/imports/:import_id/cancel", method = "post", operation_id = "cancelImport")]
    async fn cancel(
        &self,
        auth: Auth,
        import_id: Path<ImportId>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Import>> {
        idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { start::cancel(tx, ctx, import_id.0).await?.try_into() })
        })
        .await
    }

    /// Download the rows that did not go in
    ///
    /// As CSV: `import_line`, `import_code`, `import_message`, then the columns of the file. Corrected, it can be
    /// uploaded again as it is. A cell that begins like a formula gets a leading apostrophe, which an import takes off
    /// again. A download that breaks off was cut by an error.
    #[oai(path = "/imports/:import_id/report", method = "get", operation_id = "downloadImportReport")]
    async fn report(&self, auth: Auth, import_id: Path<ImportId>) -> ApiResult<CsvDownload> {
        let import = queries::get(&auth, import_id.0).await?;
        let file_name = format!("{}-report.csv", import.id);
        Ok(CsvDownload { file_name, content: report::content(auth.0, import)? })
    }
}
