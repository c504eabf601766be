//! A worker's own door for those who watch it: `/health`, `/health/ready` and `/metrics`, in plain HTTP/1.1. It shows
//! nothing that needs a key, and takes nothing: a body is never read.

use bellbird_core::{Services, monitor};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Connections at once; watchers are few.
const MOST: usize = 64;
/// A request that is not there by then never comes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens the door. Bound before the worker starts, so that a taken port is an error of the start.
pub(crate) async fn open(addr: SocketAddr) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(addr).await?;
    tracing::info!(addr = %listener.local_addr()?, "worker answers /health, /health/ready and /metrics");
    Ok(listener)
}

/// Answers until it is dropped. While the worker stops, it is alive but no longer ready.
pub(crate) async fn serve(listener: TcpListener, services: Services, shutdown: CancellationToken) {
    let places = Arc::new(Semaphore::new(MOST));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // out of file descriptors, most likely; others may be given back meanwhile
                tracing::debug!(%error, "a watcher could not be let in");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (services, shutdown) = (services.clone(), shutdown.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let (services, shutdown) = (services.clone(), shutdown.clone());
                async move { Ok::<_, Infallible>(answer(&services, &shutdown, &request).await) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).keep_alive(false);
            // a watcher that goes away in the middle, or never reads its answer, is its own affair
            let answered = http.serve_connection(TokioIo::new(stream), service);
            let _ = tokio::time::timeout(PATIENCE * 3, answered).await;
            drop(place);
        });
    }
}

async fn answer(
    services: &Services,
    shutdown: &CancellationToken,
    request: &Request<Incoming>,
) -> Response<Full<Bytes>> {
    const JSON: &str = "application/json";
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return respond(StatusCode::METHOD_NOT_ALLOWED, JSON, r#"{"status":"only GET is answered"}"#.into());
    }
    match request.uri().path() {
        "/health" => respond(StatusCode::OK, JSON, r#"{"status":"ok"}"#.into()),
        "/health/ready" if shutdown.is_cancelled() => {
            respond(StatusCode::SERVICE_UNAVAILABLE, JSON, r#"{"status":"the worker stops"}"#.into())
        }
        "/health/ready" => match monitor::ready(services).await {
            Ok(()) => respond(StatusCode::OK, JSON, r#"{"status":"ok"}"#.into()),
            Err(away) => {
                let body = format!(r#"{{"status":"{away} is not available"}}"#);
                respond(StatusCode::SERVICE_UNAVAILABLE, JSON, body)
            }
        },
        "/metrics" => respond(StatusCode::OK, monitor::CONTENT_TYPE, monitor::scrape(services).await),
        _ => respond(StatusCode::NOT_FOUND, JSON, r#"{"status":"there is nothing at this address"}"#.into()),
    }
}

fn respond(status: StatusCode, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
