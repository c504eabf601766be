//! Creating an organization.

use super::{Organization, OrganizationStatus, UnknownPolicy, entity, slug};
use crate::context::Tx;
use crate::error::{Error, Problem, Result};
use crate::ids::OrganizationId;
use crate::phone::Phone;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

/// What is said of a new organization.
#[derive(Debug, Clone, Default)]
pub struct NewOrganization {
    /// What people call it.
    pub name: String,
    /// Country (ISO 3166, like `IN`) of phone numbers without a country code.
    pub country: Option<String>,
    /// Where it is written to.
    pub email: Option<String>,
    /// Where it is called.
    pub phone: Option<String>,
    /// The number its customers know it by on WhatsApp. Only said; a sender proves its own.
    pub whatsapp_number: Option<String>,
    /// Its name in addresses.
    pub slug: Option<String>,
}

impl NewOrganization {
    /// Brings everything into the form in which it is kept, and tells everything that is wrong; of its name under this
    /// field.
    pub fn normalise(&mut self, name: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut wrong = |field: &str, code, message: &str| problems.push(Problem::new(field, code, message));
        self.name = self.name.trim().to_string();
        if self.name.is_empty() || self.name.chars().count() > 200 || self.name.chars().any(char::is_control)
        {
            wrong(name, "invalid_name", "an organization has a name of 1 to 200 characters");
        }
        self.country = self.country.take().map(|country| country.trim().to_uppercase());
        if self.country.as_ref().is_some_and(|c| c.parse::<phonenumber::country::Id>().is_err()) {
            wrong("country", "unknown_country", "use the two letters of ISO 3166, like IN");
        }
        if let Some(slug) = self.slug.take() {
            match slug::read(&slug) {
                Ok(slug) => self.slug = Some(slug),
                Err(message) => wrong("slug", "invalid_slug", message),
            }
        }
        let country = self.country.clone();
        for (field, number) in [("phone", &mut self.phone), ("whatsapp_number", &mut self.whatsapp_number)] {
            match number.take().map(|text| Phone::parse(&text, country.as_deref())) {
                None => {}
                Some(Ok(phone)) => *number = Some(phone.as_str().to_string()),
                Some(Err(bad)) => problems.push(Problem::new(field, bad.code(), bad.to_string())),
            }
        }
        problems
    }
}

/// Creates an organization of which only name and country are known.
///
/// # Errors
/// What is wrong with them.
pub async fn create(tx: &Tx, name: &str, country: Option<&str>) -> Result<Organization> {
    let mut new = NewOrganization {
        name: name.into(),
        country: country.map(str::to_string),
        ..NewOrganization::default()
    };
    let problems = new.normalise("name");
    if problems.is_empty() { found(tx, new).await } else { Err(Error::Invalid(problems)) }
}

/// Creates an organization from what was normalised.
///
/// # Errors
/// `slug_taken`.
pub async fn found(tx: &Tx, new: NewOrganization) -> Result<Organization> {
    let organization = Organization {
        id: OrganizationId::new(tx.clock()),
        name: new.name,
        country: new.country,
        unknown_marketing: UnknownPolicy::Leave,
        unknown_transactional: UnknownPolicy::Resend,
        slug: new.slug,
        email: new.email,
        phone: new.phone,
        whatsapp_number: new.whatsapp_number,
        status: OrganizationStatus::Active,
        launch_needs_approval: false,
        plan: None,
        trial_ends_at: None,
        suspended_at: None,
        suspended_reason: None,
        created_at: tx.now(),
    };
    entity::Entity::insert(organization.clone().into_active_model())
        .exec_without_returning(tx.conn())
        .await
        .map_err(|error| Error::unless_taken(error, "slug_taken", TAKEN))?;
    Ok(organization)
}

pub(super) const TAKEN: &str = "another organization has this slug; choose another one";

/// Asks beforehand, where nothing else is to be done if it is taken.
///
/// # Errors
/// `slug_taken`.
pub async fn check_slug_is_free(tx: &Tx, slug: Option<&str>) -> Result<()> {
    let Some(slug) = slug else { return Ok(()) };
    let taken = entity::Entity::find().filter(entity::Column::Slug.eq(slug)).one(tx.conn()).await?;
    if taken.is_some() { Err(Error::conflict("slug_taken", TAKEN)) } else { Ok(()) }
}
