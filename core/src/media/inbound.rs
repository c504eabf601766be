//! Files of customers, and of the shop's own phone: noted with the message they came with, fetched while the provider
//! keeps them.
//!
//! The row is the job: it stands `pending` until it is fetched, and `next_attempt_at` says when it is tried, and by
//! taking it into the future whoever fetches holds it. So nothing is lost with a worker or a queue.

use super::entity::{Entity, Model};
use super::kinds::{self, LARGEST, SNIFFED};
use super::port::{Attachment, FetchedFile, MediaError};
use super::upload::clean_name;
use super::{MediaOrigin, MediaStatus, key};
use crate::context::{Services, Tx};
use crate::error::{Error, Result};
use crate::files::Stored;
use crate::ids::{MediaId, MessageId, OrganizationId, SenderId};
use crate::senders;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, IntoActiveModel, Statement};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The provider keeps what customers send for seven days (Cloud API, "Media").
const KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Whoever fetches a file has this long.
const LEASE: Duration = Duration::from_secs(150);
/// First wait after a fetch that failed; doubles each time, up to the longest.
const WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
/// A file whose content is not what the provider says is fetched so often.
const TRIES_IF_DIFFERENT: i32 = 5;

/// What belongs to a message's file.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// Who sent it.
    pub origin: MediaOrigin,
    /// Whose.
    pub organization: OrganizationId,
    /// The number it came to, or was sent from.
    pub sender: SenderId,
    /// The message it came with.
    pub message: MessageId,
}

/// Notes a file that is to be fetched, in the transaction that keeps its message.
pub async fn note(tx: &Tx, id: MediaId, source: Source, attachment: Attachment) -> Result<()> {
    let row = Model {
        id,
        organization_id: source.organization,
        origin: source.origin,
        status: MediaStatus::Pending,
        reason: None,
        mime_type: attachment.mime_type,
        file_name: attachment.file_name.map(|name| clean_name(&name)).filter(|name| !name.is_empty()),
        size: None,
        sha256: None,
        message_id: Some(source.message),
        sender_id: Some(source.sender),
        provider_id: Some(attachment.provider_id),
        provider_sha256: attachment.sha256,
        tries: 0,
        next_attempt_at: Some(tx.now()),
        expires_at: Some(tx.now().plus(KEPT)),
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Takes up to `most` files that are to be fetched now; they are the caller's for a while.
pub async fn take(services: &Services, most: usize) -> Result<Vec<Model>> {
    let (backend, now) = (services.db.backend(), services.now());
    let skip = if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let update = Statement::from_sql_and_values(
        backend,
        format!(
            "WITH chosen AS MATERIALIZED (SELECT id FROM media WHERE status = 'pending' AND next_attempt_at <= $2
                ORDER BY next_attempt_at LIMIT $3 {skip})
             UPDATE media SET tries = tries + 1, next_attempt_at = $1, updated_at = $2
             WHERE id IN (SELECT id FROM chosen)
               AND status = 'pending' AND next_attempt_at <= $2
             RETURNING *"
        ),
        [now.plus(LEASE).into(), now.into(), i64::try_from(most).unwrap_or(i64::MAX).into()],
    );
    Ok(Model::find_by_statement(update).all(services.db.write()).await?)
}

/// Whether any file is to be fetched now: cheaper to ask than to take.
pub async fn any_due(services: &Services) -> Result<bool> {
    let select = Statement::from_sql_and_values(
        services.db.backend(),
        "SELECT 1 FROM media WHERE status = 'pending' AND next_attempt_at <= $1 LIMIT 1",
        [services.now().into()],
    );
    Ok(services.db.read().query_one_raw(select).await?.is_some())
}

/// Fetches one file that was taken, and writes down what came of it. Done twice, it is the same file in the same place.
pub async fn fetch(services: &Services, medium: &Model) -> Result<()> {
    if medium.expires_at.is_some_and(|until| until <= services.now()) {
        let why = medium.reason.as_deref().unwrap_or("it was never reached");
        let why = format!("WhatsApp keeps files for seven days, and it could not be fetched in time: {why}");
        return end(services, medium, MediaStatus::Expired, &why).await;
    }
    match store(services, medium).await {
        Ok((stored, mime_type)) => keep(services, medium, &stored, mime_type).await,
        Err(Unfetched::Never(why)) => end(services, medium, MediaStatus::Failed, &why).await,
        Err(Unfetched::NotNow(why)) => {
            tracing::warn!(media = %medium.id, tries = medium.tries, why, "a file cannot be fetched yet");
            wait(services, medium, &why).await
        }
    }
}

/// Why a file is not here.
enum Unfetched {
    Never(String),
    NotNow(String),
}

impl From<Error> for Unfetched {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(problems) if problems.iter().any(|problem| problem.code == "file_too_large") => {
                Self::Never(format!("it is larger than {} MB", LARGEST >> 20))
            }
            other => Self::NotNow(other.to_string()),
        }
    }
}

