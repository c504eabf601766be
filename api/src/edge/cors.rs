//! Whose pages may ask from a browser (CORS): the origins of the settings, and nobody else's.
//!
//! An origin that is listed may send cookies. `*` lets every page ask, with a key of its own, and never with cookies:
//! otherwise any page could act for whoever is signed in here.

use poem::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use poem::{IntoResponse, Request, Response};

/// What a page may send.
const SENT: &str =
    "authorization, content-type, idempotency-key, last-event-id, x-bellbird-csrf, x-request-id";
/// What a page may read, besides what it always may.
const READ: &str = "content-disposition, idempotent-replayed, location, ratelimit, ratelimit-policy, retry-after, \
                    x-request-id";
/// How long a browser need not ask again, in seconds.
const KNOWN_FOR: &str = "600";
/// What an answer depends on.
const VARIES: &str = "origin, access-control-request-method, access-control-request-headers";

/// The origins that may ask.
#[derive(Debug, Clone, Default)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Those of the settings.
    pub fn new(origins: Vec<String>) -> Self {
        Self(origins)
    }

    fn allows(&self, origin: &str) -> Option<Allowed> {
        if self.0.iter().any(|known| known == origin) {
            return HeaderValue::from_str(origin).ok().map(Allowed::Listed);
        }
        self.0.iter().any(|known| known == "*").then_some(Allowed::Anybody)
    }

    /// The answer to a browser that asks whether its page may ask; `None`: this is no such question, or nobody's
    /// pages may.
    pub fn preflight(&self, request: &Request, methods: impl FnOnce() -> HeaderValue) -> Option<Response> {
        let headers = request.headers();
        let asks = request.method() == Method::OPTIONS
            && headers.contains_key(header::ORIGIN)
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if self.0.is_empty() || !asks {
            return None;
        }
        let mut response = StatusCode::NO_CONTENT.into_response();
        if origin(headers).and_then(|origin| self.allows(origin)).is_some() {
            let said = response.headers_mut();
            said.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods());
            said.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT));
            said.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(KNOWN_FOR));
        }
        Some(response)
    }

    /// Adds what a browser has to know to any answer.
    pub fn dress(&self, asked_by: Option<&str>, answer: &mut HeaderMap) {
        if self.0.is_empty() {
            return;
        }
        // caches must not give one page's answer to another, allowed or not
        answer.append(header::VARY, HeaderValue::from_static(VARIES));
        let allowed = match asked_by.and_then(|origin| self.allows(origin)) {
            None => return,
            Some(Allowed::Anybody) => HeaderValue::from_static("*"),
            Some(Allowed::Listed(origin)) => {
                answer.insert(CREDENTIALS, HeaderValue::from_static("true"));
                origin
            }
        };
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
    }
}

const CREDENTIALS: HeaderName = header::ACCESS_CONTROL_ALLOW_CREDENTIALS;

enum Allowed {
    Listed(HeaderValue),
    Anybody,
}

/// The origin a request names.
pub fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(origins: &[&str], asked_by: &str) -> [Option<String>; 3] {
        let mut headers = HeaderMap::new();
        let origins = Origins::new(origins.iter().map(ToString::to_string).collect());
        origins.dress(Some(asked_by), &mut headers);
        let value = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap().to_string());
        [value(header::ACCESS_CONTROL_ALLOW_ORIGIN), value(CREDENTIALS), value(header::VARY)]
    }

    #[test]
    fn a_listed_origin_is_named_and_a_star_has_no_credentials() {
        let (page, varies) = ("https://app.example.com", Some(VARIES.to_string()));
        assert_eq!(said(&[], page), [None, None, None]);
        assert_eq!(said(&[page], page), [Some(page.into()), Some("true".into()), varies.clone()]);
        assert_eq!(said(&["*"], page), [Some("*".into()), None, varies.clone()]);
        for stranger in ["https://app.example.com.evil.example", "http://app.example.com", "null", ""] {
            assert_eq!(said(&[page], stranger), [None, None, varies.clone()], "{stranger}");
        }
    }
}
