//! Finding customers.

use super::entity::{Column, Entity, Model};
use super::tag_entity;
use crate::consent::ConsentState;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{CustomerId, OrganizationId};
use crate::page::{Page, PageRequest};
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, Query, extension::postgres::PgExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;

/// Which customers are wanted; empty fields mean all.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    /// Part of the name, or of the phone (digits).
    pub search: Option<String>,
    /// Carries this tag.
    pub tag: Option<String>,
    /// Stands so about marketing.
    pub marketing_consent: Option<ConsentState>,
}

/// A customer with its tags.
#[derive(Debug, Clone)]
pub struct Tagged {
    /// The row.
    pub customer: Model,
    /// In order of the alphabet.
    pub tags: Vec<String>,
}

/// One customer of the organization. The id of one that was merged leads to the one it was merged into.
pub async fn get(ctx: &Ctx, id: CustomerId) -> Result<Tagged> {
    find(ctx.db.read(), ctx.organization, id).await
}

/// The ids that lead to this customer since others were merged into it.
pub async fn merged_ids(ctx: &Ctx, id: CustomerId) -> Result<Vec<CustomerId>> {
    let ids = Entity::secure_find(ctx.organization)
        .select_only()
        .column(Column::Id)
        .filter(Column::MergedInto.eq(id))
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(ctx.db.read());
    Ok(ids.await?)
}

/// The organization's customers, newest first.
pub async fn list(ctx: &Ctx, filter: &Filter, page: PageRequest<CustomerId>) -> Result<Page<Tagged>> {
    let mut query = Entity::secure_find(ctx.organization).filter(Column::MergedInto.is_null());
    if let Some(state) = filter.marketing_consent {
        query = query.filter(Column::MarketingConsent.eq(state));
    }
    if let Some(tag) = &filter.tag {
        let carriers = Query::select()
            .column(tag_entity::Column::CustomerId)
            .from(tag_entity::Entity)
            .and_where(tag_entity::Column::OrganizationId.eq(ctx.organization))
            .and_where(tag_entity::Column::Tag.eq(tag.as_str()))
            .to_owned();
        query = query.filter(Column::Id.in_subquery(carriers));
    }
    if let Some(text) = filter.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        query = query.filter(matches(ctx, text));
    }
    let found =
        Page::newest(ctx.db.read(), query, Column::Id, page, |customer| customer.id.to_string()).await?;
    Ok(Page { items: with_tags(ctx, found.items).await?, next: found.next })
}

fn matches(ctx: &Ctx, text: &str) -> Condition {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let like = format!("%{escaped}%");
    let name = match ctx.db.backend() {
        DbBackend::Postgres => Expr::col(Column::Name).ilike(&like),
        _ => Expr::expr(Func::lower(Expr::col(Column::Name)))
            .like(LikeExpr::new(like.to_lowercase()).escape('\\')),
    };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let phone = (digits.len() >= 3).then(|| Column::Phone.contains(&digits));
    Condition::any().add(name).add_option(phone)
}

/// One customer of the organization as the transaction sees it, its own changes included.
pub async fn get_in(tx: &Tx, organization: OrganizationId, id: CustomerId) -> Result<Tagged> {
    find(tx.conn(), organization, id).await
}

async fn find(db: &impl ConnectionTrait, organization: OrganizationId, id: CustomerId) -> Result<Tagged> {
    let by_id = |id: CustomerId| Entity::secure_find(organization).filter(Column::Id.eq(id)).one(db);
    let mut found = by_id(id).await?;
    if let Some(merged_into) = found.as_ref().and_then(|customer| customer.merged_into) {
        found = by_id(merged_into).await?;
    }
    let customer = found.ok_or_else(|| Error::not_found("customer", id))?;
    let mut tagged = tags_of(db, organization, vec![customer]).await?;
    tagged.pop().ok_or_else(|| Error::not_found("customer", id))
}

/// Adds the tags of a page of customers, in one query.
pub async fn with_tags(ctx: &Ctx, customers: Vec<Model>) -> Result<Vec<Tagged>> {
    tags_of(ctx.db.read(), ctx.organization, customers).await
}

/// Adds the tags of customers that were read through `db`.
pub(super) async fn tags_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    customers: Vec<Model>,
) -> Result<Vec<Tagged>> {
    let ids = customers.iter().map(|customer| customer.id);
    let rows = tag_entity::Entity::find()
        .filter(tag_entity::Column::OrganizationId.eq(organization))
        .filter(tag_entity::Column::CustomerId.is_in(ids))
        .order_by_asc(tag_entity::Column::Tag)
        .all(db)
        .await?;
    let mut tags: HashMap<CustomerId, Vec<String>> = HashMap::new();
    for row in rows {
        tags.entry(row.customer_id).or_default().push(row.tag);
    }
    let tagged = |customer: Model| Tagged { tags: tags.remove(&customer.id).unwrap_or_default(), customer };
    Ok(customers.into_iter().map(tagged).collect())
}

/// What these customers are called, those who have a name.
pub async fn names(ctx: &Ctx, ids: Vec<CustomerId>) -> Result<HashMap<CustomerId, String>> {
    let named: Vec<(CustomerId, Option<String>)> = Entity::secure_find(ctx.organization)
        .select_only()
        .columns([Column::Id, Column::Name])
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(ctx.db.read())
        .await?;
    Ok(named.into_iter().filter_map(|(id, name)| Some((id, name?))).collect())
}
