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

/// The open connections by the client's address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connections(Arc<Mutex<HashMap<SocketAddr, Arc<AtomicBool>>>>);

impl Connections {
    /// From now on nothing more is written to this client; the server closes at its next attempt.
    pub(crate) fn cut(&self, client: &Addr) {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cut) = client.as_socket_addr().and_then(|address| open.get(address)) {
            cut.store(true, Ordering::Release);
        }
    }

    fn opened(&self, client: &Addr) -> Arc<AtomicBool> {
        let cut = Arc::new(AtomicBool::new(false));
        if let Some(address) = client.as_socket_addr() {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(*address, Arc::clone(&cut));
        }
        cut
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
        let cut = self.connections.opened(&remote);
        let client = remote.as_socket_addr().copied();
        let connections = self.connections.clone();
        Ok((CuttableStream { stream, cut, client, connections }, local, remote, scheme))
    }
}

pub(crate) struct CuttableStream {
    stream: TcpStream,
    cut: Arc<AtomicBool>,
    client: Option<SocketAddr>,
    connections: Connections,
}

impl CuttableStream {
    fn check(&self) -> io::Result<()> {
        if self.cut.load(Ordering::Acquire) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
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
        Pin::new(&mut self.stream).poll_read(cx, buf)
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
