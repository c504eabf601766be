//! To whom a message goes: a number, a known customer, or the WhatsApp id of somebody whose number is hidden.

use crate::context::Tx;
use crate::customers::meet::{self, Identity};
use crate::customers::{self, Customer, Upsert};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{CustomerId, OrganizationId};
use crate::phone::Phone;
use sea_orm::{ColumnTrait, QueryFilter};

/// Longest BSUID: a country, `.ENT.` and 128 characters.
const BSUID: usize = 140;

/// A person's address as a caller gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// Their number.
    Phone(Phone),
    /// Somebody we know.
    Customer(CustomerId),
    /// Their BSUID.
    Bsuid(String),
}

/// The customer who is meant; a number or BSUID nobody has becomes one.
///
/// # Errors
/// `NotFound` for a customer of nobody or of others; `Invalid` for what is no BSUID, and for a customer who has neither
/// number nor BSUID.
pub(super) async fn resolve(tx: &Tx, organization: OrganizationId, to: To) -> Result<Customer> {
    match to {
        To::Phone(phone) => customers::upsert(tx, organization, Upsert::phone(phone)).await,
        To::Customer(id) => {
            let mut customer = find(tx, organization, id).await?;
            if let Some(same) = customer.merged_into {
                customer = find(tx, organization, same).await?;
            }
            if customer.phone.is_none() && customer.bsuid.is_none() {
                let message = "neither a phone number nor a WhatsApp id of this customer is known";
                return Err(Error::invalid("customer_id", "no_address", message));
            }
            Ok(customer)
        }
        To::Bsuid(bsuid) => {
            if !is_bsuid(&bsuid) {
                let message = "a WhatsApp user id looks like US.13491208655302741918";
                return Err(Error::invalid("bsuid", "invalid_bsuid", message));
            }
            let who = Identity { bsuid: Some(bsuid), ..Identity::default() };
            let found = meet::recognise(tx, organization, &who, None).await?;
            Ok(found.ok_or_else(|| Error::internal("a person was not met"))?.customer)
        }
    }
}

async fn find(tx: &Tx, organization: OrganizationId, id: CustomerId) -> Result<Customer> {
    let query = customers::Entity::secure_find(organization).filter(customers::entity::Column::Id.eq(id));
    query.one(tx.conn()).await?.ok_or_else(|| Error::not_found("customer", id))
}

/// True for a WhatsApp user id: a country, a dot, letters and digits.
pub fn is_bsuid(text: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
    text.len() <= BSUID
        && text.split_once('.').is_some_and(|(country, rest)| {
            country.len() == 2 && plain(country) && plain(rest.strip_prefix("ENT.").unwrap_or(rest))
        })
}
