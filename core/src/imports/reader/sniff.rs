//! What a file is, by its bytes.

use super::{refused, unreadable};
use crate::error::Result;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{Read, Seek, SeekFrom};

/// So much of a file's beginning is looked at.
const HEAD: usize = 8 << 10;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A ZIP archive, as XLSX files are.
    Workbook,
    /// Text in this encoding.
    Text(&'static Encoding),
}

/// Looks at a file and goes back to its beginning.
///
/// # Errors
/// `Invalid` when it is neither text nor a ZIP archive, in words about what it seems to be.
pub(super) fn kind(file: &mut (impl Read + Seek)) -> Result<Kind> {
    let mut head = vec![0; HEAD];
    let n = fill(file, &mut head)?;
    head.truncate(n);
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    if head.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Workbook);
    }
    let guess = by_head(&head)?;
    let encoding = match guess {
        Some(encoding) => encoding,
        // a header may look fine and a row far below have the first foreign letter: only all of it tells
        None if is_utf8(file)? => UTF_8,
        None => WINDOWS_1252,
    };
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    Ok(Kind::Text(encoding))
}

/// What the beginning alone tells.
fn by_head(head: &[u8]) -> Result<Option<&'static Encoding>> {
    if head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        let message = "this is an old Excel file (.xls) or one with a password; save it as XLSX or as CSV";
        return Err(refused("old_excel", message));
    }
    if head.starts_with(b"%PDF-") {
        return Err(refused("not_text", "this is a PDF; export the table as XLSX or CSV"));
    }
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok(Some(encoding));
    }
    if let Some(encoding) = utf16(head) {
        return Ok(Some(encoding));
    }
    let binary = |b: &u8| matches!(b, 0..=8 | 0x0e..=0x19 | 0x1b..=0x1f | 0x7f);
    if head.iter().any(binary) {
        let message = "this is neither text nor an Excel workbook; save the table as XLSX or as CSV";
        return Err(refused("not_text", message));
    }
    if head.trim_ascii_start().starts_with(b"<") {
        let message = "this is a web page or XML, whatever its name says; open it in a spreadsheet and save it as XLSX or CSV";
        return Err(refused("not_csv", message));
    }
    Ok(None)
}

/// UTF-16 without a mark at its beginning: of its pairs of bytes one is nearly always zero, the same one.
fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.chunks_exact(2);
    let all = pairs.len();
    let zeros = |place: usize| pairs.clone().filter(|pair| pair.get(place) == Some(&0)).count();
    let (first, second) = (zeros(0), zeros(1));
    match all {
        0..4 => None,
        _ if first == 0 && second * 3 > all => Some(UTF_16LE),
        _ if second == 0 && first * 3 > all => Some(UTF_16BE),
        _ => None,
    }
}

fn is_utf8(file: &mut impl Read) -> Result<bool> {
    let mut buffer = vec![0; 64 << 10];
    let mut kept = 0; // bytes of a letter the buffer's end cut
    loop {
        let n = file.read(buffer.get_mut(kept..).unwrap_or_default()).map_err(unreadable)?;
        let end = kept + n;
        match std::str::from_utf8(buffer.get(..end).unwrap_or_default()) {
            Ok(_) => kept = 0,
            Err(error) if error.error_len().is_some() || n == 0 => return Ok(false),
            Err(error) => {
                let from = error.valid_up_to();
                buffer.copy_within(from..end, 0);
                kept = end - from;
            }
        }
        if n == 0 {
            return Ok(true);
        }
    }
}

fn fill(file: &mut impl Read, into: &mut [u8]) -> Result<usize> {
    let mut n = 0;
    loop {
        match file.read(into.get_mut(n..).unwrap_or_default()).map_err(unreadable)? {
            0 => return Ok(n),
            more => n += more,
        }
    }
}

/// The line with which Excel is told the delimiter (`sep=;`), or the delimiter that cuts the first lines evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delimiter {
    /// The delimiter.
    pub(super) byte: u8,
    /// The first line only says so.
    pub(super) told: bool,
}

const CANDIDATES: [u8; 4] = *b",;\t|";

/// Finds the delimiter in the first lines of a text.
pub(super) fn delimiter(head: &str) -> Delimiter {
    let first = head.lines().next().unwrap_or_default().trim().trim_matches('"');
    if let Some(told) = first.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")) {
        let rest = first.get(told.len()..).unwrap_or_default();
        // a tab at the end of a line does not outlive the trimming
        let byte = rest.bytes().next().unwrap_or(b'\t');
        if rest.len() <= 1 && byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != b'"' {
            return Delimiter { byte, told: true };
        }
    }
    let counts: Vec<[usize; 4]> = lines_outside_quotes(head).take(50).collect();
    let header = counts.first().copied().unwrap_or_default();
    let even = |which: usize| counts.iter().filter(|line| line[which] == header[which]).count();
    let best = (0..CANDIDATES.len())
        .filter(|which| header[*which] > 0)
        .max_by_key(|which| (even(*which), header[*which], std::cmp::Reverse(*which)));
    Delimiter { byte: best.map_or(b',', |which| CANDIDATES[which]), told: false }
}

/// How often each candidate stands outside quotes, line by line; blank lines are left out.
fn lines_outside_quotes(head: &str) -> impl Iterator<Item = [usize; 4]> {
    let mut quoted = false;
    let mut lines = vec![(false, [0; 4])];
    for byte in head.bytes() {
        match byte {
            b'"' => {
                quoted = !quoted;
                if let Some((full, _)) = lines.last_mut() {
                    *full = true;
                }
            }
            b'\n' if !quoted => lines.push((false, [0; 4])),
            _ if quoted => {}
            _ => {
                let Some((full, counts)) = lines.last_mut() else { break };
                *full |= !byte.is_ascii_whitespace();
                if let Some(which) = CANDIDATES.iter().position(|c| *c == byte) {
                    counts[which] += 1;
                }
            }
        }
    }
    lines.into_iter().filter(|(full, _)| *full).map(|(_, counts)| counts)
}
