//! Taking a file in: it goes to a temporary file as it comes, is read there once, and its rows are kept. What cannot
//! be read is refused here, at the door, while the person who gave it is still there.

use super::entity::{self, Entity, Model};
use super::reader::{self, Facts, Limits};
use super::rows;
use super::state::ImportStatus;
use crate::context::{Ctx, Services, Tx};
use crate::error::{Error, Result};
use crate::ids::ImportId;
use bytes::Bytes;
use futures::{Stream, StreamExt, pin_mut, stream};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;

/// Files read at once in one process: each may fill a table of texts.
static READERS: Semaphore = Semaphore::const_new(2);
/// A file's rows as we keep them may be so many times its largest size.
const MOST_KEPT: u64 = 4;
const CHUNK: usize = 256 << 10;
/// A file's name is cut to so many characters.
const LONGEST_NAME: usize = 200;

/// A file that has come, unread.
#[derive(Debug)]
pub struct Received {
    file: File,
    size: u64,
    /// Of its content, in hex.
    pub sha256: String,
}

/// Takes a file as it comes.
///
/// # Errors
/// The content's own; `Invalid` (`file_too_large`) when it is larger than `imports.max_bytes`.
pub async fn receive(
    services: &Services,
    content: impl Stream<Item = Result<Bytes>> + Send,
) -> Result<Received> {
    let most = services.config.imports.max_bytes;
    let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(unwritable)?);
    let (mut size, mut hash) = (0, Sha256::new());
    pin_mut!(content);
    while let Some(chunk) = content.next().await {
        let chunk = chunk?;
        size += chunk.len() as u64;
        if size > most {
            return Err(too_large(most));
        }
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(unwritable)?;
    }
    file.flush().await.map_err(unwritable)?;
    Ok(Received { file: file.into_std().await, size, sha256: hex::encode(hash.finalize()) })
}

/// A file whose rows are kept.
#[derive(Debug)]
pub struct Kept {
    id: ImportId,
    facts: Facts,
    size: u64,
    sha256: String,
}

/// Reads a file and keeps its rows, under an id that [`add`] gives to the import.
///
/// # Errors
/// `Invalid` with the field `file` when it is no table.
pub async fn keep(ctx: &Ctx, id: ImportId, received: Received) -> Result<Kept> {
    let Received { file, size, sha256 } = received;
    let config = &ctx.config.imports;
    let limits = Limits { rows: config.max_rows };
    let most = config.max_bytes.saturating_mul(MOST_KEPT);
    let turn = READERS.acquire().await.map_err(Error::internal)?;
    let (facts, kept) =
        tokio::task::spawn_blocking(move || convert(file, limits, most)).await.map_err(Error::internal)??;
    drop(turn);
    let content = chunks(tokio::fs::File::from_std(kept));
    ctx.files.put(&entity::file(ctx.organization, id), content, u64::MAX).await?;
    Ok(Kept { id, facts, size, sha256 })
}

/// Forgets rows that were kept for an import that did not come about.
pub async fn discard(ctx: &Ctx, id: ImportId) {
    if let Err(error) = ctx.files.delete(&entity::file(ctx.organization, id)).await {
        tracing::warn!(import = %id, %error, "the rows of a refused file stay behind");
    }
}

/// Writes the import of a file whose rows are kept.
pub async fn add(tx: &Tx, ctx: &Ctx, kept: Kept, file_name: Option<&str>) -> Result<Model> {
    let Kept { id, facts, size, sha256 } = kept;
    let name =
        file_name.map(|name| name.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect());
    let model = Model {
        id,
        organization_id: ctx.organization,
        status: ImportStatus::Uploaded,
        file_name: name.filter(|name: &String| !name.is_empty()),
        size: number(size),
        sha256,
        format: facts.format,
        encoding: facts.encoding.map(str::to_string),
        delimiter: facts.delimiter.map(String::from),
        columns: json!(facts.columns),
        rows_total: number(facts.rows),
        campaign_id: None,
        mapping: None,
        tags: json!([]),
        consent_source: None,
        started_by: None,
        dry_run: false,
        run: 0,
        byte_cursor: 0,
        rows_read: 0,
        added: 0,
        updated: 0,
        duplicates: 0,
        rejected: 0,
        failure: None,
        started_at: None,
        finished_at: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    Entity::insert(model.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(model)
}

/// Blocks: reads the file and writes its rows to another temporary one.
fn convert(mut file: File, limits: Limits, most: u64) -> Result<(Facts, File)> {
    file.seek(SeekFrom::Start(0)).map_err(unwritable)?;
    let mut kept = BufWriter::new(Counted { file: tempfile::tempfile().map_err(unwritable)?, left: most });
    let facts = reader::read(file, limits, |row| {
        rows::write(&mut kept, &row).map_err(|error| {
            if error.kind() == std::io::ErrorKind::FileTooLarge { too_large(most) } else { unwritable(error) }
        })
    })?;
    let mut kept = kept.into_inner().map_err(|error| unwritable(error.into_error()))?.file;
    kept.seek(SeekFrom::Start(0)).map_err(unwritable)?;
    Ok((facts, kept))
}

/// Takes so many bytes and no more.
struct Counted {
    file: File,
    left: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let n = bytes.len() as u64;
        self.left = self.left.checked_sub(n).ok_or(std::io::ErrorKind::FileTooLarge)?;
        self.file.write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

fn chunks(file: tokio::fs::File) -> impl Stream<Item = Result<Bytes>> + Send {
    stream::try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        let n = file.read(&mut chunk).await.map_err(unwritable)?;
        chunk.truncate(n);
        Ok((n > 0).then(|| (Bytes::from(chunk), file)))
    })
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn too_large(most: u64) -> Error {
    let message = format!("a file to import has at most {} MB; cut it into several", most / 1_000_000);
    Error::invalid("file", "file_too_large", message)
}

fn unwritable(error: std::io::Error) -> Error {
    Error::Unavailable { what: "the folder for temporary files", source: error.into() }
}
