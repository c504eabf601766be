//! Files: uploaded, sent, and fetched from customers' messages.

mod headers;
mod inbound;
mod sending;
mod uploads;

use crate::support::client::Answer;
use crate::support::shop::Shop;
use reqwest::Method;

/// A picture of one pixel.
pub(crate) const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55";

/// A film and a document, as far as their first bytes say so.
pub(crate) const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2 and some more";
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n";

/// Uploads a file.
pub(crate) async fn upload(shop: &Shop, name: &str, bytes: &[u8]) -> Answer {
    let request = shop.api.request(Method::POST, "/api/v1/media").query(&[("file_name", name)]);
    Answer::of(request.header("content-type", "application/octet-stream").body(bytes.to_vec())).await
}
