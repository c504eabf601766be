//! Creating an organization.

use super::{Organization, UnknownPolicy, entity};
use crate::context::Tx;
use crate::error::{Error, Result};
use crate::ids::OrganizationId;
use sea_orm::{EntityTrait, IntoActiveModel};

/// Creates an organization. `country` (ISO 3166, like `IN`) completes phone numbers without a country code.
pub async fn create(tx: &Tx, name: &str, country: Option<&str>) -> Result<Organization> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Error::invalid(
            "name",
            "invalid_name",
            "an organization has a name of 1 to 200 characters",
        ));
    }
    let country = country.map(|c| c.trim().to_uppercase());
    if let Some(country) = &country
        && country.parse::<phonenumber::country::Id>().is_err()
    {
        return Err(Error::invalid("country", "unknown_country", "use the two letters of ISO 3166, like IN"));
    }
    let organization = Organization {
        id: OrganizationId::new(tx.clock()),
        name: name.to_string(),
        country,
        unknown_marketing: UnknownPolicy::Leave,
        unknown_transactional: UnknownPolicy::Resend,
        created_at: tx.now(),
    };
    entity::Entity::insert(organization.clone().into_active_model())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(organization)
}
