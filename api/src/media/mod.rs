//! Media: the files messages are sent with, and those customers sent.

pub mod download;
pub mod objects;

use crate::auth::Auth;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::Error;
use bellbird_core::ids::MediaId;
use bellbird_core::media::{MediaOrigin, queries, remove, upload};
use download::FileDownload;
use futures::TryStreamExt;
use objects::Media;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Binary, Json};
use poem_openapi::types::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The operations on media.
#[derive(Debug, Clone, Copy)]
pub struct MediaApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Media")]
impl MediaApi {
    /// Upload a file
    ///
    /// The file is the body of the request. What it is, is told by its content: images (JPEG, PNG: 5 MB), videos (MP4,
    /// 3GP: 16 MB), sounds (AAC, AMR, MP3, M4A, Ogg with Opus: 16 MB), stickers (WebP: 100 KB, animated 500 KB) and
    /// documents (text, PDF, office files: 100 MB). Send it with `media_id`; WhatsApp gets its copy then.
    #[oai(path = "/media", method = "post", operation_id = "uploadMedia")]
    async fn upload(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        /// What it is called, like `menu.pdf`. The end of the name must fit the content.
        file_name: Query<Option<String>>,
        file: Binary<poem::Body>,
    ) -> ApiResult<Answer<Media, 201>> {
        let broken =
            |_| Error::invalid("file", "broken_upload", "the file did not arrive as a whole; send it again");
        let kept = upload::keep(&auth, file_name.0, file.0.into_bytes_stream().map_err(broken)).await?;
        let (id, written) = (kept.id, Arc::new(AtomicBool::new(false)));
        let guard = key.over_bytes(format!("{:?}\n{:?}", kept.file_name, kept.sha256).as_bytes());
        let mark = written.clone();
        let done = idempotent(&auth, guard, |tx, ctx| {
            mark.store(true, Ordering::Relaxed);
            Box::pin(async move { Ok(upload::add(tx, ctx, kept).await?.into()) })
        })
        .await;
        let refused = done.as_ref().is_err_and(|error| error.problem().status < 500);
        if refused || !written.load(Ordering::Relaxed) {
            remove::discard(&auth, id).await; // there is no room for it, or an earlier answer was repeated
        }
        done
    }

    /// List files
    ///
    /// Newest first.
    #[oai(path = "/media", method = "get", operation_id = "listMedia")]
    async fn list(
        &self,
        auth: Auth,
        /// Only those you uploaded, those customers sent, or those sent from WhatsApp's own app (`echo`).
        origin: Query<Option<MediaOrigin>>,
        cursor: Query<Option<String>>,
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Media>>> {
        let page = page::request(cursor.0.as_deref(), limit.0)?;
        Ok(Json(List::of(queries::list(&auth, origin.0, page).await?, Media::from)))
    }

    /// Get a file's description
    ///
    /// Where it stands and what it is. Its content is another address.
    #[oai(path = "/media/:media_id", method = "get", operation_id = "getMedia")]
    async fn get(&self, auth: Auth, media_id: Path<MediaId>) -> ApiResult<Json<Media>> {
        Ok(Json(queries::get(&auth, media_id.0).await?.into()))
    }

    /// Download a file
    ///
    /// 409 `media_not_stored` while it is still being fetched from WhatsApp, or when it could not be.
    #[oai(path = "/media/:media_id/content", method = "get", operation_id = "downloadMedia")]
    async fn content(&self, auth: Auth, media_id: Path<MediaId>) -> ApiResult<FileDownload> {
        let (medium, content) = queries::content(&auth, media_id.0).await?;
        Ok(FileDownload::new(&medium, content))
    }

    /// Delete a file
    ///
    /// 409 `media_in_use` while a campaign, a message or a template is still to be sent with it, and says which. With
    /// `force` it is deleted all the same; what was to be sent with it fails and says so.
    #[oai(path = "/media/:media_id", method = "delete", operation_id = "deleteMedia")]
    async fn delete(
        &self,
        auth: Auth,
        media_id: Path<MediaId>,
        /// Whether it is deleted although it is in use; not, when left out.
        force: Query<Option<bool>>,
        #[oai(name = "Idempotency-Key")] key: Key,
    ) -> ApiResult<Answer<Any<()>, 204>> {
        let insist = force.0.unwrap_or(false);
        let done = idempotent(&auth, key.alone(), move |tx, ctx| {
            Box::pin(async move { remove::remove(tx, ctx, media_id.0, insist).await.map(Any) })
        });
        let done = done.await?;
        remove::discard(&auth, media_id.0).await;
        Ok(done)
    }
}
