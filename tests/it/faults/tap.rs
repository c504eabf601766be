//! A pipe in front of the sandbox that counts what goes through it, so a test knows which worker sent how much, and that
//! can be shut, so requests leave a worker and reach nobody.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A port of its own that leads to the sandbox.
pub(super) struct Tap {
    port: u16,
    bytes: Arc<AtomicU64>,
    shut: Arc<AtomicBool>,
    listening: JoinHandle<()>,
}

impl Tap {
    /// Leads to `base_url`, `http://127.0.0.1:port`.
    pub(super) async fn to(base_url: &str) -> Self {
        let address = base_url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let bytes = Arc::new(AtomicU64::new(0));
        let shut = Arc::new(AtomicBool::new(false));
        let (counter, closed) = (bytes.clone(), shut.clone());
        let listening = tokio::spawn(async move {
            while let Ok((mut worker, _)) = listener.accept().await {
                let (address, counter, shut) = (address.clone(), counter.clone(), closed.clone());
                tokio::spawn(async move {
                    let Ok(mut sandbox) = TcpStream::connect(&address).await else { return };
                    let _ = worker.set_nodelay(true);
                    let _ = sandbox.set_nodelay(true);
                    // A worker that is killed ends this with an error, and has sent something all the same.
                    let mut worker = Counting { inner: &mut worker, counter: &counter, shut: &shut };
                    let _ = copy_bidirectional(&mut worker, &mut sandbox).await;
                });
            }
        });
        Self { port, bytes, shut, listening }
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on nothing goes through; whoever writes waits for an answer that does not come.
    pub(super) fn shut(&self) {
        self.shut.store(true, Ordering::Relaxed);
    }

    /// How many bytes of requests went through.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Counts what is read from a stream, as long as anything is.
struct Counting<'a> {
    inner: &'a mut TcpStream,
    counter: &'a AtomicU64,
    shut: &'a AtomicBool,
}

impl tokio::io::AsyncRead for Counting<'_> {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buf: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        if self.shut.load(Ordering::Relaxed) {
            return std::task::Poll::Pending; // for good: nobody wakes it
        }
        let before = buf.filled().len();
        let polled = std::pin::Pin::new(&mut *self.inner).poll_read(cx, buf);
        self.counter.fetch_add((buf.filled().len() - before) as u64, Ordering::Relaxed);
        polled
    }
}

impl tokio::io::AsyncWrite for Counting<'_> {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
        buf: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::pin::Pin::new(&mut *self.inner).poll_write(cx, buf)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut *self.inner).poll_flush(cx)
    }

    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut *self.inner).poll_shutdown(cx)
    }
}
