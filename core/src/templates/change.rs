//! Changing and deleting templates: written down here, asked of the provider in the background.

use super::create::{format_word, problems, purpose, submit};
use super::entity::{Column, Entity, Model};
use super::{TemplateChange, TemplateModel, TemplateStatus, examples, stop};
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Problem, Result};
use crate::ids::TemplateId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, UpdateMany};

/// Changes a template's content. What the provider has stays in use until it has taken the change; one it never took
/// is submitted anew.
///
/// # Errors
/// `Invalid` with everything the provider would refuse; `Conflict` while it may not be changed.
pub async fn edit(
    tx: &Tx,
    ctx: &Ctx,
    id: TemplateId,
    change: impl FnOnce(&mut TemplateModel),
) -> Result<Model> {
    let row = changeable(tx, ctx, id).await?;
    let before = row.model()?;
    let mut model = before.clone();
    change(&mut model);
    (model.name, model.language) = (before.name, before.language);
    let mut problems = problems(&model);
    problems.extend(examples::problems(tx.conn(), ctx.organization, &model).await?);
    if row.status == TemplateStatus::Approved && model.category != before.category {
        let message = "the category of an approved template cannot be changed";
        problems.push(Problem::new("category", "category_fixed", message));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let json = serde_json::to_value(&model).map_err(Error::internal)?;
    let set = match row.status {
        TemplateStatus::Approved | TemplateStatus::Rejected | TemplateStatus::Paused => {
            begin(tx, &row, TemplateChange::Edit).col_expr(Column::NextComponents, Expr::value(json))
        }
        TemplateStatus::Refused => begin(tx, &row, TemplateChange::Create)
            .col_expr(Column::Status, Expr::value(TemplateStatus::Submitting))
            .col_expr(Column::StatusReason, Expr::value(Option::<String>::None))
            .col_expr(Column::Category, Expr::value(purpose(model.category)))
            .col_expr(Column::ParameterFormat, Expr::value(format_word(model.parameter_format)))
            .col_expr(Column::Components, Expr::value(json)),
        status => {
            let message =
                format!("this template is {status}; only approved, rejected and paused ones can be changed");
            return Err(Error::conflict("template_not_editable", message));
        }
    };
    finish(tx, ctx, &row, set).await
}

/// Has a template deleted. It cannot be sent from here on.
///
/// # Errors
/// `Conflict` while it may not be deleted.
pub async fn delete(tx: &Tx, ctx: &Ctx, id: TemplateId) -> Result<Model> {
    let row = changeable(tx, ctx, id).await?;
    let refused = match row.status {
        TemplateStatus::Deleted | TemplateStatus::PendingDeletion => Some("it is deleted already"),
        TemplateStatus::Disabled => Some("WhatsApp does not delete templates it has disabled"),
        _ => None,
    };
    if let Some(why) = refused {
        return Err(Error::conflict("template_not_deletable", format!("this template stays: {why}")));
    }
    let set = begin(tx, &row, TemplateChange::Delete)
        .col_expr(Column::Status, Expr::value(TemplateStatus::PendingDeletion));
    let row = finish(tx, ctx, &row, set).await?;
    stop::campaigns(tx, row.id, &format!("the template `{}` is being deleted", row.name)).await?;
    Ok(row)
}

async fn changeable(tx: &Tx, ctx: &Ctx, id: TemplateId) -> Result<Model> {
    let row = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(tx.conn()).await?;
    let row = row.ok_or_else(|| Error::not_found("template", id))?;
    if let Some(change) = row.pending_change {
        let message = format!("WhatsApp has not answered the last change ({change}) yet; wait a moment");
        return Err(Error::conflict("template_changing", message));
    }
    Ok(row)
}

fn begin(tx: &Tx, row: &Model, change: TemplateChange) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::PendingChange, Expr::value(change))
        .col_expr(Column::ChangeError, Expr::value(Option::<String>::None))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(row.status))
        .filter(Column::PendingChange.is_null())
}

async fn finish(tx: &Tx, ctx: &Ctx, row: &Model, set: UpdateMany<Entity>) -> Result<Model> {
    if set.exec(tx.conn()).await?.rows_affected != 1 {
        let message = "somebody else changed this template a moment ago; look at it and try again";
        return Err(Error::conflict("template_changing", message));
    }
    submit(tx, row.id).await?;
    let row = Entity::secure_find(ctx.organization).filter(Column::Id.eq(row.id)).one(tx.conn()).await?;
    row.ok_or_else(|| Error::internal("a template vanished while it was changed"))
}
