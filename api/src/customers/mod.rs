//! Customers: the people an organization can message.

mod objects;

use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::consent::ConsentState;
use bellbird_core::customers::queries::{self, Filter};
use bellbird_core::customers::{edit, upsert};
use bellbird_core::ids::CustomerId;
use bellbird_core::organizations;
pub use objects::*;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

/// The operations on customers.
pub struct CustomersApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Customers")]
impl CustomersApi {
    /// Add or change a customer
    ///
    /// Found by phone. What is not given stays as it is.
    #[oai(path = "/customers", method = "put", operation_id = "upsertCustomer")]
    async fn upsert(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<UpsertCustomer>,
    ) -> ApiResult<Answer<Customer>> {
        let guard = key.over(&body);
        let organization = organizations::queries::get(&auth).await?;
        let person = body.value.read(organization.country.as_deref(), auth.now(), auth.actor)?;
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move {
                let customer = upsert(tx, ctx.organization, person).await?;
                Ok(queries::get_in(tx, ctx.organization, customer.id).await?.into())
            })
        })
        .await
    }

    /// Get a customer
    ///
    /// With tags, attributes, and where they stand about marketing. WhatsApp may prove two customers to be one person;
    /// then the older stays, and the id of the other leads to it: the answer has another `id` than was asked for, and
    /// names the asked one among its `merged_ids`.
    #[oai(path = "/customers/:customer_id", method = "get", operation_id = "getCustomer")]
    async fn get(&self, auth: Auth, customer_id: Path<CustomerId>) -> ApiResult<Json<Customer>> {
        let found = queries::get(&auth, customer_id.0).await?;
        let merged_ids = queries::merged_ids(&auth, found.customer.id).await?;
        Ok(Json(Customer { merged_ids, ..found.into() }))
    }

    /// List customers
    ///
    /// Newest first. The filters narrow each other down.
    #[oai(path = "/customers", method = "get", operation_id = "listCustomers")]
    async fn list(
        &self,
        auth: Auth,
        /// Part of the name, or at least three digits of the phone.
        search: Query<Option<String>>,
        /// Carries this tag.
        tag: Query<Option<String>>,
        /// Stands so about marketing.
        marketing_consent: Query<Option<ConsentState>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Things in a page, 1 to 200; 50 when not given.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Customer>>> {
        let filter = Filter { search: search.0, tag: tag.0, marketing_consent: marketing_consent.0 };
        let page = queries::list(&auth, &filter, page::request(cursor.as_deref(), limit.0)?).await?;
        Ok(Json(List::of(page, Customer::from)))
    }

    /// Put tags on a customer, or take them off
    ///
    /// A tag that is on already stays, one that is not on may be taken off: neither is an error.
    #[oai(path = "/customers/:customer_id/tags", method = "patch", operation_id = "changeCustomerTags")]
    async fn change_tags(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        customer_id: Path<CustomerId>,
        body: Body<ChangeTags>,
    ) -> ApiResult<Answer<Customer>> {
        let (add, remove) = body.read()?;
        idempotent(&auth, key.over(&body), |tx, ctx| {
            Box::pin(async move {
                let organization = ctx.organization;
                let id = queries::get_in(tx, organization, customer_id.0).await?.customer.id;
                edit::change_tags(tx, organization, id, &add, &remove).await?;
                Ok(queries::get_in(tx, organization, id).await?.into())
            })
        })
        .await
    }
}
