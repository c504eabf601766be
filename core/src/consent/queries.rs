//! Reading the ledger: a page for a look, or all of it as proof.

use super::event_entity::{Column, Entity, Model};
use super::{ConsentPurpose, ConsentState};
use crate::context::Ctx;
use crate::customers::{self, Customer};
use crate::db::Owned;
use crate::error::Result;
use crate::ids::{ConsentEventId, CustomerId};
use crate::page::{Page, PageRequest};
use sea_orm::{ColumnTrait, QueryFilter};
use std::collections::HashMap;

/// Which words are wanted; empty fields mean all.
#[derive(Debug, Default, Clone, Copy)]
pub struct Filter {
    /// Of this person.
    pub customer: Option<CustomerId>,
    /// About this.
    pub purpose: Option<ConsentPurpose>,
    /// That said this.
    pub state: Option<ConsentState>,
}

/// A word, and who said it as they are known today.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The word.
    pub event: Model,
    /// The person.
    pub customer: Option<Customer>,
}

/// The organization's words, newest first.
pub async fn list(ctx: &Ctx, filter: Filter, page: PageRequest<ConsentEventId>) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization);
    if let Some(customer) = filter.customer {
        query = query.filter(Column::CustomerId.eq(customer));
    }
    if let Some(purpose) = filter.purpose {
        query = query.filter(Column::Purpose.eq(purpose));
    }
    if let Some(state) = filter.state {
        query = query.filter(Column::State.eq(state));
    }
    Page::newest(ctx.db.read(), query, Column::Id, page, |event| event.id.to_string()).await
}

/// The same with the people, as it stands as proof.
pub async fn proofs(ctx: &Ctx, filter: Filter, page: PageRequest<ConsentEventId>) -> Result<Page<Proof>> {
    let found = list(ctx, filter, page).await?;
    let ids = found.items.iter().map(|event| event.customer_id);
    let people = customers::Entity::secure_find(ctx.organization)
        .filter(customers::entity::Column::Id.is_in(ids))
        .all(ctx.db.read())
        .await?;
    let people: HashMap<CustomerId, Customer> =
        people.into_iter().map(|customer| (customer.id, customer)).collect();
    Ok(found.map(|event| Proof { customer: people.get(&event.customer_id).cloned(), event }))
}
