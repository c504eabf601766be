//! An import's rows as we keep them: one JSON list a line, the row's own line first. Whatever a file was, from here on
//! there is one format, and reading it can begin anew at any row.

use super::reader::Row;
use crate::error::{Error, Result};
use crate::files::{FileKey, Files};
use futures::io::{AsyncBufReadExt, BufReader};
use futures::stream::{BoxStream, IntoAsyncRead, StreamExt, TryStreamExt};
use std::io::{self, Write};

/// Writes one row.
pub(super) fn write(into: &mut impl Write, row: &Row) -> io::Result<()> {
    serde_json::to_writer(&mut *into, &(row.line, &row.cells))?;
    into.write_all(b"\n")
}

/// Writes the place of a row without its cells, as long as the row was: what follows stays where it is.
pub(super) fn write_emptied(into: &mut impl Write, row: &Row) -> io::Result<()> {
    let (mut whole, mut emptied) = (Vec::new(), Vec::new());
    write(&mut whole, row)?;
    serde_json::to_writer(&mut emptied, &(row.line, [""; 0]))?;
    emptied.resize(whole.len() - 1, b' ');
    into.write_all(&emptied)?;
    into.write_all(b"\n")
}

type Content = BoxStream<'static, io::Result<bytes::Bytes>>;

/// Reads rows from some byte on.
pub(super) struct Rows {
    content: BufReader<IntoAsyncRead<Content>>,
    /// Where the next row begins.
    pub(super) at: u64,
}

/// What one transaction takes: so many rows, or so many bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Portion {
    pub(super) rows: usize,
    pub(super) bytes: u64,
}

impl Rows {
    /// Opens an import's rows.
    pub(super) async fn open(files: &Files, key: &FileKey, from: u64) -> Result<Self> {
        let content: Content = files.get(key, from).await?.map_err(io::Error::other).boxed();
        Ok(Self { content: BufReader::new(content.into_async_read()), at: from })
    }

    /// The next rows; none at the end.
    pub(super) async fn next(&mut self, portion: Portion) -> Result<Vec<Row>> {
        let (mut rows, mut line, from) = (Vec::new(), Vec::new(), self.at);
        while rows.len() < portion.rows && self.at - from < portion.bytes {
            line.clear();
            let n = self.content.read_until(b'\n', &mut line).await.map_err(away)?;
            if n == 0 {
                break;
            }
            let (number, cells) = serde_json::from_slice(&line).map_err(Error::internal)?;
            rows.push(Row { line: number, cells });
            self.at += n as u64;
        }
        Ok(rows)
    }
}

fn away(error: io::Error) -> Error {
    Error::Unavailable { what: "the file storage", source: error.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emptied_row_is_as_long_as_it_was_and_can_be_read() {
        let row = Row { line: 17, cells: vec!["+91 98200 00001".into(), "Ána".into()] };
        let (mut whole, mut emptied) = (Vec::new(), Vec::new());
        write(&mut whole, &row).unwrap();
        write_emptied(&mut emptied, &row).unwrap();
        assert_eq!(whole.len(), emptied.len());
        let (line, cells): (u64, Vec<String>) = serde_json::from_slice(&emptied).unwrap();
        assert_eq!((line, cells.len()), (17, 0));
    }
}
