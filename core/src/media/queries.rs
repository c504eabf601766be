//! Reading files.

use super::entity::{Column, Entity, Model};
use super::port::Content;
use super::{MediaOrigin, MediaStatus, key};
use crate::context::Ctx;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::MediaId;
use crate::page::{Page, PageRequest};
use futures::StreamExt;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

/// One file of the organization.
pub async fn get(ctx: &Ctx, id: MediaId) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("media", id))
}

/// The organization's files, newest first; `origin`: only those from there.
pub async fn list(ctx: &Ctx, origin: Option<MediaOrigin>, page: PageRequest<MediaId>) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization);
    if let Some(origin) = origin {
        query = query.filter(Column::Origin.eq(origin));
    }
    Page::newest(ctx.db.read(), query, Column::Id, page, |medium| medium.id.to_string()).await
}

/// A file and its bytes.
///
/// # Errors
/// `NotFound`; `Conflict` (`media_not_stored`) while or because it is not here; `Unavailable` when the storage is away.
pub async fn content(ctx: &Ctx, id: MediaId) -> Result<(Model, Content)> {
    let medium = get(ctx, id).await?;
    check_stored(&medium)?;
    let content = ctx.files.get(&key(medium.organization_id, id), 0).await?;
    Ok((medium, content.boxed()))
}

/// Files of the organization by their ids; those that are not there are left out.
pub async fn some(
    conn: &impl ConnectionTrait,
    organization: crate::ids::OrganizationId,
    ids: Vec<MediaId>,
) -> Result<Vec<Model>> {
    Ok(Entity::secure_find(organization).filter(Column::Id.is_in(ids)).all(conn).await?)
}

/// The file is here.
pub fn check_stored(medium: &Model) -> Result<()> {
    let why = medium.reason.as_deref();
    let message = match medium.status {
        MediaStatus::Stored => return Ok(()),
        MediaStatus::Pending => {
            "this file is still being fetched from WhatsApp; try again in a moment".into()
        }
        MediaStatus::Erased => {
            "this file was deleted, with the person who sent it or when its time was over".into()
        }
        MediaStatus::Failed | MediaStatus::Expired => {
            format!("this file could not be fetched from WhatsApp: {}", why.unwrap_or("no reason was noted"))
        }
    };
    Err(Error::conflict("media_not_stored", message))
}
