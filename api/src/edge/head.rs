//! A request's head: how long its address may be, and how many headers of what size it may carry.
//!
//! `listen.rs` has limits of its own, a little wider, where hyper refuses without a body to read. These here answer
//! like everything else.

use crate::error::ApiError;
use poem::Request;
use poem::http::StatusCode;

/// The longest address, in bytes: our longest filters stay under a tenth of it.
const ADDRESS: usize = 8 << 10;
/// The most headers.
const HEADERS: usize = 64;
/// Their size together, names and values, in bytes.
const BYTES: usize = 16 << 10;

/// Judges a request's head.
///
/// # Errors
/// What is wrong with it.
pub fn judge(request: &Request) -> Result<(), ApiError> {
    let address = request.uri().to_string();
    if address.len() > ADDRESS {
        let detail = format!("an address is at most {ADDRESS} bytes long");
        return Err(ApiError::refused(StatusCode::URI_TOO_LONG, "address_too_long", detail));
    }
    // nothing stored has one in it, and Postgres takes it for an error of ours
    if address.contains("%00") {
        let detail = "an address cannot hold the character NUL (%00)";
        return Err(ApiError::refused(StatusCode::BAD_REQUEST, "bad_request", detail));
    }
    let headers = request.headers();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > HEADERS || bytes > BYTES {
        let detail = format!("a request has at most {HEADERS} headers, of {BYTES} bytes together");
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(ApiError::refused(status, "headers_too_large", detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(address: &str, headers: usize, size: usize) -> Option<String> {
        let mut request = Request::builder().uri_str(address);
        for n in 0..headers {
            request = request.header(format!("x-{n}"), "v".repeat(size));
        }
        judge(&request.finish()).err().map(|error| error.problem().code.clone())
    }

    #[test]
    fn a_giant_head_is_refused_by_what_is_giant_in_it() {
        assert_eq!(judged("/a", 10, 100), None);
        assert_eq!(judged(&format!("/{}", "a".repeat(ADDRESS)), 0, 0), Some("address_too_long".into()));
        assert_eq!(judged("/a?b=%00", 0, 0), Some("bad_request".into()));
        assert_eq!(judged("/a", HEADERS + 1, 1), Some("headers_too_large".into()));
        assert_eq!(judged("/a", 2, BYTES / 2), Some("headers_too_large".into()));
    }
}
