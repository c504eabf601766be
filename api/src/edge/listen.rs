//! Connections: taken, served and let go, none of them for ever.
//!
//! hyper serves them directly, because poem's server has no word for how long a head may take. Everybody who waits
//! costs a place: a head that trickles in, a line on which nobody asks, a body that never ends (`middleware.rs`) are
//! all ended after their time, and there are only so many places.

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Request, Response};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A head larger than this is refused while it is read; `head.rs` refuses smaller ones, in words.
const HEAD_BYTES: usize = 64 << 10;
/// More headers than this are refused while they are read.
const HEADERS: usize = 128;
/// After a failed accept (no descriptors left), so long a breath.
const BREATH: Duration = Duration::from_millis(50);

/// What connections get.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// How many at once; who comes after waits in the system's queue.
    pub connections: usize,
    /// How long a connection may be without a complete head, be it idle or slow.
    pub idle: Duration,
    /// How long requests in progress may take once the process stops.
    pub drain: Duration,
}

/// Serves until `shutdown`, then lets requests in progress end.
pub async fn listen<E>(app: E, listener: TcpListener, places: Places, shutdown: CancellationToken)
where
    E: Endpoint<Output = Response> + 'static,
{
    let (app, seats) = (Arc::new(app), Arc::new(Semaphore::new(places.connections)));
    let local = listener.local_addr().ok();
    if let Some(local) = local {
        tracing::info!(name = "api", addr = %local, "listening");
    }
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            let seat = seats.clone().acquire_owned().await;
            (seat, listener.accept().await)
        };
        let (seat, accepted) = tokio::select! {
            () = shutdown.cancelled() => break,
            next = next => next,
        };
        while connections.try_join_next().is_some() {}
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let line = serve(app.clone(), stream, local.unwrap_or(peer), peer, places.idle, shutdown.clone());
        connections.spawn(async move {
            line.await;
            drop(seat);
        });
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(places.drain, all).await.is_err() {
        tracing::warn!("requests in progress were cut off at the end");
    }
}

async fn serve<E>(
    app: Arc<E>,
    stream: TcpStream,
    local: SocketAddr,
    peer: SocketAddr,
    idle: Duration,
    shutdown: CancellationToken,
) where
    E: Endpoint<Output = Response> + 'static,
{
    // answers are small and whole: nothing is won by waiting for more
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let app = app.clone();
        let ends = (LocalAddr(Addr::SocketAddr(local)), RemoteAddr(Addr::SocketAddr(peer)));
        async move {
            let request = Request::from((request, ends.0, ends.1, Scheme::HTTP));
            Ok::<hyper::Response<_>, Infallible>(app.get_response(request).await.into())
        }
    });
    let line = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .max_headers(HEADERS)
        .max_header_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(line);
    tokio::select! {
        _ = line.as_mut() => return,
        () = shutdown.cancelled() => {}
    }
    line.as_mut().graceful_shutdown();
    let _ = line.await;
}
