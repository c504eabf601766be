//! What an export looks like. The document is written piece by piece and never exists as a whole on our side; these
//! types are its schema, and its pieces.

use crate::Time;
use crate::consent::objects::ConsentEvent;
use crate::customers::Customer;
use crate::media::objects::Media;
use crate::messages::objects::Message;
use bellbird_core::ids::{CampaignId, ImportId};
use bellbird_core::imports::erase::Reject;
use bellbird_core::media::{MediaStatus, Medium};
use bellbird_core::{Timestamp, campaigns};
use poem::{Body, IntoResponse, Response};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};

/// A campaign a person was part of.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CampaignOfPerson {
    /// Its id.
    pub id: CampaignId,
    /// What it is called.
    pub name: String,
    /// When it was launched.
    pub launched_at: Option<Time>,
}

impl From<campaigns::Campaign> for CampaignOfPerson {
    fn from(row: campaigns::Campaign) -> Self {
        Self { id: row.id, name: row.name, launched_at: row.launched_at.map(Timestamp::to_utc) }
    }
}

/// A file of the conversation.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct FileOfPerson {
    /// What it is.
    pub file: Media,
    /// The address of its content, while it is here.
    pub content: Option<String>,
}

impl From<Medium> for FileOfPerson {
    fn from(row: Medium) -> Self {
        let here = row.status == MediaStatus::Stored;
        let content = here.then(|| format!("/api/v1/media/{}/content", row.id));
        Self { file: row.into(), content }
    }
}

/// A row of a file that named a person and did not go in.
#[derive(Debug, Object)]
pub struct RejectOfPerson {
    /// Of which import.
    pub import_id: ImportId,
    /// The line it begins in.
    pub line: i64,
    /// Why it did not go in, as a stable word.
    pub code: String,
    /// What stands in it.
    pub cells: Vec<String>,
}

impl From<Reject> for RejectOfPerson {
    fn from(row: Reject) -> Self {
        let cells = serde_json::from_str(&row.cells).unwrap_or_default();
        Self { import_id: row.import_id, line: row.line, code: row.code, cells }
    }
}

/// Everything that is known about one person.
#[derive(Debug, Object)]
pub struct CustomerExport {
    /// Who they are: numbers, ids, attributes, tags, and where they stand.
    pub customer: Customer,
    /// Every word of theirs in the consent ledger, oldest first.
    pub consent_events: Vec<ConsentEvent>,
    /// Every message to and from them, oldest first, with attempts and receipts. Those of drafts are `planned`.
    pub messages: Vec<Message>,
    /// The campaigns they were part of.
    pub campaigns: Vec<CampaignOfPerson>,
    /// The files they sent, and the first one of every message sent to them.
    pub files: Vec<FileOfPerson>,
    /// Rows of files that named them and did not go in.
    pub import_rejects: Vec<RejectOfPerson>,
}

/// An export to download.
#[derive(Debug)]
pub struct ExportDownload {
    /// What it is saved as.
    pub file_name: String,
    /// Its content, as it comes.
    pub content: Body,
}

impl IntoResponse for ExportDownload {
    fn into_response(self) -> Response {
        Response::builder()
            .content_type("application/json")
            .header("Content-Disposition", format!("attachment; filename=\"{}\"", self.file_name))
            .body(self.content)
    }
}

impl ApiResponse for ExportDownload {
    fn meta() -> MetaResponses {
        let content = MetaMediaType {
            content_type: "application/json",
            schema: <CustomerExport as Type>::schema_ref(),
        };
        MetaResponses {
            responses: vec![MetaResponse {
                description: "Everything, as one JSON document.",
                status: Some(200),
                status_range: None,
                content: vec![content],
                headers: vec![],
            }],
        }
    }
    fn register(registry: &mut Registry) {
        <CustomerExport as Type>::register(registry);
    }
}
