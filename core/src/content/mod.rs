//! What a free-form message says: everything that is not a template and may be sent while a person's window is open.
//!
//! One vocabulary for the whole house: the API reads and shows these types, the ledger keeps them as JSON
//! (`messages.content`), and a provider's adapter writes them in its own words. They stand beside the slices because
//! `messages` checks and keeps them while `senders` hands them out. Each family's limits stand beside its types
//! (`check`); they are Meta's, from the pages "Messages" of the Cloud API, and every one that is violated is a problem
//! of its own, so that nothing is found out only from a refused request.

mod basic;
mod choice;
mod contacts;
mod faults;
mod files;
pub mod interactive;
#[cfg(feature = "openapi")]
mod openapi;

pub use basic::{Location, Reaction, Text};
pub use contacts::{
    ContactAddress, ContactCard, ContactEmail, ContactName, ContactOrganization, ContactPhone, ContactUrl,
};
pub use faults::Faults;
pub use files::{Audio, Document, File, FileMut, Image, Sticker, Video};
pub use interactive::Interactive;

use crate::clock::Timestamp;
use crate::error::{Error, Problem, Result};
use crate::ids::MediaId;
use choice::choice;

choice! {
    /// What a free-form message says. Exactly one of these.
    pub enum Content {
        /// Words.
        Text(Text) = "text",
        /// A picture.
        Image(Image) = "image",
        /// A film.
        Video(Video) = "video",
        /// A sound or a voice note.
        Audio(Audio) = "audio",
        /// Any other file.
        Document(Document) = "document",
        /// A sticker.
        Sticker(Sticker) = "sticker",
        /// A place.
        Location(Location) = "location",
        /// Address-book cards.
        Contacts(Vec<ContactCard>) = "contacts",
        /// An emoji under an earlier message.
        Reaction(Reaction) = "reaction",
        /// Something to tap.
        Interactive(Box<Interactive>) = "interactive",
    }
}

impl Content {
    /// Everything about it that the provider would refuse, each with its path.
    pub fn check(&self, now: Timestamp) -> Vec<Problem> {
        let mut faults = Faults::at(now);
        match self {
            Self::Text(text) => text.check("text", &mut faults),
            Self::Image(image) => image.check("image", &mut faults),
            Self::Video(video) => video.check("video", &mut faults),
            Self::Audio(audio) => audio.file().check("audio", &mut faults),
            Self::Document(document) => document.check("document", &mut faults),
            Self::Sticker(sticker) => sticker.file().check("sticker", &mut faults),
            Self::Location(location) => location.check("location", &mut faults),
            Self::Contacts(cards) => contacts::check(cards, "contacts", &mut faults),
            Self::Reaction(reaction) => reaction.check("reaction", &mut faults),
            Self::Interactive(interactive) => interactive.check("interactive", &mut faults),
        }
        faults.into_problems()
    }

    /// As it is kept in `messages.content`.
    ///
    /// # Errors
    /// Never for what was checked; `Internal` otherwise.
    pub fn to_stored(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }

    /// Reads what `messages.content` holds of an outbound message of this kind. Rows written before contents had types
    /// hold a text as it is.
    pub fn from_stored(kind: &str, stored: &str) -> Option<Self> {
        match serde_json::from_str(stored) {
            Ok(content) => Some(content),
            Err(_) if kind == "text" => Some(Self::Text(Text { body: stored.to_owned(), preview_url: None })),
            Err(_) => None,
        }
    }

    /// The places of files in it, to be changed.
    pub fn files_mut(&mut self) -> Vec<FileMut<'_>> {
        match self {
            Self::Image(image) => vec![image.file_mut()],
            Self::Video(video) => vec![video.file_mut()],
            Self::Audio(audio) => vec![audio.file_mut()],
            Self::Document(document) => vec![document.file_mut()],
            Self::Sticker(sticker) => vec![sticker.file_mut()],
            Self::Interactive(interactive) => interactive.files_mut(),
            Self::Text(_) | Self::Location(_) | Self::Contacts(_) | Self::Reaction(_) => Vec::new(),
        }
    }

    /// The stored files it names, each with the kind of file that is expected there.
    pub fn media(&self) -> Vec<(MediaId, &'static str)> {
        let mut copy = self.clone();
        let files = copy.files_mut();
        files.iter().filter_map(|file| Some(((*file.media_id)?, file.kind))).collect()
    }
}

#[cfg(test)]
mod tests;
