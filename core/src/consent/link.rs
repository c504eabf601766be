//! The personal link to stop messages, and to have them again: `/o/<token>`.
//!
//! A token is the customer's id and a MAC over it under their organization's key. It names no number, nobody can make
//! one, and nothing has to be stored for a million of them.

use super::suppression::Key;
use super::{ConsentMethod, ConsentPurpose, ConsentState, Said, record};
use crate::context::{Ctx, Services, Tx};
use crate::customers::{self, Customer};
use crate::error::Result;
use crate::ids::{CustomerId, OrganizationId};
use crate::organizations;
use sea_orm::EntityTrait;
use subtle::ConstantTimeEq;

/// Bytes of the MAC that are kept: nobody guesses one of 2^128.
const MAC: usize = 16;
/// Characters of an id without its prefix.
const ID: usize = 26;

/// Makes the links of one organization's customers.
#[derive(Debug, Clone)]
pub struct Links {
    base: String,
    key: Key,
}

impl Links {
    /// For addresses that begin with `base`.
    pub async fn of(tx: &Tx, organization: OrganizationId, base: String) -> Result<Self> {
        Ok(Self { base, key: Key::of(tx, organization).await? })
    }

    /// What stands at the end of a person's address.
    pub fn token(&self, customer: CustomerId) -> String {
        let id = customer.to_string();
        format!("{}{}", &id[CustomerId::PREFIX.len()..], mac(&self.key, customer))
    }

    /// A person's whole address.
    pub fn url(&self, customer: CustomerId) -> String {
        format!("{}/o/{}", self.base, self.token(customer))
    }
}

fn mac(key: &Key, customer: CustomerId) -> String {
    hex::encode(&key.mac("link", &customer.to_string())[..MAC])
}

/// Who opened a link, and whose customer they are.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What the organization is called.
    pub organization_name: String,
    /// The person.
    pub customer: Customer,
}

/// What a person may choose on their page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// No offers any more.
    Stop,
    /// No messages that can be stopped.
    StopAll,
    /// Offers again, and what else was stopped.
    Resume,
}

/// Reads a token and changes nothing; `None` for one that nobody made. The token is all the authority there is, so this
/// is the one reading of a customer that asks for no organization.
pub async fn open(services: &Services, token: &str) -> Result<Option<Opened>> {
    let Some((id, given)) = token.is_ascii().then(|| token.split_at_checked(ID)).flatten() else {
        return Ok(None);
    };
    let Ok(id) = format!("{}{id}", CustomerId::PREFIX).parse::<CustomerId>() else { return Ok(None) };
    let find = |id: CustomerId| customers::Entity::find_by_id(id).one(services.db.read());
    let Some(mut customer) = find(id).await? else { return Ok(None) };
    let Some(key) = Key::read(services, customer.organization_id).await? else { return Ok(None) };
    if !bool::from(mac(&key, id).as_bytes().ct_eq(given.as_bytes())) {
        return Ok(None);
    }
    if let Some(same) = customer.merged_into {
        let Some(found) = find(same).await? else { return Ok(None) };
        customer = found;
    }
    let organization =
        organizations::Entity::find_by_id(customer.organization_id).one(services.db.read()).await?;
    Ok(organization.map(|organization| Opened { organization_name: organization.name, customer }))
}

/// Records what somebody chose on their page, and says where they stand now; `None` for a token that nobody made. Safe
/// to repeat.
pub async fn choose(services: &Services, token: &str, choice: Choice) -> Result<Option<Opened>> {
    let Some(opened) = open(services, token).await? else { return Ok(None) };
    let customer = &opened.customer;
    let said = words(customer, choice).into_iter().map(|(purpose, state)| {
        let method = ConsentMethod::Link;
        let source = Some("personal link".to_string());
        Said { source, ..Said::by_person(customer.id, purpose, state, method, services.now()) }
    });
    let said: Vec<_> = said.collect();
    if !said.is_empty() {
        let tx = services.begin().await?;
        record(&tx, customer.organization_id, &said).await?;
        tx.commit().await?;
    }
    open(services, token).await
}

/// What is new about a choice: pressed twice it says nothing the second time.
fn words(customer: &Customer, choice: Choice) -> Vec<(ConsentPurpose, ConsentState)> {
    use ConsentPurpose::{Marketing, Utility};
    use ConsentState::{OptedIn, OptedOut};
    let (marketing, utility) = (customer.marketing_consent, customer.utility_consent);
    let words = [
        (choice != Choice::Resume && marketing != OptedOut).then_some((Marketing, OptedOut)),
        (choice == Choice::StopAll && utility != OptedOut).then_some((Utility, OptedOut)),
        (choice == Choice::Resume && marketing != OptedIn).then_some((Marketing, OptedIn)),
        (choice == Choice::Resume && utility == OptedOut).then_some((Utility, OptedIn)),
    ];
    words.into_iter().flatten().collect()
}

/// A customer's link and its token. The id of one that was merged gives the link of the one that stays.
pub async fn of_customer(ctx: &Ctx, id: CustomerId) -> Result<(String, String)> {
    let customer = customers::queries::get(ctx, id).await?.customer;
    let tx = ctx.begin().await?;
    let links = Links::of(&tx, ctx.organization, ctx.config.http.public_url()).await?;
    tx.commit().await?;
    Ok((links.url(customer.id), links.token(customer.id)))
}
