//! The rows that did not go in, as a file of any length.

use crate::csv::line;
use bellbird_core::imports::{Import, cells, queries};
use bellbird_core::{Ctx, Result};
use futures::stream::{self, Stream, StreamExt};
use poem::Body;
use std::io;

/// Rows read at a time; what a report holds in memory.
const AT_A_TIME: u64 = 500;
/// Columns put before the file's own; an import knows them and leaves them alone.
const OURS: [&str; 3] = ["import_line", "import_code", "import_message"];

pub(super) fn content(ctx: Ctx, import: Import) -> Result<Body> {
    let columns = import.columns()?;
    let names = OURS.into_iter().map(str::to_string).chain(columns).map(Some);
    let header = line(&names.collect::<Vec<_>>()).into_bytes();
    Ok(Body::from_bytes_stream(stream::once(async { Ok(header) }).chain(pages(ctx, import))))
}

/// Page by page: each is read when the one before was taken.
fn pages(ctx: Ctx, import: Import) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    stream::try_unfold((ctx, import, 0), |(ctx, import, after)| async move {
        let cut = |error: String| {
            tracing::error!(import = %import.id, error, "a report was cut");
            io::Error::other("the report was cut")
        };
        let rows = queries::rejects(&ctx, &import, after, AT_A_TIME).await.map_err(|e| cut(e.to_string()))?;
        let Some(last) = rows.last().map(|row| row.line) else { return Ok(None) };
        let mut text = String::new();
        for row in rows {
            let cells: Vec<String> = serde_json::from_str(&row.cells).map_err(|e| cut(e.to_string()))?;
            // as the import read them: an apostrophe that was there already is not doubled
            let cells = cells.iter().map(|cell| cells::text(cell).to_string());
            let all = [row.line.to_string(), row.code, row.message].into_iter().chain(cells).map(Some);
            text.push_str(&line(&all.collect::<Vec<_>>()));
        }
        Ok(Some((text.into_bytes(), (ctx, import, last))))
    })
}
