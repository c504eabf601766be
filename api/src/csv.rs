//! CSV files, as they come in and as they go out.

use bellbird_core::imports::cells;
use poem::{Body, FromRequest, IntoResponse, Request, RequestBody, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{ParsePayload, Payload};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef, Registry};
use poem_openapi::types::Type;

/// A CSV file in the body of a request, unread.
#[derive(Debug)]
pub struct CsvFile(pub Vec<u8>);

impl Payload for CsvFile {
    const CONTENT_TYPE: &'static str = "text/csv";
    fn check_content_type(content_type: &str) -> bool {
        // parameters like `charset=utf-8` may follow; whether it is UTF-8 is seen in the bytes
        content_type
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(Self::CONTENT_TYPE))
    }
    fn schema_ref() -> MetaSchemaRef {
        String::schema_ref()
    }
}

impl ParsePayload for CsvFile {
    const IS_REQUIRED: bool = true;
    async fn from_request(request: &Request, body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self(Vec::<u8>::from_request(request, body).await?))
    }
}

poem_openapi::impl_apirequest_for_payload!(CsvFile,);

/// A CSV file to download.
#[derive(Debug)]
pub struct CsvDownload {
    /// What it is saved as.
    pub file_name: String,
    /// Its content, as it comes.
    pub content: Body,
}

impl IntoResponse for CsvDownload {
    fn into_response(self) -> Response {
        Response::builder()
            .content_type("text/csv; charset=utf-8")
            .header("Content-Disposition", format!("attachment; filename=\"{}\"", self.file_name))
            .body(self.content)
    }
}

impl ApiResponse for CsvDownload {
    fn meta() -> MetaResponses {
        let content = MetaMediaType { content_type: "text/csv", schema: String::schema_ref() };
        MetaResponses {
            responses: vec![MetaResponse {
                description: "A CSV file: UTF-8, commas, every cell in quotes, a header line.",
                status: Some(200),
                status_range: None,
                content: vec![content],
                headers: vec![],
            }],
        }
    }
    fn register(_: &mut Registry) {}
}

/// One line of cells, each in quotes, so that no content of a cell can break out of it.
pub fn line(cells: &[Option<impl AsRef<str>>]) -> String {
    let cell = |cell: &Option<_>| {
        let text = cell.as_ref().map(AsRef::as_ref).unwrap_or_default();
        format!("\"{}\"", harmless(text).replace('"', "\"\""))
    };
    cells.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n"
}

/// A spreadsheet runs a cell that begins like a formula; an apostrophe makes it text, and an import takes it away
/// again. A phone number begins with `+` too, but a plus and digits compute nothing, and every other program that reads
/// the file wants the number as it is.
fn harmless(text: &str) -> String {
    let phone = text
        .strip_prefix('+')
        .is_some_and(|rest| (6..=15).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_digit()));
    if cells::begins_like_a_formula(text) && !phone { format!("'{text}") } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_cannot_be_a_formula_nor_break_out_of_its_quotes() {
        for (cell, written) in [
            ("Asha", "\"Asha\""),
            ("=1+1", "\"'=1+1\""),
            ("+cmd|' /C calc'!A0", "\"'+cmd|' /C calc'!A0\""),
            ("-2+3", "\"'-2+3\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("＝1+1", "\"'＝1+1\""),
            ("'=1+1", "\"''=1+1\""),
            ("'t Hooft", "\"'t Hooft\""),
            ("+919876543210", "\"+919876543210\""),
            ("+91987654321+1", "\"'+91987654321+1\""),
            ("say \"hi\",\nA", "\"say \"\"hi\"\",\nA\""),
        ] {
            assert_eq!(line(&[Some(cell)]), format!("{written}\r\n"));
        }
        assert_eq!(line(&[None::<&str>, Some("a")]), "\"\",\"a\"\r\n");
    }

    #[test]
    fn an_import_reads_what_was_exported() {
        for cell in ["=1+1", "'=1", "''-1", "'t Hooft", "+1 and more", "@x", "\t=1", "＋1", "-", "", "plain"]
        {
            assert_eq!(cells::text(&harmless(cell)), cell);
        }
    }

    #[test]
    fn a_charset_may_follow_the_content_type() {
        for (kind, fits) in [
            ("text/csv", true),
            ("text/csv; charset=utf-8", true),
            ("Text/CSV", true),
            ("application/json", false),
            ("multipart/form-data; boundary=x", false),
        ] {
            assert_eq!(CsvFile::check_content_type(kind), fits, "{kind}");
        }
    }
}
