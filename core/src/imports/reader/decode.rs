//! Text of any encoding as UTF-8, with one kind of line end: `\n`, also behind the last line.

use encoding_rs::{CoderResult, Decoder, Encoding};
use std::io::{self, Read};

const CHUNK: usize = 32 << 10;

/// Reads text as plain UTF-8.
pub(super) struct Decode<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    /// Decoded, and not taken yet from `at` on.
    text: String,
    at: usize,
    /// The last character was a carriage return, whose line feed may follow.
    after_return: bool,
    last: u8,
    ended: bool,
}

impl<R: Read> Decode<R> {
    /// A byte order mark at the beginning is left out.
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; CHUNK],
            text: String::new(),
            at: 0,
            after_return: false,
            last: b'\n',
            ended: false,
        }
    }

    /// Decodes the next chunk; at the end adds the line end that is missing.
    fn fill(&mut self) -> io::Result<()> {
        let n = self.inner.read(&mut self.raw)?;
        let Some(mut raw) = self.raw.get(..n) else { return Ok(()) };
        self.ended = n == 0;
        self.text.clear();
        self.at = 0;
        loop {
            self.text.reserve(CHUNK);
            let (result, read, _) = self.decoder.decode_to_string(raw, &mut self.text, self.ended);
            raw = raw.get(read..).unwrap_or_default();
            if result == CoderResult::InputEmpty {
                break;
            }
        }
        self.straighten();
        if let Some(last) = self.text.as_bytes().last() {
            self.last = *last;
        }
        if self.ended && self.last != b'\n' {
            self.text.push('\n');
        }
        Ok(())
    }

    /// `\r\n` and `\r` become `\n`.
    fn straighten(&mut self) {
        if self.after_return && self.text.starts_with('\n') {
            self.at = 1;
        }
        if self.text.is_empty() {
            return;
        }
        self.after_return = self.text.ends_with('\r');
        if self.text.contains('\r') {
            let rest = self.text.get(self.at..).unwrap_or_default();
            self.text = rest.replace("\r\n", "\n").replace('\r', "\n");
            self.at = 0;
        }
    }
}

impl<R: Read> Read for Decode<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            self.fill()?;
        }
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let n = rest.len().min(into.len());
        if let (Some(to), Some(from)) = (into.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        self.at += n;
        Ok(n)
    }
}
