//! Consent: the ledger, people's words, and the file that stands as proof.

pub mod export;
pub mod objects;
pub mod settings;

use crate::auth::Auth;
use crate::body::Body;
use crate::csv::CsvDownload;
use crate::customers::Customer;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::consent::queries::{self, Filter};
use bellbird_core::consent::{ConsentPurpose, ConsentState, link};
use bellbird_core::customers;
use bellbird_core::ids::CustomerId;
use export::JsonLines;
use objects::{ConsentEvent, RecordConsent, UnsubscribeLink};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations on consent.
pub struct ConsentApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Consent")]
impl ConsentApi {
    /// List what a customer said
    ///
    /// Every word and every step of a confirmation, newest first: when, through which door, in whose words, on which
    /// proof, written down by whom, and whether it changed where they stand.
    #[oai(path = "/customers/:customer_id/consent", method = "get", operation_id = "listCustomerConsent")]
    async fn of_customer(
        &self,
        auth: Auth,
        customer_id: Path<CustomerId>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// At most so many, 1 to 200; 50 when left out.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<ConsentEvent>>> {
        let request = page::request(cursor.0.as_deref(), limit.0)?;
        let customer = customers::queries::get(&auth, customer_id.0).await?.customer.id;
        let filter = Filter { customer: Some(customer), ..Filter::default() };
        Ok(Json(List::of(queries::list(&auth, filter, request).await?, ConsentEvent::from)))
    }

    /// Record what a customer said
    ///
    /// One word about one purpose. The newest word counts, whenever you tell us; of two in the same second the no. A
    /// yes that your organization wants confirmed leaves the customer `pending`, and they are asked.
    #[oai(path = "/customers/:customer_id/consent", method = "post", operation_id = "recordConsent")]
    async fn record(
        &self,
        auth: Auth,
        customer_id: Path<CustomerId>,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<RecordConsent>,
    ) -> ApiResult<Answer<Customer>> {
        let guard = key.over(&body);
        let word = body.value.read(auth.actor)?;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move {
                let id = customers::edit::say(tx, ctx.organization, customer_id.0, &word).await?;
                Ok(customers::queries::get_in(tx, ctx.organization, id).await?.into())
            })
        })
        .await
    }

    /// Get a customer's link to stop messages
    ///
    /// Theirs alone, and the same every time. Opening it changes nothing; the page asks what they want. Put the address
    /// into a text, or `token` at the end of a button's address that begins with ours; a campaign does it with the
    /// variable source `unsubscribe_link`.
    #[oai(
        path = "/customers/:customer_id/unsubscribe-link",
        method = "get",
        operation_id = "getUnsubscribeLink"
    )]
    async fn link(&self, auth: Auth, customer_id: Path<CustomerId>) -> ApiResult<Json<UnsubscribeLink>> {
        let (url, token) = link::of_customer(&auth, customer_id.0).await?;
        Ok(Json(UnsubscribeLink { url, token }))
    }

    /// List everything customers said
    ///
    /// The whole organization's ledger, newest first. The filters narrow each other down.
    #[oai(path = "/consent-events", method = "get", operation_id = "listConsentEvents")]
    async fn list(
        &self,
        auth: Auth,
        /// Only of this customer.
        customer_id: Query<Option<CustomerId>>,
        /// Only about this.
        purpose: Query<Option<ConsentPurpose>>,
        /// Only what said this.
        state: Query<Option<ConsentState>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// At most so many, 1 to 200; 50 when left out.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<ConsentEvent>>> {
        let filter = Filter { customer: customer_id.0, purpose: purpose.0, state: state.0 };
        let found = queries::list(&auth, filter, page::request(cursor.0.as_deref(), limit.0)?).await?;
        Ok(Json(List::of(found, ConsentEvent::from)))
    }

    /// Download the ledger as CSV
    ///
    /// Proof of consent, of one customer or of all: who, about what, when, how, in whose words, on which proof, written
    /// down by whom. Newest first, of any length. A cell that begins like a formula gets a leading apostrophe. A
    /// download that breaks off was cut by an error.
    #[oai(path = "/consent-events/export", method = "get", operation_id = "exportConsent")]
    async fn export(
        &self,
        auth: Auth,
        /// Only of this customer.
        customer_id: Query<Option<CustomerId>>,
    ) -> ApiResult<CsvDownload> {
        let filter = export::filter(&auth, customer_id.0).await?;
        Ok(CsvDownload { file_name: "consent.csv".into(), content: export::csv(auth.0, filter) })
    }

    /// Download the ledger as JSON
    ///
    /// The same as `exportConsent`, as one JSON object a line.
    #[oai(path = "/consent-events/export-json", method = "get", operation_id = "exportConsentJson")]
    async fn export_json(
        &self,
        auth: Auth,
        /// Only of this customer.
        customer_id: Query<Option<CustomerId>>,
    ) -> ApiResult<JsonLines> {
        let filter = export::filter(&auth, customer_id.0).await?;
        Ok(JsonLines { file_name: "consent.jsonl".into(), content: export::json_lines(auth.0, filter) })
    }
}
