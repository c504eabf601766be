//! Changing what is said of an organization and how it wants things done.

use super::UnknownPolicy;
use super::create::{self, NewOrganization};
use super::entity::{Column, Entity, Model};
use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// What is to change; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What people call it.
    pub name: Option<String>,
    /// Country of phone numbers written without a country code.
    pub country: Option<String>,
    /// Its name in addresses.
    pub slug: Option<String>,
    /// Where it is called.
    pub phone: Option<String>,
    /// The number its customers know it by on WhatsApp.
    pub whatsapp_number: Option<String>,
    /// For marketing messages whose outcome stays unknown.
    pub unknown_marketing: Option<UnknownPolicy>,
    /// For all other messages whose outcome stays unknown.
    pub unknown_transactional: Option<UnknownPolicy>,
    /// Whether a launch waits for somebody else's word.
    pub launch_needs_approval: Option<bool>,
}

/// Changes the caller's organization; what changed is noted for the audit log.
///
/// # Errors
/// `Invalid` with everything that is wrong; `Conflict("slug_taken")`.
pub async fn change(tx: &Tx, ctx: &Ctx, wanted: Wanted) -> Result<Model> {
    let found = Entity::find_by_id(ctx.organization).one(tx.conn()).await?;
    let old = found.ok_or_else(|| Error::not_found("organization", ctx.organization))?;
    let mut said = NewOrganization {
        name: wanted.name.unwrap_or_else(|| old.name.clone()),
        country: wanted.country.or_else(|| old.country.clone()),
        email: old.email.clone(),
        phone: wanted.phone.or_else(|| old.phone.clone()),
        whatsapp_number: wanted.whatsapp_number.or_else(|| old.whatsapp_number.clone()),
        slug: wanted.slug.or_else(|| old.slug.clone()),
    };
    let problems = said.normalise("name");
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let new = Model {
        name: said.name,
        country: said.country,
        slug: said.slug,
        phone: said.phone,
        whatsapp_number: said.whatsapp_number,
        unknown_marketing: wanted.unknown_marketing.unwrap_or(old.unknown_marketing),
        unknown_transactional: wanted.unknown_transactional.unwrap_or(old.unknown_transactional),
        launch_needs_approval: wanted.launch_needs_approval.unwrap_or(old.launch_needs_approval),
        ..old.clone()
    };
    note(tx, &old, &new);
    write(tx, &new).await?;
    Ok(new)
}

async fn write(tx: &Tx, new: &Model) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Name, Expr::value(new.name.clone()))
        .col_expr(Column::Country, Expr::value(new.country.clone()))
        .col_expr(Column::Slug, Expr::value(new.slug.clone()))
        .col_expr(Column::Phone, Expr::value(new.phone.clone()))
        .col_expr(Column::WhatsappNumber, Expr::value(new.whatsapp_number.clone()))
        .col_expr(Column::UnknownMarketing, Expr::value(new.unknown_marketing))
        .col_expr(Column::UnknownTransactional, Expr::value(new.unknown_transactional))
        .col_expr(Column::LaunchNeedsApproval, Expr::value(new.launch_needs_approval))
        .filter(Column::Id.eq(new.id))
        .exec(tx.conn())
        .await
        .map_err(|error| Error::unless_taken(error, "slug_taken", create::TAKEN))?;
    Ok(())
}

fn note(tx: &Tx, old: &Model, new: &Model) {
    let said = |model: &Model| {
        serde_json::json!({
            "name": model.name,
            "country": model.country,
            "slug": model.slug,
            "phone": model.phone,
            "whatsapp_number": model.whatsapp_number,
            "unknown_marketing": model.unknown_marketing,
            "unknown_transactional": model.unknown_transactional,
            "launch_needs_approval": model.launch_needs_approval,
        })
    };
    let (before, after) = (said(old), said(new));
    for (field, after) in
        after.as_object().into_iter().flatten().filter(|(field, after)| before[field] != **after)
    {
        tx.changed(field, &before[field], after);
    }
}
