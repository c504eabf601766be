//! Finding templates.

use super::TemplateStatus;
use super::entity::{Column, Entity, Model};
use crate::consent::Purpose;
use crate::context::Ctx;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::TemplateId;
use crate::page::{Page, PageRequest};
use sea_orm::{ColumnTrait, QueryFilter};

/// Which templates are listed; what is not given does not matter.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this account.
    pub waba_id: Option<String>,
    /// Of this name.
    pub name: Option<String>,
    /// In this language.
    pub language: Option<String>,
    /// Of this category.
    pub category: Option<Purpose>,
    /// Standing here.
    pub status: Option<TemplateStatus>,
}

/// One template of the organization.
pub async fn get(ctx: &Ctx, id: TemplateId) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("template", id))
}

/// One template by its name and language at the provider.
pub async fn find(ctx: &Ctx, waba_id: &str, name: &str, language: &str) -> Result<Option<Model>> {
    let query = Entity::secure_find(ctx.organization)
        .filter(Column::WabaId.eq(waba_id))
        .filter(Column::Name.eq(name))
        .filter(Column::Language.eq(language));
    Ok(query.one(ctx.db.read()).await?)
}

/// The organization's templates, newest first.
pub async fn list(ctx: &Ctx, wanted: &Wanted, page: PageRequest<TemplateId>) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization);
    for (column, text) in [
        (Column::WabaId, &wanted.waba_id),
        (Column::Name, &wanted.name),
        (Column::Language, &wanted.language),
    ] {
        if let Some(text) = text {
            query = query.filter(column.eq(text));
        }
    }
    if let Some(category) = wanted.category {
        query = query.filter(Column::Category.eq(category));
    }
    if let Some(status) = wanted.status {
        query = query.filter(Column::Status.eq(status));
    }
    Page::newest(ctx.db.read(), query, Column::Id, page, |template| template.id.to_string()).await
}
