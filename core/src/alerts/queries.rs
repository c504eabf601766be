//! Reading alerts.

use super::entity::{Column, Entity, Model};
use crate::context::Ctx;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{AlertId, OrganizationId};
use crate::page::{Page, PageRequest};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

/// One alert of the organization.
pub async fn get(ctx: &Ctx, id: AlertId) -> Result<Model> {
    find(ctx.db.read(), ctx.organization, id).await
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    id: AlertId,
) -> Result<Model> {
    let found = Entity::secure_find(organization).filter(Column::Id.eq(id)).one(db).await?;
    found.ok_or_else(|| Error::not_found("alert", id))
}

/// The organization's alerts, newest first; `acknowledged`: only those that were, or were not.
pub async fn list(ctx: &Ctx, acknowledged: Option<bool>, page: PageRequest<AlertId>) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization);
    query = match acknowledged {
        Some(true) => query.filter(Column::AcknowledgedAt.is_not_null()),
        Some(false) => query.filter(Column::AcknowledgedAt.is_null()),
        None => query,
    };
    Page::newest(ctx.db.read(), query, Column::Id, page, |alert| alert.id.to_string()).await
}
