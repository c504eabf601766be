//! What the provider lists becomes what we have.

use super::create::{format_word, purpose};
use super::entity::{Column, Entity, Model};
use super::port::ListedTemplate;
use super::{TemplateChange, TemplateStatus};
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{OrganizationId, TemplateId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, UpdateMany};
use std::collections::HashMap;

const GONE: &str = "WhatsApp has no template of this name and language any more.";

/// Writes a page of an account's templates down, by name and language. Whatever we learned of a template after the
/// page was asked for stays.
pub(super) async fn templates(
    tx: &Tx,
    organization: OrganizationId,
    waba_id: &str,
    listed: Vec<ListedTemplate>,
    asked_at: Timestamp,
) -> Result<()> {
    let known = Entity::secure_find(organization)
        .filter(Column::WabaId.eq(waba_id))
        .filter(Column::Name.is_in(listed.iter().map(|one| one.model.name.clone())))
        .all(tx.conn())
        .await?;
    let mut known: HashMap<(String, String), Model> =
        known.into_iter().map(|row| ((row.name.clone(), row.language.clone()), row)).collect();
    for one in listed {
        match known.remove(&(one.model.name.clone(), one.model.language.clone())) {
            None => {
                let row = fresh(tx, organization, waba_id, &one, asked_at)?;
                Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
            }
            Some(row) if row.updated_at > asked_at => {
                row_of(&row).col_expr(Column::SyncedAt, Expr::value(asked_at)).exec(tx.conn()).await?;
            }
            Some(row) => update(&row, &one, asked_at)?.exec(tx.conn()).await.map(|_| ())?,
        }
    }
    Ok(())
}

/// Marks as deleted what was not seen by a synchronisation that began at `started_at`.
pub(super) async fn vanished(
    tx: &Tx,
    organization: OrganizationId,
    waba_id: &str,
    started_at: Timestamp,
) -> Result<()> {
    let alive = TemplateStatus::ALL.iter().copied().filter(|status| {
        !matches!(status, TemplateStatus::Deleted | TemplateStatus::Submitting | TemplateStatus::Refused)
    });
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(TemplateStatus::Deleted))
        .col_expr(Column::StatusReason, Expr::value(GONE))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::WabaId.eq(waba_id))
        .filter(Column::Status.is_in(alive))
        .filter(Column::PendingChange.is_null())
        .filter(Column::CreatedAt.lt(started_at))
        .filter(Column::UpdatedAt.lt(started_at))
        .filter(Column::SyncedAt.is_null().or(Column::SyncedAt.lt(started_at)))
        .exec(tx.conn())
        .await?;
    Ok(())
}

fn row_of(row: &Model) -> UpdateMany<Entity> {
    Entity::update_many().filter(Column::Id.eq(row.id)).filter(Column::UpdatedAt.eq(row.updated_at))
}

fn fresh(
    tx: &Tx,
    organization: OrganizationId,
    waba_id: &str,
    one: &ListedTemplate,
    asked_at: Timestamp,
) -> Result<Model> {
    Ok(Model {
        id: TemplateId::new(tx.clock()),
        organization_id: organization,
        waba_id: waba_id.to_owned(),
        name: one.model.name.clone(),
        language: one.model.language.clone(),
        category: purpose(one.model.category),
        status: one.status,
        provider_id: Some(one.provider_id.clone()),
        status_reason: one.status_reason.clone(),
        quality: Some(one.quality),
        next_category: one.next_category.map(purpose),
        unsupported: one.unsupported.clone(),
        synced_at: Some(asked_at),
        parameter_format: format_word(one.model.parameter_format).into(),
        components: serde_json::to_value(&one.model).map_err(Error::internal)?,
        pending_change: None,
        next_components: None,
        change_error: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    })
}

/// What a known row becomes. One that waits to be created or deleted is left to its job.
fn update(row: &Model, one: &ListedTemplate, asked_at: Timestamp) -> Result<UpdateMany<Entity>> {
    let seen = row_of(row).col_expr(Column::SyncedAt, Expr::value(asked_at));
    if matches!(row.pending_change, Some(TemplateChange::Create | TemplateChange::Delete)) {
        return Ok(seen);
    }
    let components = serde_json::to_value(&one.model).map_err(Error::internal)?;
    let changed = row.provider_id.as_deref() != Some(&one.provider_id)
        || row.status != one.status
        || row.components != components
        || row.unsupported != one.unsupported
        || row.category != purpose(one.model.category)
        || row.quality != Some(one.quality)
        || row.next_category != one.next_category.map(purpose)
        || one.status_reason.is_some() && row.status_reason != one.status_reason;
    if !changed {
        return Ok(seen);
    }
    // the list has a reason for rejections only; what a webhook told of the same status is kept
    let reason = match row.status == one.status {
        true => one.status_reason.clone().or_else(|| row.status_reason.clone()),
        false => one.status_reason.clone(),
    };
    Ok(seen
        .col_expr(Column::ProviderId, Expr::value(one.provider_id.clone()))
        .col_expr(Column::Status, Expr::value(one.status))
        .col_expr(Column::StatusReason, Expr::value(reason))
        .col_expr(Column::Quality, Expr::value(one.quality))
        .col_expr(Column::Category, Expr::value(purpose(one.model.category)))
        .col_expr(Column::NextCategory, Expr::value(one.next_category.map(purpose)))
        .col_expr(Column::Unsupported, Expr::value(one.unsupported.clone()))
        .col_expr(Column::ParameterFormat, Expr::value(format_word(one.model.parameter_format)))
        .col_expr(Column::Components, Expr::value(components))
        .col_expr(Column::UpdatedAt, Expr::value(asked_at)))
}
