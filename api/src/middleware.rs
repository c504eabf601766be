//! What happens to every request: a name, limits, a safety net, the same shape for every error, a line in the log.

use crate::edge::{Guards, cors, head, throttle};
use crate::error::{ApiError, from_framework};
use crate::linger::Lingering;
use crate::operations::Operations;
use futures::FutureExt;
use poem::error::ReadBodyError;
use poem::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use poem::{Body, Endpoint, IntoResponse, Middleware, Request, Response, Result};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tokio::time::timeout;

/// Largest body of an ordinary request.
const BODY: usize = 1 << 20;
/// Largest file.
const FILE: usize = 20 << 20;
/// Where files of any size arrive.
const UPLOADS: &str = "/api/v1/imports";
/// Where files of messages arrive.
const MEDIA: &str = "/api/v1/media";
/// A file of a message may be as large as this, and a little more: its operation counts what it takes.
const MEDIA_BYTES: usize = 101 << 20;
/// The request's name, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const PAGES: &str = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; frame-ancestors 'none'";
/// For a year; whether other names of the domain are ready for it is not ours to say.
const HTTPS_ONLY: &str = "max-age=31536000";
/// A person's own page brings a style and a form, and nothing else.
const FORM: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const DATA: &str = "default-src 'none'; frame-ancestors 'none'";

tokio::task_local! {
    static CURRENT: String;
}

/// The name of the request being answered.
pub fn request_id() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// The outermost layer.
#[derive(Debug, Clone)]
pub struct Edge {
    /// What is asked of every request.
    pub guards: Guards,
    /// What each address knows.
    pub operations: Arc<Operations>,
    /// Largest body a webhook may have.
    pub webhook_bytes: usize,
    /// Largest file to import; it is not read here, but counted as it is taken.
    pub import_bytes: usize,
}

impl<E: Endpoint> Middleware<E> for Edge {
    type Output = EdgeEndpoint<E>;
    fn transform(&self, inner: E) -> Self::Output {
        EdgeEndpoint { inner, edge: self.clone() }
    }
}

/// [`Edge`] around an endpoint.
#[derive(Debug)]
pub struct EdgeEndpoint<E> {
    inner: E,
    edge: Edge,
}

impl<E: Endpoint> Endpoint for EdgeEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let (started, method) = (Instant::now(), request.method().clone());
        let path = request.uri().path().to_string();
        let (id, origin) = (name(&request), cors::origin(request.headers()).map(str::to_string));
        let guarded = AssertUnwindSafe(throttle::watch(self.guard(request))).catch_unwind();
        let answer = CURRENT.scope(id.clone(), guarded).await;
        let mut response = match answer {
            Ok(response) => response,
            Err(_) => {
                // the panic hook has printed where
                tracing::error!(request_id = id, "a handler panicked");
                CURRENT.sync_scope(id.clone(), || ApiError::internal().into_response())
            }
        };
        dress(&mut response, &path, &id, self.edge.guards.https);
        self.edge.guards.origins.dress(origin.as_deref(), response.headers_mut());
        let (status, took) = (response.status().as_u16(), started.elapsed());
        let millis = (took.as_secs_f64() * 1e4).round() / 10.0;
        let path = without_secrets(&path);
        // load balancers ask all day long, and a campaign brings thousands of webhooks a second
        let often = ["/health", "/metrics", "/webhooks"].iter().any(|often| path.starts_with(often));
        if often && status < 400 {
            tracing::debug!(%method, path, status, duration_ms = millis, request_id = id, "answered");
        } else {
            tracing::info!(%method, path, status, duration_ms = millis, request_id = id, "answered");
        }
        let labels = [("method", method.to_string()), ("status", status.to_string())];
        metrics::counter!("bellbird_http_requests", &labels).increment(1);
        metrics::histogram!("bellbird_http_request_seconds").record(took.as_secs_f64());
        Ok(response)
    }
}

impl<E: Endpoint> EdgeEndpoint<E> {
    /// What is asked before anybody looks at what the request wants, and told after.
    async fn guard(&self, mut request: Request) -> Response {
        if let Err(refusal) = head::judge(&request) {
            return refusal.into_response();
        }
        let (guards, path) = (&self.edge.guards, request.uri().path().to_string());
        if let Some(preflight) = guards.origins.preflight(&request, || self.edge.operations.allowed(&path)) {
            return preflight;
        }
        let address = guards.proxies.client(&request);
        request.set_data(address);
        let answer = self.answer(request).await;
        let mut answer = guards.throttle.failed(&path, address, answer).await;
        throttle::dress(answer.headers_mut());
        answer
    }

