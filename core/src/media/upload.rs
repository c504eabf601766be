//! Taking a file from the organization.

use super::entity::{Entity, Model};
use super::kinds::{self, FileType, LARGEST, SNIFFED};
use super::{MediaOrigin, MediaStatus, key};
use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use crate::ids::MediaId;
use crate::plans::{Limit, limits};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use sea_orm::{EntityTrait, IntoActiveModel};

/// Longest name that is kept.
const NAME: usize = 240;

/// Stores a file as it comes; gives the row to be written. What it is, and how large it may be, is told by its content.
///
/// # Errors
/// `Invalid` for a file that is empty, too large, of a type nobody can be sent, or other than its name says;
/// `Unavailable` when the storage is away.
pub async fn keep(
    ctx: &Ctx,
    file_name: Option<String>,
    content: impl Stream<Item = Result<Bytes>> + Send,
) -> Result<Model> {
    let name = file_name.map(|name| clean_name(&name)).filter(|name| !name.is_empty());
    let mut content = Box::pin(content);
    let head = read_head(&mut content).await?;
    let found = judge(&head, name.as_deref())?;
    let id = MediaId::new(ctx.clock.as_ref());
    let key = key(ctx.organization, id);
    let whole = stream::once(async { Ok(head) }).chain(content);
    let stored = ctx.files.put(&key, whole, found.most).await.map_err(|error| too_large(error, found))?;
    let row = Model {
        id,
        organization_id: ctx.organization,
        origin: MediaOrigin::Uploaded,
        status: MediaStatus::Stored,
        reason: None,
        mime_type: Some(found.mime_type.into()),
        file_name: name,
        size: i64::try_from(stored.size).ok(),
        sha256: Some(stored.sha256),
        message_id: None,
        sender_id: None,
        provider_id: None,
        provider_sha256: None,
        tries: 0,
        next_attempt_at: None,
        expires_at: None,
        created_at: ctx.now(),
        updated_at: ctx.now(),
    };
    Ok(row)
}

/// Writes the row of a file that was kept.
///
/// # Errors
/// `OverPlan` when the organization's storage is full.
pub async fn add(tx: &Tx, ctx: &Ctx, row: Model) -> Result<Model> {
    limits::room(tx, ctx, Limit::StorageBytes, row.size.unwrap_or_default()).await?;
    Entity::insert(row.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(row)
}

/// The first bytes, as many as are needed to tell what it is.
async fn read_head(content: &mut (impl Stream<Item = Result<Bytes>> + Unpin)) -> Result<Bytes> {
    let mut head = BytesMut::new();
    while head.len() < SNIFFED
        && let Some(chunk) = content.next().await
    {
        head.extend_from_slice(&chunk?);
    }
    Ok(head.freeze())
}

fn judge(head: &[u8], name: Option<&str>) -> Result<FileType> {
    if head.is_empty() {
        return Err(Error::invalid(
            "file",
            "empty_file",
            "the file is empty; send it as the body of the request",
        ));
    }
    let Some(found) = kinds::sniff(head, name) else {
        let message = format!("WhatsApp takes no such file; it takes {}", kinds::known());
        return Err(Error::invalid("file", "unknown_file_type", message));
    };
    match name {
        Some(name) if !found.fits(name) => {
            let message = format!(
                "the file is {} by its content, which `{name}` does not say; rename it",
                found.mime_type
            );
            Err(Error::invalid("file_name", "misnamed_file", message))
        }
        _ => Ok(found),
    }
}

/// Without folders and control characters, and not too long.
pub(super) fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(NAME).collect::<String>().trim().to_owned()
}

fn too_large(error: Error, found: FileType) -> Error {
    match error {
        Error::Invalid(problems) if problems.iter().any(|problem| problem.code == "file_too_large") => {
            let most = match found.most >> 20 {
                0 => format!("{} KB", found.most >> 10),
                most => format!("{most} MB"),
            };
            let message = format!(
                "a file to be sent as {} has at most {most} (of any kind: {} MB)",
                found.kind,
                LARGEST >> 20
            );
            Error::invalid("file", "file_too_large", message)
        }
        other => other,
    }
}
