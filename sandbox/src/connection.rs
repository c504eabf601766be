//! Connections that can be cut from inside a handler, so that a client sees what a broken network shows it.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use poem::{
    Addr,
    http::uri::Scheme,
    listener::{Acceptor, TcpAcceptor},
    web::{LocalAddr, RemoteAddr},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;

/// The open connections by the client's address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connections(Arc<Mutex<HashMap<SocketAddr, Arc<Line>>>>);

/// What a handler and its connection tell each other.
#[derive(Debug, Default)]
pub(crate) struct Line {
    cut: AtomicBool,
    gone: CancellationToken,
}

impl Line {
    /// From now on nothing more is written to the client; the server closes at its next attempt.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
    }

    /// Waits until the client hangs up. The server itself lets a handler run on when that happens.
    pub(crate) async fn gone(&self) {
        self.gone.cancelled().await;
    }
}

impl Connections {
    /// The line to this client; one that never ends if the connection has.
    pub(crate) fn line(&self, client: &Addr) -> Arc<Line> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        client.as_socket_addr().and_then(|address| open.get(address)).cloned().unwrap_or_default()
    }

    fn opened(&self, client: &Addr) -> Arc<Line> {
        let line = Arc::new(Line::default());
        if let Some(address) = client.as_socket_addr() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(*address, Arc::clone(&line));
        }
        line
    }
}

/// Accepts connections that [`Connections`] can cut.
pub(crate) struct CuttingAcceptor {
    pub(crate) inner: TcpAcceptor,
    pub(crate) connections: Connections,
}

impl Acceptor for CuttingAcceptor {
    type Io = CuttableStream;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        let (stream, local, remote, scheme) = self.inner.accept().await?;
        // Small answers must not wait for the client's acknowledgements.
        stream.set_nodelay(true)?;
        let line = self.connections.opened(&remote);
        let client = remote.as_socket_addr().copied();
        let connections = self.connections.clone();
        Ok((CuttableStream { stream, line, client, connections }, local, remote, scheme))
    }
}

pub(crate) struct CuttableStream {
    stream: TcpStream,
    line: Arc<Line>,
    client: Option<SocketAddr>,
    connections: Connections,
}

impl CuttableStream {
    fn check(&self) -> io::Result<()> {
        if self.line.cut.load(Ordering::Acquire) {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        }
    }
}

impl Drop for CuttableStream {
    fn drop(&mut self) {
        if let Some(client) = self.client {
            self.connections.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&client);
        }
    }
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        let ended = match &read {
            Poll::Ready(Ok(())) => buf.filled().len() == before && buf.remaining() > 0,
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        };
        if ended {
            self.line.gone.cancel();
        }
        read
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
