//! Searching the audit log.

use super::entity::{Column, Entity, Model};
use crate::clock::Timestamp;
use crate::context::Ctx;
use crate::db::Owned;
use crate::error::Result;
use crate::ids::AuditEventId;
use crate::page::{Page, PageRequest};
use sea_orm::{ColumnTrait, QueryFilter};

/// What is looked for; nothing given: everything.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// By this person or key.
    pub actor: Option<String>,
    /// This operation.
    pub action: Option<String>,
    /// To this thing.
    pub subject: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// What was done in the organization, newest first.
pub async fn list(ctx: &Ctx, search: Search, page: PageRequest<AuditEventId>) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization);
    for (column, wanted) in
        [(Column::Actor, search.actor), (Column::Action, search.action), (Column::Subject, search.subject)]
    {
        if let Some(wanted) = wanted {
            query = query.filter(column.eq(wanted));
        }
    }
    if let Some(from) = search.from {
        query = query.filter(Column::At.gte(from));
    }
    if let Some(to) = search.to {
        query = query.filter(Column::At.lt(to));
    }
    Page::newest(ctx.db.read(), query, Column::Id, page, |event| event.id.to_string()).await
}
