//! Handles: copies of our files that the provider looks at when it judges a template with a picture, film or document.

use super::port::MediaError;
use super::{MediaStatus, entity, provide};
use crate::context::Services;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{MediaId, OrganizationId};
use crate::senders::port::SenderAccess;
use sea_orm::{ColumnTrait, QueryFilter};

/// Makes a handle of a stored file. To be called by a worker: it takes as long as the upload takes.
///
/// # Errors
/// `NotFound`; `Conflict` when the file is not here (`media_not_stored`) or nobody knows for which app it is
/// (`app_unknown`); `Invalid` (`media_refused`) when the provider will not have it; `Unavailable` when the provider or the storage is away.
pub async fn handle(
    services: &Services,
    organization: OrganizationId,
    access: &SenderAccess,
    id: MediaId,
) -> Result<String> {
    let query = entity::Entity::secure_find(organization).filter(entity::Column::Id.eq(id));
    let medium = query.one(services.db.read()).await?.ok_or_else(|| Error::not_found("media", id))?;
    if medium.status != MediaStatus::Stored {
        return Err(Error::conflict("media_not_stored", "this file is not here"));
    }
    let file = provide::open(services, &medium).await?;
    services.media.handle(access, file).await.map_err(|error| match error {
        MediaError::Refused(_) => Error::invalid("media_id", "media_refused", error.to_string()),
        MediaError::NoApp => Error::conflict("app_unknown", error.to_string()),
        other => Error::Unavailable { what: "the provider", source: other.into() },
    })
}
