//! The list as callers see it: adding, looking up, reading, removing.

use super::entity::{Column, Entity, IdentityKind, Model};
use super::key::Key;
use super::put_on;
use crate::consent::{ConsentMethod, ConsentPurpose, ConsentState, Said, by, record};
use crate::context::{Ctx, Tx};
use crate::customers::meet::{self, Identity};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{CustomerId, OrganizationId, SuppressionId};
use crate::page::{Page, PageRequest};
use crate::phone::Phone;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::BTreeSet;

/// Whom to put on the list, or to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suppressed {
    /// A number.
    Phone(Phone),
    /// WhatsApp's business-scoped user id.
    Bsuid(String),
}

impl Suppressed {
    fn hashed(&self, key: &Key) -> (IdentityKind, String) {
        match self {
            Self::Phone(phone) => (IdentityKind::Phone, key.phone(phone)),
            Self::Bsuid(bsuid) => (IdentityKind::Bsuid, key.bsuid(bsuid)),
        }
    }

    fn identity(&self) -> Identity {
        match self {
            Self::Phone(phone) => Identity { phone: Some(phone.clone()), ..Identity::default() },
            Self::Bsuid(bsuid) => Identity { bsuid: Some(bsuid.clone()), ..Identity::default() },
        }
    }
}

/// Puts identities on the list. Whoever of them is a customer stands as opted out from now on. Entries that are there
/// stay as they are, but for their date. Returns how many entries the list has of them now.
pub async fn add(
    tx: &Tx,
    ctx: &Ctx,
    purpose: ConsentPurpose,
    who: &[Suppressed],
    reason: &str,
) -> Result<Vec<Model>> {
    let (organization, now, actor) = (ctx.organization, tx.now(), by(ctx.actor));
    let key = Key::of(tx, organization).await?;
    let mut people: BTreeSet<CustomerId> = BTreeSet::new();
    for one in who {
        people.extend(meet::find_all(tx, organization, &one.identity()).await?.into_iter().map(|c| c.id));
    }
    let entry = |one: &Suppressed| (one.hashed(&key), reason.to_string(), actor.clone(), now);
    put_on(tx, organization, purpose, who.iter().map(entry).collect()).await?;
    let word = |customer: CustomerId| Said {
        customer,
        purpose,
        state: ConsentState::OptedOut,
        method: ConsentMethod::SuppressionList,
        source: Some(reason.to_string()),
        evidence: None,
        actor: actor.clone(),
        at: now,
        dated: true,
    };
    record(tx, organization, &people.into_iter().map(word).collect::<Vec<_>>()).await?;
    let hashes = who.iter().map(|one| one.hashed(&key).1).collect();
    let found = active(tx.conn(), organization, hashes).await?;
    Ok(found.into_iter().filter(|entry| entry.purpose == purpose).collect())
}

/// What the list says of somebody.
pub async fn check(ctx: &Ctx, who: &Suppressed) -> Result<Vec<Model>> {
    match Key::read(ctx, ctx.organization).await? {
        Some(key) => active(ctx.db.read(), ctx.organization, vec![who.hashed(&key).1]).await,
        None => Ok(Vec::new()),
    }
}

/// The entries of these hashes that are on the list now.
pub(super) async fn active(
    conn: &impl ConnectionTrait,
    organization: OrganizationId,
    hashes: Vec<String>,
) -> Result<Vec<Model>> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let query = Entity::secure_find(organization)
        .filter(Column::Hash.is_in(hashes))
        .filter(Column::RemovedAt.is_null())
        .order_by_asc(Column::Purpose)
        .order_by_asc(Column::Id);
    Ok(query.all(conn).await?)
}

/// The organization's list, newest first.
pub async fn list(
    ctx: &Ctx,
    purpose: Option<ConsentPurpose>,
    with_removed: bool,
    page: PageRequest<SuppressionId>,
) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization);
    if let Some(purpose) = purpose {
        query = query.filter(Column::Purpose.eq(purpose));
    }
    if !with_removed {
        query = query.filter(Column::RemovedAt.is_null());
    }
    Page::newest(ctx.db.read(), query, Column::Id, page, |entry| entry.id.to_string()).await
}

/// One entry.
pub async fn get(ctx: &Ctx, id: SuppressionId) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("suppression", id))
}

/// Takes an entry off the list, with the reason. Whoever is a customer stays where they stand: that the list forgets a
/// "no" makes no "yes" of it.
///
/// # Errors
/// `Conflict` when it was taken off before.
pub async fn remove(tx: &Tx, ctx: &Ctx, id: SuppressionId, reason: &str) -> Result<Model> {
    let find = || Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(tx.conn());
    find().await?.ok_or_else(|| Error::not_found("suppression", id))?;
    let removed = Entity::update_many()
        .col_expr(Column::RemovedAt, Expr::value(tx.now()))
        .col_expr(Column::RemovedBy, Expr::value(by(ctx.actor)))
        .col_expr(Column::RemovedReason, Expr::value(reason))
        .filter(Column::Id.eq(id))
        .filter(Column::OrganizationId.eq(ctx.organization))
        .filter(Column::RemovedAt.is_null())
        .exec(tx.conn())
        .await?;
    if removed.rows_affected == 0 {
        return Err(Error::conflict("suppression_removed", "this entry was taken off the list before"));
    }
    find().await?.ok_or_else(|| Error::not_found("suppression", id))
}
