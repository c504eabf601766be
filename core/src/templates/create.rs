//! Writing templates down, and finding them.

use super::entity::{Column, Entity, Model};
use super::{Category, ParameterFormat, TemplateModel, TemplateStatus, validate};
use crate::consent::Purpose;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::ids::TemplateId;
use crate::page::{Page, PageRequest};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

const TAKEN: &str = "a template with this name exists in this language";

/// A template to write down.
#[derive(Debug, Clone)]
pub struct NewTemplate {
    /// The account it belongs to at the provider.
    pub waba_id: String,
    /// Its content.
    pub model: TemplateModel,
    /// Where it stands with the provider; the next release asks the provider itself.
    pub status: TemplateStatus,
}

/// Writes a template down.
///
/// # Errors
/// `Invalid` with everything the provider would refuse; `Conflict` when name and language are taken.
pub async fn create(tx: &Tx, ctx: &Ctx, new: NewTemplate) -> Result<Model> {
    let mut problems: Vec<Problem> =
        validate(&new.model).into_iter().map(|p| Problem::new(p.path, p.code, p.message)).collect();
    if new.waba_id.trim().is_empty() {
        problems.push(Problem::new(
            "waba_id",
            "missing_waba_id",
            "give the account's id, as Meta's console shows it",
        ));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let taken = Entity::secure_find(ctx.organization)
        .filter(Column::WabaId.eq(&new.waba_id))
        .filter(Column::Name.eq(&new.model.name))
        .filter(Column::Language.eq(&new.model.language))
        .one(tx.conn())
        .await?;
    if taken.is_some() {
        return Err(Error::conflict("template_exists", TAKEN));
    }
    let row = Model {
        id: TemplateId::new(tx.clock()),
        organization_id: ctx.organization,
        waba_id: new.waba_id,
        name: new.model.name.clone(),
        language: new.model.language.clone(),
        category: purpose(new.model.category),
        status: new.status,
        provider_id: None,
        status_reason: None,
        quality: None,
        next_category: None,
        unsupported: None,
        synced_at: None,
        parameter_format: match new.model.parameter_format {
            ParameterFormat::Positional => "POSITIONAL".into(),
            ParameterFormat::Named => "NAMED".into(),
        },
        components: serde_json::to_value(&new.model).map_err(Error::internal)?,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let inserted = Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.conn()).await;
    inserted.map_err(|error| Error::unless_taken(error, "template_exists", TAKEN))?;
    Ok(row)
}

/// Why a template of this category is sent.
pub fn purpose(category: Category) -> Purpose {
    match category {
        Category::Marketing => Purpose::Marketing,
        Category::Utility => Purpose::Utility,
        Category::Authentication => Purpose::Authentication,
    }
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
pub async fn list(ctx: &Ctx, page: PageRequest<TemplateId>) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization).order_by_desc(Column::Id).limit(page.limit + 1);
    if let Some(after) = page.after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(Page::cut(query.all(ctx.db.read()).await?, page.limit, |template| template.id.to_string()))
}