async fn store(services: &Services, medium: &Model) -> Result<(Stored, Option<String>), Unfetched> {
    let (Some(provider_id), Some(sender)) = (&medium.provider_id, medium.sender_id) else {
        return Err(Unfetched::Never("nobody knows where it is".into()));
    };
    let found = senders::Entity::find_by_id(sender).one(services.db.read()).await.map_err(Error::from)?;
    let sender = found.ok_or_else(|| Unfetched::Never("its sender is gone".into()))?;
    let access = sender.access(&services.cipher).await?;
    let FetchedFile { mime_type, sha256, content } =
        services.media.fetch(&access, provider_id).await.map_err(|error| match error {
            MediaError::ForeignAddress(_) | MediaError::NoApp => Unfetched::Never(error.to_string()),
            // also when it is refused: a token may be mended, and ids have been seen to be late
            MediaError::Refused(_) | MediaError::NotNow(_) => Unfetched::NotNow(error.to_string()),
        })?;
    let head = Arc::new(Mutex::new(BytesMut::new()));
    let seen = head.clone();
    let content = content.inspect(move |chunk| {
        if let Ok(chunk) = chunk {
            look(&seen, chunk);
        }
    });
    let key = key(medium.organization_id, medium.id);
    let stored = services.files.put(&key, content, LARGEST).await?;
    let told = medium.provider_sha256.as_ref().or(sha256.as_ref());
    if told.is_some_and(|told| !told.eq_ignore_ascii_case(&stored.sha256)) {
        services.files.delete(&key).await?;
        let why = "its content is not what WhatsApp says it is (SHA-256)".to_string();
        let last = medium.tries >= TRIES_IF_DIFFERENT;
        return Err(if last { Unfetched::Never(why) } else { Unfetched::NotNow(why) });
    }
    let head = std::mem::take(&mut *head.lock().unwrap_or_else(PoisonError::into_inner));
    let found = kinds::sniff(&head, medium.file_name.as_deref()).map(|found| found.mime_type.to_owned());
    Ok((stored, found.or(mime_type).or_else(|| medium.mime_type.clone())))
}

/// Keeps the first bytes of what passes.
fn look(seen: &Mutex<BytesMut>, chunk: &Bytes) {
    let mut head = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let room = SNIFFED.saturating_sub(head.len()).min(chunk.len());
    head.extend_from_slice(&chunk[..room]);
}

async fn keep(services: &Services, medium: &Model, stored: &Stored, mime_type: Option<String>) -> Result<()> {
    let update = Statement::from_sql_and_values(
        services.db.backend(),
        "UPDATE media SET status = 'stored', reason = NULL, mime_type = $2, size = $3, sha256 = $4,
            next_attempt_at = NULL, updated_at = $5
         WHERE id = $1 AND status = 'pending'",
        [
            medium.id.into(),
            mime_type.into(),
            i64::try_from(stored.size).unwrap_or(i64::MAX).into(),
            stored.sha256.as_str().into(),
            services.now().into(),
        ],
    );
    if services.db.write().execute_raw(update).await?.rows_affected() == 0
        && let found = Entity::find_by_id(medium.id).one(services.db.write()).await?
        && found.is_none_or(|row| row.status == MediaStatus::Erased)
    {
        // deleted meanwhile, or erased with its person
        services.files.delete(&key(medium.organization_id, medium.id)).await?;
    }
    Ok(())
}

async fn end(services: &Services, medium: &Model, status: MediaStatus, why: &str) -> Result<()> {
    tracing::warn!(media = %medium.id, why, "a file of a customer is lost");
    let update = Statement::from_sql_and_values(
        services.db.backend(),
        "UPDATE media SET status = $2, reason = $3, next_attempt_at = NULL, updated_at = $4
         WHERE id = $1 AND status = 'pending'",
        [medium.id.into(), status.as_str().into(), why.into(), services.now().into()],
    );
    services.db.write().execute_raw(update).await?;
    Ok(())
}

async fn wait(services: &Services, medium: &Model, why: &str) -> Result<()> {
    let doubled = WAIT.saturating_mul(1 << medium.tries.clamp(1, 12).saturating_sub(1));
    let again = services.now().plus(doubled.min(LONGEST_WAIT));
    let update = Statement::from_sql_and_values(
        services.db.backend(),
        "UPDATE media SET reason = $2, next_attempt_at = $3, updated_at = $4 WHERE id = $1 AND status = 'pending'",
        [medium.id.into(), why.into(), again.into(), services.now().into()],
    );
    services.db.write().execute_raw(update).await?;
    Ok(())
}
