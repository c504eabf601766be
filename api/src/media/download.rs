//! A file as an answer. Whoever sent it may mean harm: it is always saved and never shown, whatever it says it is.

use bellbird_core::media::Medium;
use bellbird_core::media::port::Content;
use futures::TryStreamExt;
use poem::{Body, IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Binary, Payload};
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};

/// A file.
#[derive(Debug)]
pub struct FileDownload {
    name: String,
    size: Option<i64>,
    content: Body,
}

impl FileDownload {
    /// A stored file, as it comes.
    pub fn new(medium: &Medium, content: Content) -> Self {
        let name = medium.file_name.clone().unwrap_or_else(|| medium.id.to_string());
        let content = Body::from_bytes_stream(content.map_err(std::io::Error::other));
        Self { name, size: medium.size, content }
    }
}

impl IntoResponse for FileDownload {
    fn into_response(self) -> Response {
        let mut response = Response::builder()
            .content_type("application/octet-stream")
            .header("Content-Disposition", disposition(&self.name));
        if let Some(size) = self.size {
            response = response.header("Content-Length", size);
        }
        response.body(self.content)
    }
}

impl ApiResponse for FileDownload {
    fn meta() -> MetaResponses {
        let schema = <Binary<Vec<u8>> as Payload>::schema_ref();
        MetaResponses {
            responses: vec![MetaResponse {
                description: "The file. What it is, `getMedia` says.",
                status: Some(200),
                status_range: None,
                content: vec![MetaMediaType { content_type: "application/octet-stream", schema }],
                headers: vec![],
            }],
        }
    }
    fn register(_: &mut Registry) {}
}

/// RFC 6266: a plain name for everybody, and the whole one for those who read it.
fn disposition(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || " .-_()".contains(c) { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    let whole: String = name
        .bytes()
        .map(|b| match b {
            b if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => (b as char).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(
            disposition("Menü\"; x=\r\n.pdf"),
            "attachment; filename=\"Men___ x___.pdf\"; filename*=UTF-8''Men%C3%BC%22%3B%20x%3D%0D%0A.pdf"
        );
    }
}
