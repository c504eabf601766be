//! Files that people and providers give us, behind one small port: a folder on one machine, a bucket on many.
//!
//! What is in a file never passes through memory as a whole: it comes and goes as a stream. A file is written once
//! and never changed; it is there when [`Files::put`] has returned, and not before.

use crate::config::Config;
use crate::error::{Error, Result};
use crate::ids::OrganizationId;
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, pin_mut};
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, RetryConfig};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// A file larger than this goes to a bucket in parts of this size.
const PART: usize = 8 << 20;
/// A bucket that does not answer is asked again for so long: a person or a job's lease waits for it, not a machine with
/// all the time in the world.
const PATIENCE: Duration = Duration::from_secs(15);
/// What S3 and its likes call a bucket that is not there.
const NO_BUCKET: &str = "NoSuchBucket";

/// Where one file is: `<organization>/<kind>/<id>`, so that nobody's file is ever looked for among another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileKey(String);

impl FileKey {
    /// `kind`: the feature's table, like `imports`.
    pub fn new(organization: OrganizationId, kind: &'static str, id: impl std::fmt::Display) -> Self {
        Self(format!("{organization}/{kind}/{id}"))
    }
}

impl std::fmt::Display for FileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// In bytes.
    pub size: u64,
    /// Of its content, in hex.
    pub sha256: String,
}

/// The files of an installation; cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
}

impl Files {
    /// Opens the folder (made when it is missing) or the bucket of `files.url`.
    ///
    /// # Errors
    /// A sentence for the operator: which part of the address is wrong.
    pub fn open(config: &Config) -> Result<Self, String> {
        let url = config.files_url();
        if let Some(folder) = url.strip_prefix("file:") {
            let folder = match folder.strip_prefix("//") {
                Some(absolute) if absolute.starts_with('/') => absolute,
                _ => folder,
            };
            std::fs::create_dir_all(folder).map_err(|e| format!("files.url: {folder}: {e}"))?;
            let store =
                LocalFileSystem::new_with_prefix(folder).map_err(|e| format!("files.url: {folder}: {e}"))?;
            return Ok(Self { store: Arc::new(store.with_fsync(true).with_automatic_cleanup(true)) });
        }
        let Some((bucket, prefix)) =
            url.strip_prefix("s3://").map(|at| at.split_once('/').unwrap_or((at, "")))
        else {
            return Err("files.url (BELLBIRD_FILES_URL) must begin with file: or s3://".into());
        };
        // credentials, region and endpoint by the names every S3 tool knows (AWS_ACCESS_KEY_ID, AWS_REGION, …)
        let retry = RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let store = AmazonS3Builder::from_env().with_bucket_name(bucket).with_retry(retry).build();
        let store = store.map_err(|e| format!("files.url: {url}: {e}"))?;
        Ok(Self { store: Arc::new(PrefixStore::new(store, prefix)) })
    }

    /// Stores a file as it comes. When `content` ends with an error, or is longer than `most` bytes, nothing is kept.
    ///
    /// # Errors
    /// The content's own; `Invalid` (`file_too_large`); `Unavailable` when the storage is away.
    pub async fn put(
        &self,
        key: &FileKey,
        content: impl Stream<Item = Result<Bytes>> + Send,
        most: u64,
    ) -> Result<Stored> {
        let mut writer = BufWriter::with_capacity(self.store.clone(), Path::from(key.0.as_str()), PART);
        match write(&mut writer, content, most).await {
            Ok(stored) => {
                writer.shutdown().await.map_err(away)?;
                Ok(stored)
            }
            Err(error) => {
                // what stays of parts when this fails too is the bucket's to sweep
                let _ = writer.abort().await;
                Err(error)
            }
        }
    }

    /// Reads a file from byte `from` to its end, as it is asked for.
    ///
    /// # Errors
    /// `NotFound`; `Unavailable` when the storage is away, also in the midst of the stream.
    pub async fn get(
        &self,
        key: &FileKey,
        from: u64,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + Unpin + 'static> {
        let Some(size) = self.size(key).await? else {
            // in a bucket that is missing every file seems to be
            self.reach().await?;
            return Err(Error::not_found("file", key));
        };
        if from >= size {
            return Ok(futures::stream::empty().boxed()); // a range behind the end is an error to some stores
        }
        let options = GetOptions { range: Some(GetRange::Offset(from)), ..GetOptions::default() };
        let found = self.store.get_opts(&Path::from(key.0.as_str()), options).await.map_err(away)?;
        Ok(found.into_stream().map_err(away).boxed())
    }

