//! What the provider lists becomes what we have.

use super::create::{format_word, purpose};
use super::entity::{Column, Entity, Model};
use super::port::ListedTemplate;
use super::{TemplateChange, TemplateStatus, examples, stop};
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{OrganizationId, TemplateId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, UpdateMany};
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
            Some(row) => {
                let written = update(&row, &one, asked_at)?.exec(tx.conn()).await?.rows_affected == 1;
                let stopped =
                    row.status == TemplateStatus::Approved && one.status != TemplateStatus::Approved;
                if written && stopped {
                    stop::campaigns(tx, row.id, &format!("the template `{}` is {}", row.name, one.status))
                        .await?;
                }
            }
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
    let gone = Condition::all()
        .add(Column::OrganizationId.eq(organization))
        .add(Column::WabaId.eq(waba_id))
        .add(Column::Status.is_in(alive))
        .add(Column::PendingChange.is_null())
        .add(Column::CreatedAt.lt(started_at))
        .add(Column::UpdatedAt.lt(started_at))
        .add(Column::SyncedAt.is_null().or(Column::SyncedAt.lt(started_at)));
    let rows = Entity::find().filter(gone.clone()).all(tx.conn()).await?;
    for row in rows {
        let marked = Entity::update_many()
            .col_expr(Column::Status, Expr::value(TemplateStatus::Deleted))
            .col_expr(Column::StatusReason, Expr::value(GONE))
            .col_expr(Column::StatusAt, Expr::value(told_at(started_at)))
            .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
            .filter(Column::Id.eq(row.id))
            .filter(gone.clone())
            .exec(tx.conn())
            .await?;
        if marked.rows_affected == 1 {
            stop::campaigns(tx, row.id, &format!("the template `{}` is deleted", row.name)).await?;
        }
    }
    Ok(())
}

/// What the answer to a request counts as told for. Webhooks tell whole seconds: one that speaks of the same second
/// wins over the answer.
pub(super) fn told_at(asked_at: Timestamp) -> Timestamp {
    Timestamp(asked_at.0.div_euclid(1_000) * 1_000 - 1)
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
        example_handles: None,
        status_at: Some(told_at(asked_at)),
        quality_at: None,
        category_at: None,
        components_at: None,
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
    let told_at = told_at(asked_at);
    let newer = |known: Option<Timestamp>| known.is_none_or(|known| known < told_at);
    let mut set = seen;
    let mut changed = row.provider_id.as_ref() != Some(&one.provider_id);
    if newer(row.status_at) {
        // the list has a reason for rejections only; what a webhook told of the same status is kept
        let known = row.status_reason.clone().filter(|_| row.status == one.status);
        let reason = one.status_reason.clone().or(known);
        changed |= (row.status, &row.status_reason) != (one.status, &reason);
        set = set
            .col_expr(Column::Status, Expr::value(one.status))
            .col_expr(Column::StatusReason, Expr::value(reason))
            .col_expr(Column::StatusAt, Expr::value(told_at));
    }
    if newer(row.quality_at) {
        changed |= row.quality != Some(one.quality);
        set = set.col_expr(Column::Quality, Expr::value(one.quality));
    }
    if newer(row.category_at) {
        let (category, next) = (purpose(one.model.category), one.next_category.map(purpose));
        changed |= (row.category, row.next_category) != (category, next);
        set = set
            .col_expr(Column::Category, Expr::value(category))
            .col_expr(Column::NextCategory, Expr::value(next));
    }
    if newer(row.components_at) {
        let mut model = one.model.clone();
        examples::keep_files(&row.model()?, &mut model);
        let components = serde_json::to_value(&model).map_err(Error::internal)?;
        changed |= (&row.components, &row.unsupported) != (&components, &one.unsupported);
        set = set
            .col_expr(Column::Unsupported, Expr::value(one.unsupported.clone()))
            .col_expr(Column::ParameterFormat, Expr::value(format_word(one.model.parameter_format)))
            .col_expr(Column::Components, Expr::value(components));
    }
    if changed {
        set = set
            .col_expr(Column::ProviderId, Expr::value(one.provider_id.clone()))
            .col_expr(Column::UpdatedAt, Expr::value(asked_at));
    }
    Ok(set)
}
