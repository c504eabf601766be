//! Files: uploaded, sent, and fetched from customers' messages.

mod inbound;
mod sending;
mod uploads;

use crate::support::client::Answer;
use crate::support::shop::Shop;
use reqwest::Method;

/// A picture of one pixel.
pub(crate) const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0\x3a\x7e\x9b\x55";

/// Uploads a file.
pub(super) async fn upload(shop: &Shop, name: &str, bytes: &[u8]) -> Answer {
    let request = shop.api.request(Method::POST, "/api/v1/media").query(&[("file_name", name)]);
    Answer::of(request.header("content-type", "application/octet-stream").body(bytes.to_vec())).await
}
