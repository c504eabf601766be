//! Writing templates down: as the provider has them already, or to be submitted to it.

use super::entity::{Column, Entity, Model};
use super::jobs::TemplateJob;
use super::{Category, ParameterFormat, TemplateChange, TemplateModel, TemplateStatus, examples, validate};
use crate::consent::Purpose;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::ids::TemplateId;
use crate::outbox;
use crate::queue::LaneName;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

const TAKEN: &str = "a template with this name exists in this language";

/// A template to write down.
#[derive(Debug, Clone)]
pub struct NewTemplate {
    /// The account it belongs to at the provider.
    pub waba_id: String,
    /// Its content.
    pub model: TemplateModel,
    /// Whether the provider has it.
    pub origin: Origin,
}

/// Where a new template comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The provider has it, under the same name and language; the next synchronisation reads it from there.
    Registered(TemplateStatus),
    /// It is new, and submitted in the background.
    Submitted,
}

/// Writes a template down, and has it submitted if it is new.
///
/// # Errors
/// `Invalid` with everything the provider would refuse; `Conflict` when name and language are taken.
pub async fn create(tx: &Tx, ctx: &Ctx, new: NewTemplate) -> Result<Model> {
    let mut problems = problems(&new.model);
    problems.extend(examples::problems(tx.conn(), ctx.organization, &new.model).await?);
    // it becomes part of the provider's addresses
    let plain = |id: &str| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if new.waba_id.trim().is_empty() || !plain(&new.waba_id) {
        let message = "give the account's id, as Meta's console shows it";
        problems.push(Problem::new("waba_id", "missing_waba_id", message));
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
    let row = fresh(tx, ctx, new)?;
    let row = match taken {
        None => {
            let inserted = Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.conn());
            inserted.await.map_err(|error| Error::unless_taken(error, "template_exists", TAKEN))?;
            row
        }
        // what is gone there makes room here; messages sent with it still name the row
        Some(gone) if gone.status == TemplateStatus::Deleted && gone.pending_change.is_none() => {
            let row = Model { id: gone.id, ..row };
            let mut active = row.clone().into_active_model().reset_all();
            active.id = sea_orm::Set(gone.id);
            active.update(tx.conn()).await?;
            row
        }
        Some(_) => return Err(Error::conflict("template_exists", TAKEN)),
    };
    if row.pending_change.is_some() {
        submit(tx, row.id).await?;
    }
    Ok(row)
}

fn fresh(tx: &Tx, ctx: &Ctx, new: NewTemplate) -> Result<Model> {
    let (status, pending_change) = match new.origin {
        Origin::Registered(status) => (status, None),
        Origin::Submitted => (TemplateStatus::Submitting, Some(TemplateChange::Create)),
    };
    Ok(Model {
        id: TemplateId::new(tx.clock()),
        organization_id: ctx.organization,
        waba_id: new.waba_id,
        name: new.model.name.clone(),
        language: new.model.language.clone(),
        category: purpose(new.model.category),
        status,
        provider_id: None,
        status_reason: None,
        quality: None,
        next_category: None,
        unsupported: None,
        synced_at: None,
        parameter_format: format_word(new.model.parameter_format).into(),
        components: serde_json::to_value(&new.model).map_err(Error::internal)?,
        pending_change,
        next_components: None,
        change_error: None,
        example_handles: None,
        status_at: None,
        quality_at: None,
        category_at: None,
        components_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    })
}

/// Everything the provider would refuse.
pub(super) fn problems(model: &TemplateModel) -> Vec<Problem> {
    validate(model).into_iter().map(|p| Problem::new(p.path, p.code, p.message)).collect()
}

/// Has the change a row waits for carried out.
pub(super) async fn submit(tx: &Tx, template: TemplateId) -> Result<()> {
    outbox::enqueue(tx, LaneName::Maintenance, &TemplateJob::ChangeTemplate { template }).await.map(|_| ())
}

/// The word of the column `parameter_format`.
pub(super) fn format_word(format: ParameterFormat) -> &'static str {
    match format {
        ParameterFormat::Positional => "POSITIONAL",
        ParameterFormat::Named => "NAMED",
    }
}

/// Why a template of this category is sent.
pub fn purpose(category: Category) -> Purpose {
    match category {
        Category::Marketing => Purpose::Marketing,
        Category::Utility => Purpose::Utility,
        Category::Authentication => Purpose::Authentication,
    }
}
