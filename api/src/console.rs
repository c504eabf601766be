//! The console's pages: what `npm run build` made of `web/`, embedded in the binary. Their script speaks to the API through
//! its public doors like everybody else.
//!
//! Every address of the console is the same document, whose script looks at the address. So whoever navigates to an
//! address nobody else answers gets the document; a program that asks there gets 404 as before.

use poem::error::NotFoundError;
use poem::http::{HeaderMap, HeaderValue, Method, header};
use poem::web::Html;
use poem::{IntoResponse, Request, Response, handler};
use rust_embed::{EmbeddedFile, RustEmbed};

/// The built console; empty where it was not built before the binary.
#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Pages;

const DOCUMENT: &str = "index.html";
/// Files whose names change with their content.
const HASHED: &str = "assets/";

/// What the pages may do: their own scripts and files, styles as the component library writes them, and calls to this
/// server.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                          connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Answers with a file of the console, or with its document.
#[handler]
pub(crate) fn show(request: &Request) -> poem::Result<Response> {
    let path = request.uri().path().trim_start_matches('/');
    let asks = [Method::GET, Method::HEAD].contains(request.method());
    if let Some(file) = Pages::get(path).filter(|_| asks && !path.is_empty()) {
        return Ok(send(path, file));
    }
    match Pages::get(DOCUMENT) {
        Some(document) if asks && (path.is_empty() || navigates(request.headers())) => {
            Ok(send(DOCUMENT, document))
        }
        None if asks && path.is_empty() => Ok(Html(WITHOUT_CONSOLE).into_response()),
        _ => Err(NotFoundError.into()),
    }
}

/// A browser that goes to a page says so; scripts and programs ask for something else.
fn navigates(headers: &HeaderMap) -> bool {
    let accepts = headers.get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

fn send(name: &str, file: EmbeddedFile) -> Response {
    let kept = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = file.data.into_owned().with_content_type(kind(name)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// The media type of a file, by the endings a build makes.
fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

const WITHOUT_CONSOLE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bellbird</title>\
<style>body{font:16px/1.5 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem}</style>\
<h1>Bellbird</h1><p>This is the API of a WhatsApp campaign engine. This binary was built without its console: run \
<code>./dev web</code> (it needs Node.js 20 with npm) and build again.</p>\
<ul><li><a href=\"/docs\">Documentation</a>, to read and to try</li>\
<li><a href=\"/openapi.yaml\">OpenAPI document</a></li>\
<li><a href=\"/health/ready\">Is everything it needs there?</a></li></ul></html>";
