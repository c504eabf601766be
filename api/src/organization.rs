//! The organization itself: what it is called, and how it wants things done.

use crate::Time;
use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::platform::objects::Usage;
use bellbird_core::ids::OrganizationId;
use bellbird_core::organizations::{self, OrganizationStatus, UnknownPolicy, settings};
use bellbird_core::plans::usage;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

/// What is to change; what is left out stays.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, deny_unknown_fields, example)]
pub struct UpdateOrganization {
    /// What people call it.
    #[oai(validator(max_length = 200))]
    pub name: Option<String>,
    /// Country (ISO 3166) of phone numbers written without a country code.
    pub country: Option<String>,
    /// Its name in addresses, fit for a subdomain: 3 to 63 letters, digits and single hyphens.
    pub slug: Option<String>,
    /// Where it is called.
    pub phone: Option<String>,
    /// The number its customers know it by on WhatsApp. Connecting it is another step (`createSender`).
    pub whatsapp_number: Option<String>,
    /// For marketing messages whose outcome stays unknown. Campaigns drafted before keep theirs.
    pub unknown_marketing: Option<UnknownPolicy>,
    /// For all other messages whose outcome stays unknown.
    pub unknown_transactional: Option<UnknownPolicy>,
    /// Who may launch but not approve needs somebody's approval.
    pub launch_needs_approval: Option<bool>,
}

impl Example for UpdateOrganization {
    fn example() -> Self {
        Self {
            name: Some("Asha's Sarees".into()),
            country: None,
            slug: None,
            phone: None,
            whatsapp_number: None,
            unknown_marketing: None,
            unknown_transactional: None,
            launch_needs_approval: Some(true),
        }
    }
}

impl From<UpdateOrganization> for settings::Wanted {
    fn from(said: UpdateOrganization) -> Self {
        Self {
            name: said.name,
            country: said.country,
            slug: said.slug,
            phone: said.phone,
            whatsapp_number: said.whatsapp_number,
            unknown_marketing: said.unknown_marketing,
            unknown_transactional: said.unknown_transactional,
            launch_needs_approval: said.launch_needs_approval,
        }
    }
}

/// The organization that asks.
#[derive(Object)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Country (ISO 3166) of phone numbers written without a country code.
    #[oai(skip_serializing_if_is_none)]
    pub country: Option<String>,
    /// Its name in addresses.
    #[oai(skip_serializing_if_is_none)]
    pub slug: Option<String>,
    /// Where it is written to.
    #[oai(skip_serializing_if_is_none)]
    pub email: Option<String>,
    /// Where it is called.
    #[oai(skip_serializing_if_is_none)]
    pub phone: Option<String>,
    /// The number its customers know it by on WhatsApp.
    #[oai(skip_serializing_if_is_none)]
    pub whatsapp_number: Option<String>,
    /// Whether it may be worked in.
    pub status: OrganizationStatus,
    /// For marketing messages whose outcome stays unknown.
    pub unknown_marketing: UnknownPolicy,
    /// For all other messages whose outcome stays unknown.
    pub unknown_transactional: UnknownPolicy,
    /// Who may launch but not approve needs somebody's approval.
    pub launch_needs_approval: bool,
    /// When it was created.
    pub created_at: Time,
}

impl From<organizations::Organization> for Organization {
    fn from(row: organizations::Organization) -> Self {
        Self {
            id: row.id,
            name: row.name,
            country: row.country,
            slug: row.slug,
            email: row.email,
            phone: row.phone,
            whatsapp_number: row.whatsapp_number,
            status: row.status,
            unknown_marketing: row.unknown_marketing,
            unknown_transactional: row.unknown_transactional,
            launch_needs_approval: row.launch_needs_approval,
            created_at: row.created_at.to_utc(),
        }
    }
}

/// The operations on the organization.
#[derive(Debug, Clone, Copy)]
pub struct OrganizationApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Organization")]
impl OrganizationApi {
    /// Get the organization
    ///
    /// The one the key or the person speaks for.
    #[oai(path = "/organization", method = "get", operation_id = "getOrganization")]
    async fn get(&self, auth: Auth) -> ApiResult<Json<Organization>> {
        Ok(Json(organizations::queries::get(&auth).await?.into()))
    }

    /// See what the organization uses
    ///
    /// How much of its plan is used up. 402 `plan_limit_reached` refuses what would go beyond it.
    #[oai(path = "/organization/usage", method = "get", operation_id = "getUsage")]
    async fn usage(&self, auth: Auth) -> ApiResult<Json<Usage>> {
        Ok(Json(usage::of(&auth).await?.into()))
    }

    /// Change the organization
    ///
    /// What is left out stays as it is. The audit log keeps what stood there before.
    #[oai(path = "/organization", method = "patch", operation_id = "updateOrganization")]
    async fn update(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<UpdateOrganization>,
    ) -> ApiResult<Answer<Organization>> {
        let guard = key.over(&body);
        let wanted = body.value.into();
        idempotent(&auth, guard, |tx, ctx| {
            Box::pin(async move { Ok(settings::change(tx, ctx, wanted).await?.into()) })
        })
        .await
    }
}
