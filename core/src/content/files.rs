//! Files: pictures, films, sounds, documents and stickers.

use super::choice::parts;
use super::faults::Faults;
use crate::ids::MediaId;

/// Longest caption.
const CAPTION: usize = 1_024;
/// Longest file name. The provider names no limit; file systems allow no more.
const FILE_NAME: usize = 240;
/// Longest id of the provider's.
const PROVIDER_ID: usize = 128;

parts! {
    /// A picture: JPEG or PNG, at most 5 MB.
    pub struct Image {
        /// A file of yours, uploaded with `uploadMedia`.
        pub media_id: Option<MediaId>,
        /// A public address WhatsApp fetches it from.
        pub link: Option<String>,
        /// WhatsApp's id of a file uploaded for this sender by other means.
        pub provider_id: Option<String>,
        /// Shown below it: at most 1,024 characters.
        pub caption: Option<String>,
    }

    /// A film: MP4 or 3GP, at most 16 MB.
    pub struct Video {
        /// A file of yours, uploaded with `uploadMedia`.
        pub media_id: Option<MediaId>,
        /// A public address WhatsApp fetches it from.
        pub link: Option<String>,
        /// WhatsApp's id of a file uploaded for this sender by other means.
        pub provider_id: Option<String>,
        /// Shown below it: at most 1,024 characters.
        pub caption: Option<String>,
    }

    /// A sound: AAC, AMR, MP3, M4A or Ogg (Opus), at most 16 MB.
    pub struct Audio {
        /// A file of yours, uploaded with `uploadMedia`.
        pub media_id: Option<MediaId>,
        /// A public address WhatsApp fetches it from.
        pub link: Option<String>,
        /// WhatsApp's id of a file uploaded for this sender by other means.
        pub provider_id: Option<String>,
        /// Whether it is shown as a voice note (Ogg with Opus only).
        pub voice: Option<bool>,
    }

    /// A document: text, PDF or an office file, at most 100 MB.
    pub struct Document {
        /// A file of yours, uploaded with `uploadMedia`.
        pub media_id: Option<MediaId>,
        /// A public address WhatsApp fetches it from.
        pub link: Option<String>,
        /// WhatsApp's id of a file uploaded for this sender by other means.
        pub provider_id: Option<String>,
        /// Shown below it: at most 1,024 characters.
        pub caption: Option<String>,
        /// What it is called on the person's phone.
        pub filename: Option<String>,
    }

    /// A sticker: WebP, 512 by 512 pixels, at most 100 KB (animated 500 KB).
    pub struct Sticker {
        /// A file of yours, uploaded with `uploadMedia`.
        pub media_id: Option<MediaId>,
        /// A public address WhatsApp fetches it from.
        pub link: Option<String>,
        /// WhatsApp's id of a file uploaded for this sender by other means.
        pub provider_id: Option<String>,
    }
}

/// Where a file is: exactly one of the three.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Kept by us.
    pub media_id: Option<MediaId>,
    /// On the web.
    pub link: Option<&'a str>,
    /// Kept by the provider.
    pub provider_id: Option<&'a str>,
}

/// The same, to be changed: a stored file becomes the provider's when it was uploaded there.
#[derive(Debug)]
pub struct FileMut<'a> {
    /// The kind of file that belongs here: `image`, `video`, `audio`, `document` or `sticker`.
    pub kind: &'static str,
    /// Kept by us.
    pub media_id: &'a mut Option<MediaId>,
    /// Kept by the provider.
    pub provider_id: &'a mut Option<String>,
}

macro_rules! places {
    ($($name:ident $kind:literal),*) => {$(
        impl $name {
            /// Where the file is.
            pub fn file(&self) -> File<'_> {
                let (link, provider_id) = (self.link.as_deref(), self.provider_id.as_deref());
                File { media_id: self.media_id, link, provider_id }
            }

            /// Where the file is, to be changed.
            pub fn file_mut(&mut self) -> FileMut<'_> {
                FileMut { kind: $kind, media_id: &mut self.media_id, provider_id: &mut self.provider_id }
            }
        }
    )*};
}
places!(Image "image", Video "video", Audio "audio", Document "document", Sticker "sticker");

impl File<'_> {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        let given = [self.media_id.is_some(), self.link.is_some(), self.provider_id.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            faults.add(
                at,
                "one_of",
                "say where the file is: exactly one of `media_id`, `link` and `provider_id`",
            );
        }
        if let Some(link) = self.link {
            faults.url(format!("{at}.link"), link);
        }
        faults.optional(format!("{at}.provider_id"), self.provider_id, PROVIDER_ID);
    }
}

impl Image {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        self.file().check(at, faults);
        faults.optional(format!("{at}.caption"), self.caption.as_deref(), CAPTION);
    }
}

impl Video {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        self.file().check(at, faults);
        faults.optional(format!("{at}.caption"), self.caption.as_deref(), CAPTION);
    }
}

impl Document {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        self.file().check(at, faults);
        faults.optional(format!("{at}.caption"), self.caption.as_deref(), CAPTION);
        faults.optional(format!("{at}.filename"), self.filename.as_deref(), FILE_NAME);
    }
}
