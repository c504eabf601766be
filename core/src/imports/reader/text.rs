//! CSV and its relatives: RFC 4180 in any encoding, with any delimiter, rows of any length.

use super::budget::{Budget, Spent};
use super::decode::Decode;
use super::sniff::{self, Delimiter};
use super::{LONGEST_ROW, Row, refused, unreadable};
use crate::error::Result;
use encoding_rs::Encoding;
use std::io::{Read, Seek, SeekFrom};

/// So much text the delimiter is guessed from, in bytes.
const HEAD: u64 = 64 << 10;

/// Reads all rows, the header included; returns the delimiter.
pub(super) fn read(
    mut file: impl Read + Seek,
    encoding: &'static Encoding,
    row: &mut impl FnMut(Row) -> Result<()>,
) -> Result<u8> {
    let mut head = Vec::new();
    Decode::new(&mut file, encoding).take(HEAD).read_to_end(&mut head).map_err(unreadable)?;
    let Delimiter { byte, told } = sniff::delimiter(&String::from_utf8_lossy(&head));
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;

    let text = Budget::new(Decode::new(file, encoding), LONGEST_ROW);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(byte)
        .flexible(true)
        .has_headers(false)
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(text);
    let mut record = csv::ByteRecord::new();
    let mut first = true;
    loop {
        reader.get_mut().renew();
        let before = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(byte),
            Ok(true) => {}
            Err(error) => return Err(unread(error, before)),
        }
        if std::mem::take(&mut first) && told {
            continue;
        }
        // the reader skips blank lines, so where it began to read is not where the row begins
        let breaks = record.as_slice().iter().filter(|b| **b == b'\n').count() as u64;
        // and a quote that is never closed ends with the file, without a line end of its own
        let line = reader.position().line().saturating_sub(1 + breaks).max(before);
        let cells = record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_string()).collect();
        row(Row { line, cells })?;
    }
}

fn unread(error: csv::Error, line: u64) -> crate::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<Spent>()) => {
            let message =
                format!("a row from line {line} on has no end; is there a quote that is never closed?");
            refused("row_too_long", message)
        }
        csv::ErrorKind::Io(error) => unreadable(error),
        _ => refused("not_csv", format!("the file cannot be read as CSV from line {line} on")),
    }
}
