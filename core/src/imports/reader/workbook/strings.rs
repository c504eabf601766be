//! The texts that the cells of a workbook share.

use super::package::{Package, too_large};
use crate::error::Result;
use quick_xml::events::Event;
use std::io::{Read, Seek};

/// All texts together, in bytes.
const MOST_BYTES: usize = 128 << 20;
/// How many texts: two in each of Excel's rows.
const MOST_TEXTS: usize = 2 << 20;

/// One behind the other: half the memory of as many strings.
#[derive(Debug, Default)]
pub(super) struct Strings {
    all: String,
    ends: Vec<u32>,
}

impl Strings {
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let from =
            index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        self.all.get(from..end)
    }
}

pub(super) fn read<F: Read + Seek>(package: &mut Package<F>, path: &str) -> Result<Strings> {
    let mut strings = Strings::default();
    let Some(mut xml) = package.part(path)? else { return Ok(strings) };
    let mut text = String::new();
    loop {
        match xml.next()? {
            Event::Start(e) if e.local_name().as_ref() == "si" => {}
            Event::Eof => return Ok(strings),
            _ => continue,
        }
        text.clear();
        xml.text("si", &mut text)?;
        strings.all.push_str(text.trim());
        let end = u32::try_from(strings.all.len()).map_err(|_| too_large())?;
        strings.ends.push(end);
        if strings.all.len() > MOST_BYTES || strings.ends.len() > MOST_TEXTS {
            return Err(too_large());
        }
    }
}
