//! Copies of our files at the provider, one per file and sender, made when they are first needed.

use super::entity::Entity;
use super::port::{MediaError, OutgoingFile};
use super::upload_entity::{Column, Entity as Uploads, Model as Copy};
use super::{MediaStatus, Medium, key};
use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::Result;
use crate::ids::{MediaId, SenderId};
use crate::senders::port::SenderAccess;
use futures::StreamExt;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, Statement};
use std::time::Duration;

/// The provider keeps uploads for 30 days (Cloud API, "Media"); we stop a day earlier.
const KEPT: Duration = Duration::from_secs(29 * 24 * 3_600);
/// Whoever makes a copy has this long.
const LEASE: Duration = Duration::from_secs(150);
/// A copy younger than this is believed to be there, whatever the provider says about a message that names it.
const SURELY_THERE: Duration = Duration::from_secs(3_600);

/// Why there is no copy.
#[derive(Debug)]
pub enum NoCopy {
    /// There will be none: the file is gone, or the provider will not have it.
    Never(String),
    /// Somebody else is making it.
    BeingMade,
    /// The provider, the storage or the database is away.
    NotNow(String),
}

impl From<crate::error::Error> for NoCopy {
    fn from(error: crate::error::Error) -> Self {
        Self::NotNow(error.to_string())
    }
}

/// The copies of these files that may be used now.
pub async fn copies(services: &Services, sender: SenderId, media: &[MediaId]) -> Result<Vec<Copy>> {
    let found = Uploads::find()
        .filter(Column::SenderId.eq(sender))
        .filter(Column::MediaId.is_in(media.iter().copied()))
        .filter(Column::ProviderId.is_not_null())
        .filter(Column::ExpiresAt.gt(services.now()))
        .all(services.db.read())
        .await?;
    Ok(found)
}

/// Makes a copy of a file for a sender, unless somebody else does. Safe to call from everywhere at once.
pub async fn make(
    services: &Services,
    sender: SenderId,
    access: &SenderAccess,
    media: MediaId,
) -> Result<(), NoCopy> {
    let found = Entity::find_by_id(media).one(services.db.read()).await.map_err(crate::error::Error::from)?;
    let gone = || NoCopy::Never("the file was deleted before the message was sent".into());
    let medium = found.filter(|medium| medium.status == MediaStatus::Stored).ok_or_else(gone)?;
    if !lease(services, sender, media).await? {
        return Err(NoCopy::BeingMade);
    }
    let made = match open(services, &medium).await {
        Ok(file) => services.media.upload(access, file).await,
        Err(error) => Err(MediaError::NotNow(error.to_string())),
    };
    match made {
        Ok(provider_id) => Ok(settle(services, sender, media, Some(provider_id)).await?),
        Err(error) => {
            settle(services, sender, media, None).await?;
            Err(match error {
                MediaError::Refused(_) => NoCopy::Never(error.to_string()),
                _ => NoCopy::NotNow(error.to_string()),
            })
        }
    }
}

/// Forgets copies the provider seems not to have any more, so that new ones are made; true when one of those used is
/// not in use any more. Of many messages that were under way with the same copy the first forgets it, and the others
/// must not fail for being later. A copy just made is not to blame.
pub async fn forget(services: &Services, used: &[Copy]) -> Result<bool> {
    let mut gone = false;
    for copy in used {
        let same = Condition::all()
            .add(Column::MediaId.eq(copy.media_id))
            .add(Column::SenderId.eq(copy.sender_id))
            .add(Column::ProviderId.eq(copy.provider_id.clone()));
        let old = same.clone().add(Column::UploadedAt.lt(services.now().minus(SURELY_THERE)));
        Uploads::delete_many().filter(old).exec(services.db.write()).await?;
        gone |= Uploads::find().filter(same).one(services.db.write()).await?.is_none();
    }
    Ok(gone)
}

/// A stored file as the provider is given it.
pub(super) async fn open(services: &Services, medium: &Medium) -> Result<OutgoingFile> {
    let content = services.files.get(&key(medium.organization_id, medium.id), 0).await?;
    Ok(OutgoingFile {
        name: medium.file_name.clone().unwrap_or_else(|| medium.id.to_string()),
        mime_type: medium.mime_type.clone().unwrap_or_else(|| "application/octet-stream".into()),
        size: medium.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
        content: content.boxed(),
    })
}

/// The right to make a copy: while there is none that is good, one at a time.
async fn lease(services: &Services, sender: SenderId, media: MediaId) -> Result<bool> {
    let now = services.now();
    let take = Statement::from_sql_and_values(
        services.db.backend(),
        "INSERT INTO media_uploads (media_id, sender_id, leased_until) VALUES ($1, $2, $3)
         ON CONFLICT (media_id, sender_id) DO UPDATE SET leased_until = excluded.leased_until
         WHERE (media_uploads.leased_until IS NULL OR media_uploads.leased_until < $4)
            AND (media_uploads.provider_id IS NULL OR media_uploads.expires_at <= $4)",
        [media.into(), sender.into(), now.plus(LEASE).into(), now.into()],
    );
    Ok(services.db.write().execute_raw(take).await?.rows_affected() == 1)
}

async fn settle(
    services: &Services,
    sender: SenderId,
    media: MediaId,
    provider_id: Option<String>,
) -> Result<()> {
    let now = services.now();
    let made: Option<Timestamp> = provider_id.as_ref().map(|_| now);
    let update = Statement::from_sql_and_values(
        services.db.backend(),
        "UPDATE media_uploads SET provider_id = $3, uploaded_at = $4, expires_at = $5, leased_until = NULL
         WHERE media_id = $1 AND sender_id = $2",
        [media.into(), sender.into(), provider_id.into(), made.into(), made.map(|at| at.plus(KEPT)).into()],
    );
    services.db.write().execute_raw(update).await?;
    Ok(())
}
