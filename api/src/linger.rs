//! Refusing a body without hanging up on whoever is still writing it.
//!
//! A server that answers 413 (or 401, before an upload was looked at) and closes the connection while the client writes
//! makes the client see a broken pipe instead of the answer. So a body that nobody wants any more is read on for a
//! while and thrown away: as long as somebody holds it, the connection stays open in both directions, and the answer
//! gets through.

use bytes::Bytes;
use futures::{Stream, StreamExt};
use poem::http::header;
use poem::{Body, Request};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Nobody is waited for longer than this, …
const IN_ALL: Duration = Duration::from_secs(5);
/// … and nobody who says nothing for this long.
const BETWEEN: Duration = Duration::from_secs(2);
/// Whoever sends more than this after the refusal is not listening.
const BYTES: usize = 256 << 20;

type Chunks = Pin<Box<dyn Stream<Item = std::io::Result<Bytes>> + Send>>;

/// A request's body that is read to its end in the background when it is dropped before.
pub(crate) struct Lingering {
    /// What is left; nothing after the end or an error.
    rest: Option<Chunks>,
    /// The client sends nothing before it is told to (`Expect: 100-continue`), and reading would tell it so.
    asks_first: bool,
}

impl Lingering {
    /// Takes a request's body.
    pub(crate) fn of(request: &mut Request) -> Self {
        let body = request.take_body();
        let rest = (!body.is_empty()).then(|| Box::pin(body.into_bytes_stream()) as Chunks);
        Self { rest, asks_first: request.headers().contains_key(header::EXPECT) }
    }

    /// All of it, or `None` when it is larger than `limit` bytes.
    pub(crate) async fn read_up_to(mut self, limit: usize) -> std::io::Result<Option<Bytes>> {
        let mut read = Vec::new();
        while let Some(chunk) = self.next().await {
            let chunk = chunk?;
            if read.len() + chunk.len() > limit {
                return Ok(None);
            }
            read.extend_from_slice(&chunk);
        }
        Ok(Some(read.into()))
    }

    /// A body again, for an operation that takes it as it comes.
    pub(crate) fn into_body(self) -> Body {
        match self.rest {
            Some(_) => Body::from_bytes_stream(self),
            None => Body::empty(),
        }
    }
}

impl Stream for Lingering {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.asks_first = false;
        let Some(rest) = &mut self.rest else { return Poll::Ready(None) };
        let polled = rest.as_mut().poll_next(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.rest = None;
        }
        polled
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(rest) = self.rest.take().filter(|_| !self.asks_first) else { return };
        // outside a runtime nobody is connected
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(IN_ALL, throw_away(rest)));
        }
    }
}

async fn throw_away(mut rest: Chunks) {
    let mut bytes = 0;
    while let Ok(Some(Ok(chunk))) = tokio::time::timeout(BETWEEN, rest.next()).await {
        bytes += chunk.len();
        if bytes > BYTES {
            return;
        }
    }
}