    /// How many bytes a file has; `None`: there is none.
    pub async fn size(&self, key: &FileKey) -> Result<Option<u64>> {
        match self.store.head(&Path::from(key.0.as_str())).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(away(error)),
        }
    }

    /// Asks the storage for a sign of life. By a list, because a single file that is not there looks the same in a
    /// bucket that is not there.
    ///
    /// # Errors
    /// `Unavailable` when it is away, is not there, or does not let us in.
    pub async fn reach(&self) -> Result<()> {
        match self.store.list(None).next().await {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(error)) if error.to_string().contains(NO_BUCKET) => Err(away("there is no such bucket")),
            Some(Err(error)) => Err(away(error)),
        }
    }

    /// Deletes a file; one that is gone already is fine.
    pub async fn delete(&self, key: &FileKey) -> Result<()> {
        match self.store.delete(&Path::from(key.0.as_str())).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(away(error)),
        }
    }
}

async fn write(
    writer: &mut BufWriter,
    content: impl Stream<Item = Result<Bytes>> + Send,
    most: u64,
) -> Result<Stored> {
    let (mut size, mut hash) = (0, Sha256::new());
    pin_mut!(content);
    while let Some(chunk) = content.next().await {
        let chunk = chunk?;
        size += chunk.len() as u64;
        if size > most {
            let message = format!("the file is larger than {most} bytes");
            return Err(Error::invalid("file", "file_too_large", message));
        }
        hash.update(&chunk);
        writer.write_all(&chunk).await.map_err(away)?;
    }
    Ok(Stored { size, sha256: hex::encode(hash.finalize()) })
}

fn away(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Unavailable { what: "the file storage", source: error.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use futures::stream;

    fn files(folder: &std::path::Path) -> Files {
        let store = LocalFileSystem::new_with_prefix(folder).unwrap();
        Files { store: Arc::new(store) }
    }

    fn chunks(n: usize) -> impl Stream<Item = Result<Bytes>> {
        stream::iter((0..n).map(|_| Ok(Bytes::from_static(b"0123456789"))))
    }

    async fn read(files: &Files, key: &FileKey, from: u64) -> Vec<u8> {
        let found: Vec<Bytes> = files.get(key, from).await.unwrap().try_collect().await.unwrap();
        found.concat()
    }

    #[tokio::test]
    async fn a_file_comes_back_from_any_byte_on_and_can_be_deleted_twice() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let key = FileKey::new(OrganizationId::new(&SystemClock), "imports", "imp_1");
        assert_eq!(files.size(&key).await.unwrap(), None);
        assert!(matches!(files.get(&key, 0).await.err(), Some(Error::NotFound { .. })));
        // more than one part
        let stored = files.put(&key, chunks(2_000_000), u64::MAX).await.unwrap();
        assert_eq!(stored.size, 20_000_000);
        assert_eq!(files.size(&key).await.unwrap(), Some(20_000_000));
        assert_eq!(read(&files, &key, 19_999_997).await, b"789");
        assert!(read(&files, &key, 20_000_000).await.is_empty());
        files.delete(&key).await.unwrap();
        files.delete(&key).await.unwrap();
        assert_eq!(files.size(&key).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_too_large_or_breaks_off_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let key = FileKey::new(OrganizationId::new(&SystemClock), "imports", "imp_1");
        let error = files.put(&key, chunks(11), 109).await.unwrap_err();
        assert!(matches!(&error, Error::Invalid(problems) if problems[0].code == "file_too_large"));
        let broken =
            chunks(2_000_000).chain(stream::once(async { Err(Error::internal("the line is dead")) }));
        assert!(matches!(files.put(&key, broken, u64::MAX).await, Err(Error::Internal(_))));
        assert_eq!(files.size(&key).await.unwrap(), None);
        let beside = folder.path().join(&key.0).parent().map(std::fs::read_dir);
        assert_eq!(beside.unwrap().unwrap().count(), 0, "not even a part");
        assert_eq!(files.put(&key, chunks(10), 100).await.unwrap().size, 100);
    }
}
