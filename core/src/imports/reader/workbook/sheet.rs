//! One sheet: its rows, with every cell as the text a person would have typed.

use super::formats::{self, Formats};
use super::package::{Xml, attribute, damaged, too_large};
use super::strings::Strings;
use crate::error::Result;
use crate::imports::reader::{LONGEST_ROW, MOST_COLUMNS, Row, refused};
use quick_xml::events::{BytesStart, Event};
use std::io::Read;

/// Above this a number of a cell has lost digits: it is written with an exponent, and no phone number any more.
const EXACT: f64 = 1e15;

/// What is needed to read a sheet's cells.
pub(super) struct Sheet<'a> {
    pub(super) strings: &'a Strings,
    pub(super) formats: &'a Formats,
    pub(super) since_1904: bool,
}

struct Cell {
    column: usize,
    kind: String,
    format: usize,
}

impl Sheet<'_> {
    pub(super) fn read<R: Read>(
        &self,
        mut xml: Xml<R>,
        row: &mut impl FnMut(Row) -> Result<()>,
    ) -> Result<()> {
        let (mut line, mut cells, mut bytes) = (0_u64, Vec::<String>::new(), 0);
        let mut text = String::new();
        loop {
            let cell = match xml.next()? {
                Event::Start(e) if e.local_name().as_ref() == "row" => {
                    // rows and cells may leave out where they are: then they follow one another
                    line = attribute(&e, "r").and_then(|r| r.parse().ok()).unwrap_or(line + 1);
                    continue;
                }
                Event::Start(e) if e.local_name().as_ref() == "c" => cell(&e, cells.len())?,
                Event::End(e) if e.local_name().as_ref() == "row" => {
                    row(Row { line, cells: std::mem::take(&mut cells) })?;
                    bytes = 0;
                    continue;
                }
                Event::End(e) if e.local_name().as_ref() == "sheetData" => return Ok(()),
                Event::Eof => return Err(damaged("the sheet has no end")),
                _ => continue,
            };
            text.clear();
            content(&mut xml, &mut text)?;
            let value = self.value(&cell, text.trim());
            bytes += value.len() as u64;
            if value.is_empty() {
                continue;
            }
            if cell.column >= MOST_COLUMNS {
                let message = format!("row {line} has something behind the {MOST_COLUMNS}th column");
                return Err(refused("too_many_columns", message));
            }
            if bytes > LONGEST_ROW {
                return Err(too_large());
            }
            if cells.len() <= cell.column {
                cells.resize(cell.column + 1, String::new());
            }
            if let Some(place) = cells.get_mut(cell.column) {
                *place = value;
            }
        }
    }

    fn value(&self, cell: &Cell, text: &str) -> String {
        match cell.kind.as_str() {
            "s" => text.parse().ok().and_then(|n| self.strings.get(n)).unwrap_or_default().to_string(),
            "b" => if text == "1" { "true" } else { "false" }.to_string(),
            "" | "n" => self.number(cell, text),
            _ => text.to_string(), // texts, ISO dates, errors like #N/A
        }
    }

    fn number(&self, cell: &Cell, text: &str) -> String {
        let Ok(number) = text.parse::<f64>() else { return text.to_string() };
        if self.formats.is_date(cell.format)
            && let Some(date) = formats::date(number, self.since_1904)
        {
            return date;
        }
        match number {
            n if n.abs() >= EXACT => format!("{n:E}"),
            n => n.to_string(), // whole numbers without a dot
        }
    }
}

fn cell(e: &BytesStart<'_>, next: usize) -> Result<Cell> {
    let column = match attribute(e, "r") {
        Some(place) => column(&place).ok_or_else(|| damaged("a cell is nowhere"))?,
        None => next,
    };
    Ok(Cell {
        column,
        kind: attribute(e, "t").unwrap_or_default(),
        format: attribute(e, "s").and_then(|s| s.parse().ok()).unwrap_or(0),
    })
}

/// The column of a place like `AB12`, from 0.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let n = letters.take(4).fold(0, |n, letter| n * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    n.checked_sub(1)
}

/// The value of a cell that was just opened, up to its end; formulas are left out.
fn content<R: Read>(xml: &mut Xml<R>, into: &mut String) -> Result<()> {
    loop {
        let element = match xml.next()? {
            Event::Start(e) => match e.local_name().as_ref() {
                "v" => "v",
                "is" => "is",
                _ => continue,
            },
            Event::End(e) if e.local_name().as_ref() == "c" => return Ok(()),
            Event::Eof => return Err(damaged("a cell has no end")),
            _ => continue,
        };
        xml.text(element, into)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_its_column() {
        for (place, n) in [
            ("A1", Some(0)),
            ("Z9", Some(25)),
            ("AA1", Some(26)),
            ("ab12", Some(27)),
            ("XFD1", Some(16_383)),
            ("12", None),
        ] {
            assert_eq!(column(place), n, "{place}");
        }
    }
}