    async fn answer(&self, mut request: Request) -> Response {
        let path = request.uri().path().to_string();
        let guards = &self.edge.guards;
        let uploads = [UPLOADS, MEDIA].contains(&path.as_str()) || path.ends_with("/import");
        let time = if uploads { guards.upload_time } else { guards.request_time };
        let answered = match timeout(time, self.limit(&mut request)).await {
            Ok(Ok(())) => match timeout(time, self.inner.call(request)).await {
                Ok(answered) => answered.map(IntoResponse::into_response),
                Err(_) => return ApiError::took_too_long().into_response(),
            },
            Ok(Err(error)) => Err(error.into()),
            Err(_) => return ApiError::arrived_too_slowly().into_response(),
        };
        match answered {
            Ok(response) => response,
            // ours already: rebuilding it would lose its headers
            Err(error) if error.is_from_response() => error.into_response(),
            Err(error) => {
                let mut response = from_framework(&error).into_response();
                if response.status() == StatusCode::METHOD_NOT_ALLOWED {
                    response.headers_mut().insert(header::ALLOW, self.edge.operations.allowed(&path));
                }
                response
            }
        }
    }

    /// Reads the body up to its limit, so that nothing behind this can be made to read more. Uploads are too large for
    /// that: their operation takes them as they come, up to its limit.
    async fn limit(&self, request: &mut Request) -> Result<(), ReadBodyError> {
        let path = request.uri().path();
        let post = request.method() == Method::POST;
        let streamed = post && [UPLOADS, MEDIA].contains(&path);
        let limit = match path {
            UPLOADS if streamed => self.edge.import_bytes,
            MEDIA if streamed => MEDIA_BYTES,
            _ if path.starts_with("/webhooks/") => self.edge.webhook_bytes,
            _ if path.starts_with("/api/") && path.ends_with("/import") => FILE,
            _ => BODY,
        };
        let length = request.headers().get(header::CONTENT_LENGTH);
        let told: Option<usize> = length.and_then(|l| l.to_str().ok()).and_then(|l| l.parse().ok());
        let body = Lingering::of(request);
        if told.is_some_and(|told| told > limit) {
            return Err(ReadBodyError::PayloadTooLarge);
        }
        if streamed {
            request.set_body(body.into_body());
            return Ok(());
        }
        let read = body.read_up_to(limit).await.map_err(ReadBodyError::Io)?;
        request.set_body(Body::from_bytes(read.ok_or(ReadBodyError::PayloadTooLarge)?));
        Ok(())
    }
}

/// The caller's name for the request if it is a decent one, or a new one.
fn name(request: &Request) -> String {
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let decent = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    given.filter(decent).map_or_else(bellbird_core::secret::random_token, str::to_string)
}

/// Adds what every answer carries.
fn dress(response: &mut Response, path: &str, id: &str, https: bool) {
    let status = response.status();
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
    }
    // the pages bring their own scripts and styles, and talk to nobody but this server
    let page = path == "/" || path.starts_with("/docs");
    let policy = match page {
        true => PAGES,
        false if path.starts_with("/o/") => FORM,
        false => DATA,
    };
    // the console brings its own
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(policy));
    if !page {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    if status == StatusCode::UNAUTHORIZED && path.starts_with("/api/") {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
}

/// A path as it may stand in a log: our ids and plain words stay, everything else (a webhook's key, whatever a
/// stranger typed) does not.
fn without_secrets(path: &str) -> String {
    let known = |part: &&str| {
        let word = part.len() <= 32 && part.bytes().all(|b| b.is_ascii_lowercase() || b"_-.".contains(&b));
        let id = part.split_once('_').is_some_and(|(kind, rest)| {
            kind.len() <= 8
                && kind.bytes().all(|b| b.is_ascii_lowercase())
                && rest.len() == 26
                && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        word || id || *part == "v1"
    };
    path.split('/').map(|part| if known(&part) { part } else { "…" }).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_path_holds_no_secret_and_no_person() {
        for (path, logged) in [
            ("/api/v1/campaigns/cmp_01kawz1m4cf0tr2v6x8yab3c5d/launch", None),
            ("/webhooks/whatsapp/0123456789abcdef0123456789abcdef01234567", Some("/webhooks/whatsapp/…")),
            ("/api/v1/customers/+919876543210", Some("/api/v1/customers/…")),
            ("/openapi.yaml", None),
            ("/o/01kawz1m4cf0tr2v6x8yab3c5d0123456789abcdef0123456789abcdef", Some("/o/…")),
        ] {
            assert_eq!(without_secrets(path), logged.unwrap_or(path));
        }
    }
}
