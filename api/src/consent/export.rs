//! The ledger as a file of any length: page by page, each read when the one before was taken.

use crate::csv::line;
use bellbird_core::consent::queries::{self, Filter, Proof};
use bellbird_core::customers;
use bellbird_core::ids::{ConsentEventId, CustomerId};
use bellbird_core::page::PageRequest;
use bellbird_core::{Ctx, Result};
use futures::stream::{self, Stream, StreamExt};
use poem::{Body, IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use serde_json::{Value, json};
use std::io;

/// Words read at a time; what an export holds in memory.
const AT_A_TIME: u64 = 500;
const HEADER: [&str; 14] = [
    "event_id",
    "customer_id",
    "phone",
    "bsuid",
    "name",
    "purpose",
    "state",
    "method",
    "source",
    "evidence",
    "actor",
    "counted",
    "occurred_at",
    "recorded_at",
];

/// JSON, one object a line, to download.
#[derive(Debug)]
pub struct JsonLines {
    /// What it is saved as.
    pub file_name: String,
    /// Its content, as it comes.
    pub content: Body,
}

impl IntoResponse for JsonLines {
    fn into_response(self) -> Response {
        Response::builder()
            .content_type("application/x-ndjson")
            .header("Content-Disposition", format!("attachment; filename=\"{}\"", self.file_name))
            .body(self.content)
    }
}

impl ApiResponse for JsonLines {
    fn meta() -> MetaResponses {
        let content = MetaMediaType { content_type: "application/x-ndjson", schema: String::schema_ref() };
        MetaResponses {
            responses: vec![MetaResponse {
                description: "A file of JSON objects, one a line.",
                status: Some(200),
                status_range: None,
                content: vec![content],
                headers: vec![],
            }],
        }
    }
    fn register(_: &mut Registry) {}
}

/// Everything, or what one customer said; the id of one that was merged leads to the one that stays.
pub(super) async fn filter(ctx: &Ctx, customer: Option<CustomerId>) -> Result<Filter> {
    let customer = match customer {
        Some(id) => Some(customers::queries::get(ctx, id).await?.customer.id),
        None => None,
    };
    Ok(Filter { customer, ..Filter::default() })
}

pub(super) fn csv(ctx: Ctx, filter: Filter) -> Body {
    let header = stream::once(async { Ok(line(&HEADER.map(Some)).into_bytes()) });
    Body::from_bytes_stream(header.chain(pages(ctx, filter, |proof| line(&cells(proof)))))
}

pub(super) fn json_lines(ctx: Ctx, filter: Filter) -> Body {
    Body::from_bytes_stream(pages(ctx, filter, |proof| {
        let cells = HEADER.into_iter().zip(cells(proof));
        let mut object: serde_json::Map<String, Value> =
            cells.filter_map(|(name, cell)| Some((name.to_string(), Value::from(cell?)))).collect();
        object.insert("counted".into(), json!(proof.event.counted));
        format!("{}\n", Value::Object(object))
    }))
}

fn pages(
    ctx: Ctx,
    filter: Filter,
    text: impl Fn(&Proof) -> String + Copy + Send + 'static,
) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    stream::try_unfold(Some(None), move |place: Option<Option<ConsentEventId>>| {
        let ctx = ctx.clone();
        async move {
            let Some(after) = place else { return Ok(None) };
            let request = PageRequest { after, limit: AT_A_TIME };
            let page = queries::proofs(&ctx, filter, request).await.map_err(|error| {
                tracing::error!(%error, "an export was cut");
                io::Error::other("the export was cut")
            })?;
            let next = page.next.and_then(|cursor| cursor.parse().ok()).map(Some);
            let text: String = page.items.iter().map(text).collect();
            Ok(Some((text.into_bytes(), next)))
        }
    })
}

/// A word's cells, in the order of [`HEADER`].
fn cells(Proof { event, customer }: &Proof) -> [Option<String>; 14] {
    let of = |field: fn(&customers::Customer) -> Option<String>| customer.as_ref().and_then(field);
    [
        Some(event.id.to_string()),
        Some(event.customer_id.to_string()),
        of(|customer| customer.phone.as_ref().map(ToString::to_string)),
        of(|customer| customer.bsuid.clone()),
        of(|customer| customer.name.clone()),
        Some(event.purpose.to_string()),
        Some(event.state.to_string()),
        Some(event.method.to_string()),
        Some(event.source.clone()),
        event.evidence.clone(),
        event.actor.clone(),
        Some(event.counted.to_string()),
        Some(event.occurred_at.to_string()),
        Some(event.recorded_at.to_string()),
    ]
}
