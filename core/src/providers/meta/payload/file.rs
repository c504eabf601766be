//! A file that goes along with a message.

use serde::Serialize;

use crate::senders::port::MediaRef;

/// A file: by its address, or by the id it got when it was uploaded.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum File<'a> {
    Link(&'a str),
    Id(&'a str),
}

impl<'a> From<&'a MediaRef> for File<'a> {
    fn from(file: &'a MediaRef) -> Self {
        match file {
            MediaRef::Link(link) => Self::Link(link),
            MediaRef::Id(id) => Self::Id(id),
        }
    }
}
