//! A reader that ends with an error once one row has taken too many bytes, so that a quote nobody closed does not
//! gather the rest of the file in memory.

use std::io::{self, Read};

/// Counts what was read since [`Budget::renew`].
#[derive(Debug)]
pub(super) struct Budget<R> {
    inner: R,
    most: u64,
    left: u64,
}

/// What the error says that a spent budget makes.
#[derive(Debug, thiserror::Error)]
#[error("a row is too long")]
pub(super) struct Spent;

impl<R> Budget<R> {
    pub(super) fn new(inner: R, most: u64) -> Self {
        Self { inner, most, left: most }
    }

    /// A new row begins.
    pub(super) fn renew(&mut self) {
        self.left = self.most;
    }
}

impl<R: Read> Read for Budget<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other(Spent));
        }
        let n = self.inner.read(into)?;
        self.left = self.left.saturating_sub(n as u64);
        Ok(n)
    }
}
