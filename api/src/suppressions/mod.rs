//! The suppression list: numbers and WhatsApp ids that must not be messaged, kept as hashes.

pub mod objects;

use crate::auth::Auth;
use crate::body::Body;
use crate::csv::CsvFile;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent, prepared};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::consent::ConsentPurpose;
use bellbird_core::consent::suppression::list;
use bellbird_core::ids::SuppressionId;
use bellbird_core::imports::{direct, suppress};
use bellbird_core::organizations;
use bellbird_core::secret::sha256_hex;
use objects::{
    AddSuppression, CheckSuppression, RemoveSuppression, SuppressedFile, Suppression, SuppressionCheck,
};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations on the suppression list.
pub struct SuppressionsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Consent")]
impl SuppressionsApi {
    /// Put somebody on the suppression list
    ///
    /// A number or a WhatsApp id, kept only as a hash. Whoever is a customer stands as opted out from now on, and
    /// whoever becomes one later, also by an import, does so from the start, until a newer yes of their own. Every
    /// opt-out puts people on the list by itself.
    #[oai(path = "/suppressions", method = "post", operation_id = "addSuppression")]
    async fn add(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<AddSuppression>,
    ) -> ApiResult<Answer<Suppression, 201>> {
        let guard = key.over(&body);
        let country = organizations::queries::get(&auth).await?.country;
        let (who, purpose, reason) = body.value.read(country.as_deref())?;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move {
                let added = list::add(tx, ctx, purpose, &[who], &reason).await?;
                objects::first(added)
            })
        })
        .await
    }

    /// List the suppression list
    ///
    /// Newest first. Of an identity only the beginning of its hash is told; `checkSuppression` says whether somebody is
    /// on it.
    #[oai(path = "/suppressions", method = "get", operation_id = "listSuppressions")]
    async fn list(
        &self,
        auth: Auth,
        /// Only about this.
        purpose: Query<Option<ConsentPurpose>>,
        /// Also what was taken off the list.
        removed: Query<Option<bool>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// At most so many, 1 to 200; 50 when left out.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Suppression>>> {
        let request = page::request(cursor.0.as_deref(), limit.0)?;
        let found = list::list(&auth, purpose.0, removed.0.unwrap_or(false), request).await?;
        Ok(Json(List::of(found, Suppression::from)))
    }

    /// Put the people of a CSV file on the suppression list
    ///
    /// At most 20 MiB. The first line names the columns; one is the number, called `phone`, `mobile` or the like. Good
    /// rows go in; every other row is named with its line and the reason.
    #[oai(path = "/suppressions/import", method = "post", operation_id = "importSuppressions")]
    async fn import(
        &self,
        auth: Auth,
        /// Why they must not be messaged.
        #[oai(validator(min_length = 1, max_length = 200))]
        reason: Query<String>,
        /// About what; marketing when left out.
        purpose: Query<Option<ConsentPurpose>>,
        #[oai(name = "Idempotency-Key")] key: Key,
        file: CsvFile,
    ) -> ApiResult<Answer<SuppressedFile>> {
        let (reason, purpose) = (reason.0, purpose.0.unwrap_or(ConsentPurpose::Marketing));
        let whole = format!("{}\n{purpose}\n{reason}", sha256_hex(&file.0));
        let guard = key.over_bytes(whole.as_bytes());
        prepared(&auth, guard, direct::read(&auth, file.0), move |tx, ctx, table| {
            Box::pin(async move { Ok(suppress::suppress(tx, ctx, table, purpose, &reason).await?.into()) })
        })
        .await
    }

    /// Ask whether somebody is on the suppression list
    ///
    /// Asked by POST, so that no number stands in an address. Changes nothing.
    #[oai(path = "/suppressions/check", method = "post", operation_id = "checkSuppression")]
    async fn check(&self, auth: Auth, body: Body<CheckSuppression>) -> ApiResult<Json<SuppressionCheck>> {
        let country = organizations::queries::get(&auth).await?.country;
        let who = body.value.read(country.as_deref())?;
        let items = list::check(&auth, &who).await?.into_iter().map(Suppression::from).collect();
        Ok(Json(SuppressionCheck { items }))
    }

    /// Get an entry of the suppression list
    ///
    /// Also one that was taken off, with who did it and why.
    #[oai(path = "/suppressions/:suppression_id", method = "get", operation_id = "getSuppression")]
    async fn get(&self, auth: Auth, suppression_id: Path<SuppressionId>) -> ApiResult<Json<Suppression>> {
        Ok(Json(list::get(&auth, suppression_id.0).await?.into()))
    }

    /// Take an entry off the suppression list
    ///
    /// With the reason, which is kept. Nobody is opted in by it: a customer stays where they stand. 409
    /// `suppression_removed` when it was taken off before.
    #[oai(path = "/suppressions/:suppression_id/remove", method = "post", operation_id = "removeSuppression")]
    async fn remove(
        &self,
        auth: Auth,
        suppression_id: Path<SuppressionId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<RemoveSuppression>,
    ) -> ApiResult<Answer<Suppression>> {
        let guard = key.over(&body);
        let reason = body.value.read()?;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move { Ok(list::remove(tx, ctx, suppression_id.0, &reason).await?.into()) })
        })
        .await
    }
}
