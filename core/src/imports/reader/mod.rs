//! Reading what people upload: whatever it is, out come rows of plain cells, one at a time, in bounded memory.
//!
//! What a file is is seen in its bytes, never in its name. Text is decoded (UTF-8, UTF-16, Windows-1252) and cut at
//! the delimiter it uses; a workbook is read cell by cell. Rows keep the line they stand in, so that a person finds
//! them again.

mod budget;
mod decode;
mod sniff;
mod text;
mod workbook;

use crate::error::{Error, Result};
use crate::words::words;
use std::io::{Read, Seek};

words! {
    /// What a file turned out to be.
    pub enum FileFormat {
        /// Text with a delimiter.
        Csv = "csv",
        /// An Excel workbook.
        Xlsx = "xlsx",
    }
}

/// One row with at least one cell that is not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line it begins in (of a workbook: its number), from 1.
    pub line: u64,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Text or workbook.
    pub format: FileFormat,
    /// Of text: `UTF-8`, `UTF-16LE`, `UTF-16BE` or `windows-1252`.
    pub encoding: Option<&'static str>,
    /// Of text.
    pub delimiter: Option<char>,
    /// What the first row calls the columns; made different from one another, never empty.
    pub columns: Vec<String>,
    /// How many rows came after it.
    pub rows: u64,
}

/// What a file may be at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Rows below the header.
    pub rows: u64,
}

/// Columns a file may have.
pub const MOST_COLUMNS: usize = 500;
/// A row of text may be so long, in bytes. A quote that is never closed makes one of everything behind it.
pub const LONGEST_ROW: u64 = 1 << 20;

/// Reads a whole file and hands over its rows, the header left out. Blocks; what it holds in memory does not grow
/// with the file.
///
/// # Errors
/// `Invalid` with the field `file` when it cannot be read at all, or whatever `row` returns.
pub fn read(
    mut file: impl Read + Seek,
    limits: Limits,
    mut row: impl FnMut(Row) -> Result<()>,
) -> Result<Facts> {
    let mut columns: Option<Vec<String>> = None;
    let mut rows = 0;
    let mut take = |found: Row| {
        if found.cells.iter().all(String::is_empty) {
            return Ok(());
        }
        if found.cells.len() > MOST_COLUMNS {
            let message = format!("line {} has more than {MOST_COLUMNS} cells", found.line);
            return Err(refused("too_many_columns", message));
        }
        if columns.is_none() {
            columns = Some(names(found.cells));
            return Ok(());
        }
        rows += 1;
        if rows > limits.rows {
            let message = format!("the file has more than {} rows; cut it into several", limits.rows);
            return Err(refused("too_many_rows", message));
        }
        row(found)
    };
    let (format, encoding, delimiter) = match sniff::kind(&mut file)? {
        sniff::Kind::Workbook => {
            workbook::read(file, &mut take)?;
            (FileFormat::Xlsx, None, None)
        }
        sniff::Kind::Text(encoding) => {
            let delimiter = text::read(file, encoding, &mut take)?;
            (FileFormat::Csv, Some(encoding.name()), Some(char::from(delimiter)))
        }
    };
    let columns = columns.ok_or_else(|| refused("empty_file", "there is nothing in this file"))?;
    Ok(Facts { format, encoding, delimiter, columns, rows })
}

/// Names that differ, whatever stands in the header: a blank one is called by its place, a repeated one numbered.
fn names(header: Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (place, name) in header.into_iter().enumerate() {
        let name = name.split(|c: char| c.is_whitespace() || c.is_control());
        let name = name.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let name = if name.is_empty() { format!("column {}", place + 1) } else { name };
        let taken = |name: &str| names.iter().any(|other| other.to_lowercase() == name.to_lowercase());
        let mut own = name.clone();
        let mut n = 2;
        while taken(&own) {
            own = format!("{name} ({n})");
            n += 1;
        }
        names.push(own);
    }
    // spreadsheets drag empty columns behind them
    while names.last().is_some_and(|name| *name == format!("column {}", names.len())) {
        names.pop();
    }
    names
}

/// The whole file is refused.
fn refused(code: &'static str, message: impl Into<String>) -> Error {
    Error::invalid("file", code, message)
}

/// Reading failed: what we read is a temporary file of our own.
fn unreadable(error: std::io::Error) -> Error {
    Error::Unavailable { what: "a temporary file", source: error.into() }
}

#[cfg(test)]
mod tests;
