//! A file that goes along with a message.

use std::borrow::Cow;

use serde::Serialize;

use crate::senders::port::MediaRef;

/// A file: by its address, or by the id it got when it was uploaded.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum File<'a> {
    Link(&'a str),
    Id(Cow<'a, str>),
}

impl<'a> From<&'a MediaRef> for File<'a> {
    fn from(file: &'a MediaRef) -> Self {
        match file {
            MediaRef::Link(link) => Self::Link(link),
            MediaRef::Id(id) => Self::Id(id.into()),
            // only in a preview: before it is sent, the copy's id has taken its place
            MediaRef::Stored(id) => Self::Id(id.to_string().into()),
        }
    }
}
