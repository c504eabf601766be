//! Taking in the body of an upload.

use super::objects::Import;
use crate::error::{ApiError, ApiResult, bad_parameter};
use crate::idempotency::Answer;
use bellbird_core::ids::{CampaignId, ImportId};
use bellbird_core::imports::start::{self, Start};
use bellbird_core::imports::upload::{self, Kept, Received};
use bellbird_core::{Ctx, Error, Result, Tx};
use futures::StreamExt;
use poem::Body;
use poem::http::StatusCode;

/// How to start at once; `None`: not yet.
pub(super) fn options(
    start: Option<bool>,
    campaign: Option<CampaignId>,
    consent_source: Option<String>,
    dry_run: Option<bool>,
) -> ApiResult<Option<Start>> {
    let source = consent_source.map(|text| text.trim().to_string()).filter(|text| !text.is_empty());
    if start.unwrap_or(false) {
        let dry_run = dry_run.unwrap_or(false);
        return Ok(Some(Start { campaign, consent_source: source, dry_run, ..Start::default() }));
    }
    if campaign.is_some() || source.is_some() || dry_run.is_some() {
        let message =
            "must be true with `campaign_id`, `consent_source` or `dry_run`; or say them to `startImport`";
        return Err(bad_parameter("start", message));
    }
    Ok(None)
}

/// Takes the body as it comes.
pub(super) async fn receive(ctx: &Ctx, body: Body) -> ApiResult<Received> {
    let broken = |error: std::io::Error| {
        Error::invalid("file", "unreadable_body", format!("the upload broke off: {error}"))
    };
    let content = body.into_bytes_stream().map(move |chunk| chunk.map_err(broken));
    upload::receive(ctx, content).await.map_err(|error| match &error {
        Error::Invalid(problems) if problems.iter().any(|p| p.code == "file_too_large") => {
            ApiError::refused(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", error.to_string())
        }
        _ => error.into(),
    })
}

/// The whole request, for its idempotency key.
pub(super) fn fingerprint(received: &Received, file_name: Option<&str>, options: &Option<Start>) -> String {
    format!("{}\n{file_name:?}\n{options:?}", received.sha256)
}

/// Writes the import and starts it if that was asked for.
pub(super) async fn add(
    tx: &Tx,
    ctx: &Ctx,
    kept: Kept,
    file_name: Option<String>,
    options: Option<Start>,
) -> Result<bellbird_core::imports::Import> {
    let import = upload::add(tx, ctx, kept, file_name.as_deref()).await?;
    match options {
        Some(options) => Ok(start::start(tx, ctx, import.id, options).await?.import),
        None => Ok(import),
    }
}

/// The rows of a refused file are not kept.
pub(super) async fn or_discard(
    ctx: &Ctx,
    id: ImportId,
    done: ApiResult<Answer<Import, 201>>,
) -> ApiResult<Answer<Import, 201>> {
    if done.is_err() {
        upload::discard(ctx, id).await;
    }
    done
}
