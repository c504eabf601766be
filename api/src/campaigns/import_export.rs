//! A campaign's recipients as files.

use super::csv::{HEADER, line_of};
use super::recipient_objects::{ImportedRecipients, Recipient};
use crate::auth::Auth;
use crate::csv::{CsvDownload, CsvFile, line};
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, prepared};
use crate::messages::filter::StatusFilter;
use crate::openapi::Tag;
use bellbird_core::Ctx;
use bellbird_core::campaigns;
use bellbird_core::ids::{CampaignId, MessageId};
use bellbird_core::imports::direct;
use bellbird_core::messages::queries;
use bellbird_core::messages::state::MessageStatus as Standing;
use bellbird_core::page::PageRequest;
use bellbird_core::secret::sha256_hex;
use futures::stream::{self, Stream, StreamExt};
use poem::Body;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use std::io;

/// Recipients read at a time; what an export holds in memory.
const AT_A_TIME: u64 = 500;

/// The operations on a campaign's recipients as files.
#[derive(Debug, Clone, Copy)]
pub struct RecipientFilesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Recipients")]
impl RecipientFilesApi {
    /// Add people from a CSV file
    ///
    /// A small file, within the request: at most 20 MiB, read by the rules of `createImport`, which is for larger ones
    /// and for Excel workbooks. The first line names the columns: `phone` (or `mobile`, `whatsapp` …), and if you like
    /// `name`, `tags`, `opt_in` (yes or no) and one for each of the template's variables; other columns are kept as
    /// attributes. Good rows go in; every other row is named with its line and the reason. A file that cannot be read
    /// at all is a 422 and adds nobody.
    #[oai(
        path = "/campaigns/:campaign_id/recipients/import",
        method = "post",
        operation_id = "importRecipients"
    )]
    async fn import(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        /// Where and how the people in the file agreed to marketing, if they did; rows without a word of their own
        /// are then recorded as opted in.
        consent_source: Query<Option<String>>,
        #[oai(name = "Idempotency-Key")] key: Key,
        file: CsvFile,
    ) -> ApiResult<Answer<ImportedRecipients>> {
        let source = consent_source.0.map(|text| text.trim().to_string()).filter(|text| !text.is_empty());
        let whole = format!("{}\n{}", sha256_hex(&file.0), source.as_deref().unwrap_or_default());
        let guard = key.over_bytes(whole.as_bytes());
        prepared(&auth, guard, direct::read(&auth, file.0), move |tx, ctx, table| {
            Box::pin(async move {
                Ok(direct::import(tx, ctx, campaign_id.0, table, source.as_deref()).await?.into())
            })
        })
        .await
    }

    /// Download a campaign's recipients as CSV
    ///
    /// The same as `listRecipients`, in one file of any length. A cell that begins like a formula (`=`, `+`, `-`,
    /// `@`, tab) gets a leading apostrophe, so that no spreadsheet runs it; phone numbers are a plus and digits and
    /// stay as they are, so that the file can be imported again. A download that breaks off was cut by an error.
    #[oai(
        path = "/campaigns/:campaign_id/recipients/export",
        method = "get",
        operation_id = "exportRecipients"
    )]
    async fn export(
        &self,
        auth: Auth,
        campaign_id: Path<CampaignId>,
        /// Only those that stand here: `status=failed&status=skipped` or `status=failed,skipped`.
        status: Query<Option<StatusFilter>>,
    ) -> ApiResult<CsvDownload> {
        campaigns::queries::get(&auth, campaign_id.0).await?;
        let standings = status.0.unwrap_or_default().standings();
        let content = Body::from_bytes_stream(lines(auth.0, campaign_id.0, standings));
        Ok(CsvDownload { file_name: format!("{}-recipients.csv", campaign_id.0), content })
    }
}

/// The whole file, page by page: each page is read when the one before was taken.
fn lines(
    ctx: Ctx,
    campaign: CampaignId,
    standings: Vec<Standing>,
) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    let header = stream::once(async { Ok(line(&HEADER.map(Some)).into_bytes()) });
    let pages = stream::try_unfold(Some(None), move |place: Option<Option<MessageId>>| {
        let (ctx, standings) = (ctx.clone(), standings.clone());
        async move {
            let Some(after) = place else { return Ok(None) };
            let request = PageRequest { after, limit: AT_A_TIME };
            let page =
                queries::named_recipients(&ctx, campaign, &standings, request).await.map_err(|error| {
                    tracing::error!(%campaign, %error, "an export was cut");
                    io::Error::other("the export was cut")
                })?;
            let next = page.next.and_then(|cursor| cursor.parse().ok()).map(Some);
            let shown = page.items.into_iter().map(|found| Recipient::of(ctx.provider.as_ref(), found));
            let text: String = shown.map(|recipient| line_of(&recipient)).collect();
            Ok(Some((text.into_bytes(), next)))
        }
    });
    header.chain(pages)
}
