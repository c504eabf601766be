//! Excel workbooks (XLSX), read cell by cell.
//!
//! A workbook is a ZIP archive of XML parts. A few kilobytes of it can unfold to gigabytes or claim billions of cells,
//! so nothing here believes a number that stands in the file: every part is read as a stream under a budget, and the
//! one thing held in memory, the table of shared texts, has a limit. (The readers we know of hold all texts as
//! separate strings and reserve the memory a file asks for.)

mod formats;
mod package;
mod sheet;
mod strings;

use super::{Row, refused};
use crate::error::Result;
use package::Package;
use std::io::{Read, Seek};

/// Reads all rows of the first sheet that is not hidden.
pub(super) fn read(file: impl Read + Seek, row: &mut impl FnMut(Row) -> Result<()>) -> Result<()> {
    let mut package = Package::open(file)?;
    let book = package.book()?;
    let strings = match &book.strings {
        Some(path) => strings::read(&mut package, path)?,
        None => strings::Strings::default(),
    };
    let formats = match &book.styles {
        Some(path) => formats::read(&mut package, path)?,
        None => formats::Formats::default(),
    };
    let part = package.part(&book.sheet)?;
    let part = part.ok_or_else(|| refused("not_xlsx", "the workbook has no sheet with a table"))?;
    sheet::Sheet { strings: &strings, formats: &formats, since_1904: book.since_1904 }.read(part, row)
}
