//! Privacy: what is known about one person, erasing them, and how long an organization keeps what.

pub mod document;
pub mod export;
pub mod objects;
pub mod retention;

use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::ids::{CustomerId, ErasureId};
use bellbird_core::privacy::{self, erase, queries};
use document::ExportDownload;
use objects::{EraseCustomer, Erasure};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations on one person's data.
#[derive(Debug, Clone, Copy)]
pub struct PrivacyApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Privacy")]
impl PrivacyApi {
    /// Download everything about a customer
    ///
    /// One JSON document of any length: who they are, what they said about marketing, every message with its content,
    /// attempts and receipts, the campaigns they were part of, the files they sent (their content is at `content`), and
    /// rows of files that named them and did not go in. It is written as it is read, page by page; a download that
    /// breaks off, and so is no JSON, was cut by an error.
    #[oai(path = "/customers/:customer_id/export", method = "get", operation_id = "exportCustomer")]
    async fn export(&self, auth: Auth, customer_id: Path<CustomerId>) -> ApiResult<ExportDownload> {
        let person = privacy::export::person(&auth, customer_id.0).await?;
        Ok(export::download(auth.0, person))
    }

    /// Erase a customer
    ///
    /// For good. The customer is gone within seconds, and what waits to be sent to them is cancelled; what they wrote,
    /// what was written to them, their files and every other place that names them follow in the background:
    /// `getErasure` says how far it is. Messages stay as rows that count and name nobody, so no campaign's numbers
    /// change. Whoever writes from the number afterwards is a new customer. With `dry_run` everything is counted and
    /// nothing changed. Asked for again while it runs, it is the same erasure; once it is over, the customer is a 404.
    #[oai(path = "/customers/:customer_id/erasures", method = "post", operation_id = "eraseCustomer")]
    async fn erase(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        customer_id: Path<CustomerId>,
        body: Body<EraseCustomer>,
    ) -> ApiResult<Answer<Erasure, 201>> {
        let dry_run = body.dry_run.unwrap_or(false);
        idempotent(&auth, key.over(&body), move |tx, ctx| {
            Box::pin(async move { Erasure::of(erase::request(tx, ctx, customer_id.0, dry_run).await?) })
        })
        .await
    }

    /// List erasures
    ///
    /// Newest first, dry runs included. They are kept: they name nobody.
    #[oai(path = "/erasures", method = "get", operation_id = "listErasures")]
    async fn list(
        &self,
        auth: Auth,
        cursor: Query<Option<String>>,
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Erasure>>> {
        let page = queries::erasures(&auth, page::request(cursor.0.as_deref(), limit.0)?).await?;
        Ok(Json(List::all(page, Erasure::of)?))
    }

    /// Get an erasure
    ///
    /// How far it is, and how many rows it changed so far.
    #[oai(path = "/erasures/:erasure_id", method = "get", operation_id = "getErasure")]
    async fn get(&self, auth: Auth, erasure_id: Path<ErasureId>) -> ApiResult<Json<Erasure>> {
        Ok(Json(Erasure::of(queries::erasure(&auth, erasure_id.0).await?)?))
    }
}
