//! The archive around a workbook: its parts, and which of them are which.

use crate::error::{Error, Result};
use crate::imports::reader::budget::{Budget, Spent};
use crate::imports::reader::{LONGEST_ROW, refused, unreadable};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::io::{BufReader, Read, Seek, SeekFrom};
use zip::read::{Config, ZipArchive, ZipFile};
use zip::unstable::read::ZipIterable;

/// Parts a workbook may have; a large one has some dozens.
const MOST_PARTS: usize = 10_000;
/// A part may unfold to so many times the file's size; text of a table to some twenty times.
const MOST_UNFOLDED: u64 = 100;
/// Small files may unfold to this, in bytes.
const LEAST_UNFOLDED: u64 = 64 << 20;

/// An opened archive.
pub(super) struct Package<F> {
    archive: ZipArchive<F>,
    most: u64,
}

/// Which parts of a workbook we read.
pub(super) struct Book {
    /// The first sheet that is not hidden.
    pub(super) sheet: String,
    /// The table of texts that cells share.
    pub(super) strings: Option<String>,
    /// How cells are shown; tells a date from a number.
    pub(super) styles: Option<String>,
    /// Days are counted from 1904, as on old Macs.
    pub(super) since_1904: bool,
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl<F: Read + Seek> Package<F> {
    pub(super) fn open(mut file: F) -> Result<Self> {
        let size = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
        // an archive may list millions of parts, all of which opening it would hold in memory
        let parts = ZipIterable::try_new(&mut file, Config::default()).map_err(damaged)?.len();
        if parts > MOST_PARTS {
            return Err(refused("not_xlsx", "this archive has too many parts for a workbook"));
        }
        let archive = ZipArchive::new(file).map_err(damaged)?;
        Ok(Self { archive, most: size.saturating_mul(MOST_UNFOLDED).max(LEAST_UNFOLDED) })
    }

    /// Finds the parts we read.
    pub(super) fn book(&mut self) -> Result<Book> {
        let none = || refused("not_xlsx", "this is a ZIP archive, but not an Excel workbook (XLSX)");
        let top = self.relations("")?;
        let book = top.iter().find(|r| r.kind.ends_with("/officeDocument")).ok_or_else(none)?.target.clone();
        let relations = self.relations(&book)?;
        let (mut sheets, mut since_1904) = (Vec::new(), false);
        let mut xml = self.part(&book)?.ok_or_else(none)?;
        loop {
            match xml.next()? {
                Event::Start(e) if e.local_name().as_ref() == "workbookPr" => {
                    since_1904 = attribute(&e, "date1904").is_some_and(|v| v == "1" || v == "true");
                }
                Event::Start(e) if e.local_name().as_ref() == "sheet" && sheets.len() < MOST_PARTS => {
                    let hidden = attribute(&e, "state").is_some_and(|state| state != "visible");
                    sheets.push((hidden, attribute(&e, "id").unwrap_or_default()));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        drop(xml);
        let target = |kind: &str| {
            relations.iter().find(|relation| relation.kind.ends_with(kind)).map(|found| found.target.clone())
        };
        let first = sheets.iter().filter(|(hidden, _)| !hidden).find_map(|(_, id)| {
            relations.iter().find(|relation| relation.id == *id && relation.kind.ends_with("/worksheet"))
        });
        Ok(Book {
            sheet: first.ok_or_else(none)?.target.clone(),
            strings: target("/sharedStrings"),
            styles: target("/styles"),
            since_1904,
        })
    }

    /// What a part refers to; of the archive itself when `of` is empty.
    fn relations(&mut self, of: &str) -> Result<Vec<Relation>> {
        let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
        let slash = if folder.is_empty() { "" } else { "/" };
        let Some(mut xml) = self.part(&format!("{folder}{slash}_rels/{name}.rels"))? else {
            return Ok(Vec::new());
        };
        let mut relations = Vec::new();
        loop {
            match xml.next()? {
                Event::Start(e) if e.local_name().as_ref() == "Relationship" => {
                    let target = attribute(&e, "Target").unwrap_or_default();
                    let target = match target.strip_prefix('/') {
                        Some(absolute) => absolute.to_string(),
                        None => format!("{folder}{slash}{target}"),
                    };
                    let id = attribute(&e, "Id").unwrap_or_default();
                    let kind = attribute(&e, "Type").unwrap_or_default();
                    if relations.len() < MOST_PARTS {
                        relations.push(Relation { id, kind, target });
                    }
                }
                Event::Eof => return Ok(relations),
                _ => {}
            }
        }
    }

    /// Opens a part; `None` when there is none of this name.
    pub(super) fn part(&mut self, path: &str) -> Result<Option<Xml<ZipFile<'_, F>>>> {
        let Some(index) = self.archive.index_for_name(path) else { return Ok(None) };
        let file = self.archive.by_index(index).map_err(damaged)?;
        Ok(Some(Xml::new(file, self.most)))
    }
}

/// A part, event by event; no event is longer than a row may be.
pub(super) struct Xml<R: Read> {
    reader: quick_xml::Reader<BufReader<Budget<Budget<R>>>>,
    buffer: Vec<u8>,
}

impl<R: Read> Xml<R> {
    fn new(part: R, most: u64) -> Self {
        let budget = Budget::new(Budget::new(part, most), LONGEST_ROW);
        let mut reader = quick_xml::Reader::from_reader(BufReader::new(budget));
        reader.config_mut().expand_empty_elements = true;
        reader.config_mut().check_end_names = false;
        Self { reader, buffer: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Result<Event<'_>> {
        self.reader.get_mut().get_mut().renew();
        self.buffer.clear();
        self.reader.read_event_into(&mut self.buffer).map_err(|error| match error {
            quick_xml::Error::Io(io) if io.get_ref().is_some_and(|inner| inner.is::<Spent>()) => too_large(),
            error => damaged(error),
        })
    }

    /// The text of an element that was just opened, up to its end: of a value (`v`) all, else what stands in its `t`s,
    /// without those that say how it is read (`rPh`).
    pub(super) fn text(&mut self, element: &str, into: &mut String) -> Result<()> {
        let (mut inside, mut reading) = (element == "v", false);
        loop {
            match self.next()? {
                Event::Text(text) if inside => into.push_str(&text.xml10_content()),
                Event::CData(text) if inside => into.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) if inside => into.extend(character(&reference)),
                Event::Start(e) => match e.local_name().as_ref() {
                    "rPh" => reading = true,
                    "t" => inside = !reading,
                    _ => {}
                },
                Event::End(e) if e.local_name().as_ref() == element => return Ok(()),
                Event::End(e) => match e.local_name().as_ref() {
                    "rPh" => reading = false,
                    "t" => inside = false,
                    _ => {}
                },
                Event::Eof => return Err(damaged("it ends too early")),
                _ => {}
            }
            if into.len() as u64 > LONGEST_ROW {
                return Err(too_large());
            }
        }
    }
}

fn character(reference: &BytesRef<'_>) -> Option<char> {
    match reference.resolve_char_ref() {
        Ok(Some(c)) => Some(c),
        _ => match &**reference {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        },
    }
}

/// An attribute's value, whatever its prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = element.attributes().flatten();
    let found = all.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

pub(super) fn damaged(error: impl std::fmt::Display) -> Error {
    tracing::debug!(%error, "a workbook cannot be read");
    refused("not_xlsx", "the workbook is damaged or has a password; save it again as XLSX or as CSV")
}

pub(super) fn too_large() -> Error {
    refused("workbook_too_large", "the workbook unfolds to more than we read; save the table as CSV")
}
