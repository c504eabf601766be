//! Finding erasures and runs of retention policies.

use super::{Erasure, RetentionRun, erasure_entity, run_entity};
use crate::context::Ctx;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{ErasureId, RetentionRunId};
use crate::page::{Page, PageRequest};
use sea_orm::{ColumnTrait, QueryFilter};

/// One erasure of the organization.
pub async fn erasure(ctx: &Ctx, id: ErasureId) -> Result<Erasure> {
    let query =
        erasure_entity::Entity::secure_find(ctx.organization).filter(erasure_entity::Column::Id.eq(id));
    query.one(ctx.db.read()).await?.ok_or_else(|| Error::not_found("erasure", id))
}

/// The organization's erasures, newest first.
pub async fn erasures(ctx: &Ctx, page: PageRequest<ErasureId>) -> Result<Page<Erasure>> {
    let query = erasure_entity::Entity::secure_find(ctx.organization);
    Page::newest(ctx.db.read(), query, erasure_entity::Column::Id, page, |row| row.id.to_string()).await
}

/// One run of the organization's policy.
pub async fn retention_run(ctx: &Ctx, id: RetentionRunId) -> Result<RetentionRun> {
    let query = run_entity::Entity::secure_find(ctx.organization).filter(run_entity::Column::Id.eq(id));
    query.one(ctx.db.read()).await?.ok_or_else(|| Error::not_found("retention run", id))
}

/// The runs of the organization's policy, newest first.
pub async fn retention_runs(ctx: &Ctx, page: PageRequest<RetentionRunId>) -> Result<Page<RetentionRun>> {
    let query = run_entity::Entity::secure_find(ctx.organization);
    Page::newest(ctx.db.read(), query, run_entity::Column::Id, page, |row| row.id.to_string()).await
}
