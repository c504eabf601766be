//! Finding imports and what became of their rows.

use super::entity::{Column, Entity, Model};
use super::reject_entity;
use super::state::ImportStatus;
use crate::context::Ctx;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{ImportId, OrganizationId};
use crate::page::{Page, PageRequest};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// One import.
pub async fn get(ctx: &Ctx, id: ImportId) -> Result<Model> {
    find(ctx.db.read(), ctx.organization, id).await
}

pub(super) async fn find(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    id: ImportId,
) -> Result<Model> {
    let found = Entity::secure_find(organization).filter(Column::Id.eq(id)).one(conn).await?;
    found.ok_or_else(|| Error::not_found("import", id))
}

/// All of them, newest first.
pub async fn list(
    ctx: &Ctx,
    status: Option<ImportStatus>,
    page: PageRequest<ImportId>,
) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization);
    if let Some(status) = status {
        query = query.filter(Column::Status.eq(status));
    }
    Page::newest(ctx.db.read(), query, Column::Id, page, |import| import.id.to_string()).await
}

/// Rows that did not go in, in the order of the file, behind line `after`.
pub async fn rejects(ctx: &Ctx, import: &Model, after: i64, limit: u64) -> Result<Vec<reject_entity::Model>> {
    use reject_entity::{Column, Entity};
    let query = Entity::find()
        .filter(Column::ImportId.eq(import.id))
        .filter(Column::Run.eq(import.run))
        .filter(Column::Line.gt(after))
        .order_by_asc(Column::Line)
        .limit(limit);
    Ok(query.all(ctx.db.read()).await?)
}
