//! What a file is, told by its first bytes, and what the provider takes (Cloud API, "Media": supported types).

/// As many bytes as are needed to tell.
pub const SNIFFED: usize = 4_096;
/// Largest file of all kinds.
pub const LARGEST: u64 = 100 << 20;

const MB: u64 = 1 << 20;
const KB: u64 = 1 << 10;

/// A type of file that can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileType {
    /// Its media type.
    pub mime_type: &'static str,
    /// As what it is sent: `image`, `video`, `audio`, `document` or `sticker`.
    pub kind: &'static str,
    /// At most so many bytes.
    pub most: u64,
    /// The ends of names such files have.
    extensions: &'static [&'static str],
}

macro_rules! types {
    ($($name:ident = $mime:literal, $kind:literal, $most:expr, [$($ext:literal),*];)*) => {
        $(const $name: FileType =
            FileType { mime_type: $mime, kind: $kind, most: $most, extensions: &[$($ext),*] };)*
        const ALL: &[FileType] = &[$($name),*];
    };
}

types! {
    JPEG = "image/jpeg", "image", 5 * MB, ["jpg", "jpeg", "jpe", "jfif"];
    PNG = "image/png", "image", 5 * MB, ["png"];
    WEBP = "image/webp", "sticker", 100 * KB, ["webp"];
    ANIMATED_WEBP = "image/webp", "sticker", 500 * KB, ["webp"];
    MP4 = "video/mp4", "video", 16 * MB, ["mp4", "m4v"];
    GPP = "video/3gpp", "video", 16 * MB, ["3gp", "3gpp"];
    M4A = "audio/mp4", "audio", 16 * MB, ["m4a", "mp4"];
    MP3 = "audio/mpeg", "audio", 16 * MB, ["mp3"];
    AAC = "audio/aac", "audio", 16 * MB, ["aac"];
    AMR = "audio/amr", "audio", 16 * MB, ["amr"];
    OGG = "audio/ogg", "audio", 16 * MB, ["ogg", "oga", "opus"];
    PDF = "application/pdf", "document", LARGEST, ["pdf"];
    DOC = "application/msword", "document", LARGEST, ["doc", "dot"];
    XLS = "application/vnd.ms-excel", "document", LARGEST, ["xls", "xlt"];
    PPT = "application/vnd.ms-powerpoint", "document", LARGEST, ["ppt", "pps"];
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document", LARGEST, ["docx"];
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "document", LARGEST, ["xlsx"];
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation", "document", LARGEST, ["pptx"];
    TEXT = "text/plain", "document", LARGEST, ["txt", "csv", "log", "md", "text"];
}

/// Brands of MPEG-4 files: sound only, and mobile phones' old format.
const SOUND_BRANDS: &[&[u8]] = &[b"M4A ", b"M4B ", b"M4P "];

/// What a file is. `name` only tells old office files apart, which all begin alike.
pub fn sniff(head: &[u8], name: Option<&str>) -> Option<FileType> {
    let at = |offset: usize, bytes: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(bytes));
    let found = match head {
        _ if at(0, b"\xff\xd8\xff") => JPEG,
        _ if at(0, b"\x89PNG\r\n\x1a\n") => PNG,
        _ if at(0, b"RIFF") && at(8, b"WEBP") => webp(head),
        _ if at(4, b"ftyp") => mpeg4(head.get(8..12)?),
        _ if at(0, b"OggS") => return head.windows(8).any(|bytes| bytes == b"OpusHead").then_some(OGG),
        _ if at(0, b"#!AMR") => AMR,
        _ if at(0, b"ID3") => MP3,
        // frame syncs: MPEG layer III, and ADTS, whose layer is always 0
        [0xff, second, ..] if second & 0xf6 == 0xf0 => AAC,
        [0xff, second, ..] if second & 0xe6 == 0xe2 => MP3,
        _ if at(0, b"%PDF-") => PDF,
        _ if at(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") => {
            *[DOC, XLS, PPT].iter().find(|old| name.is_some_and(|name| old.fits(name)))?
        }
        _ if at(0, b"PK\x03\x04") => return office(head),
        // its first bytes alone would pass as text
        _ if at(0, b"GIF8") => return None,
        _ if is_text(head) => TEXT,
        _ => return None,
    };
    Some(found)
}

/// Stickers that move may be larger. The flags of the extended header say so.
fn webp(head: &[u8]) -> FileType {
    let extended = head.get(12..16) == Some(b"VP8X");
    if extended && head.get(20).is_some_and(|flags| flags & 0x02 != 0) { ANIMATED_WEBP } else { WEBP }
}

fn mpeg4(brand: &[u8]) -> FileType {
    match brand {
        _ if SOUND_BRANDS.contains(&brand) => M4A,
        _ if brand.starts_with(b"3g") => GPP,
        _ => MP4,
    }
}

/// New office files are archives; the names of their parts stand in the clear.
fn office(head: &[u8]) -> Option<FileType> {
    let has = |name: &[u8]| head.windows(name.len()).any(|bytes| bytes == name);
    [(&b"word/"[..], DOCX), (b"xl/", XLSX), (b"ppt/", PPTX)]
        .into_iter()
        .find_map(|(part, found)| has(part).then_some(found))
}

/// Words: UTF-8, perhaps cut off, without control characters.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

impl FileType {
    /// Whether a file of this name may be one: it has one of its ends, or none at all.
    pub fn fits(&self, name: &str) -> bool {
        extension(name).is_none_or(|end| self.extensions.contains(&end.as_str()))
    }
}

/// Whether a file of this type can be sent as `kind`.
pub fn is_sent_as(mime_type: &str, kind: &str) -> bool {
    ALL.iter().any(|known| known.mime_type == mime_type && known.kind == kind)
}

/// Every type that can be sent, for people.
pub fn known() -> String {
    let mut ends: Vec<_> = ALL.iter().map(|known| known.extensions[0].to_uppercase()).collect();
    ends.dedup();
    ends.join(", ")
}

/// Whether a name ends like one of a type we know, and if so how.
fn extension(name: &str) -> Option<String> {
    let end = name.rsplit_once('.')?.1.to_ascii_lowercase();
    (!end.is_empty() && end.len() <= 5 && end.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip_with(part: &str) -> Vec<u8> {
        [b"PK\x03\x04\x14\0\0\0\0\0", part.as_bytes()].concat()
    }

    #[test]
    fn files_are_known_by_their_first_bytes() {
        let animated = [b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02".as_slice(), &[0; 9]].concat();
        for (head, mime, kind, most) in [
            (b"\xff\xd8\xff\xe0..".to_vec(), "image/jpeg", "image", 5 * MB),
            (b"\x89PNG\r\n\x1a\n..".to_vec(), "image/png", "image", 5 * MB),
            (b"RIFF\0\0\0\0WEBPVP8 ....".to_vec(), "image/webp", "sticker", 100 * KB),
            (animated, "image/webp", "sticker", 500 * KB),
            (b"\0\0\0\x18ftypisom".to_vec(), "video/mp4", "video", 16 * MB),
            (b"\0\0\0\x18ftyp3gp5".to_vec(), "video/3gpp", "video", 16 * MB),
            (b"\0\0\0\x18ftypM4A ".to_vec(), "audio/mp4", "audio", 16 * MB),
            (b"OggS\0\x02......OpusHead\x01".to_vec(), "audio/ogg", "audio", 16 * MB),
            (b"#!AMR\n".to_vec(), "audio/amr", "audio", 16 * MB),
            (b"ID3\x04".to_vec(), "audio/mpeg", "audio", 16 * MB),
            (b"\xff\xfb\x90\x44".to_vec(), "audio/mpeg", "audio", 16 * MB),
            (b"\xff\xf1\x50\x80".to_vec(), "audio/aac", "audio", 16 * MB),
            (b"%PDF-1.7".to_vec(), "application/pdf", "document", LARGEST),
            (zip_with("word/document.xml"), DOCX.mime_type, "document", LARGEST),
            (zip_with("xl/workbook.xml"), XLSX.mime_type, "document", LARGEST),
            (zip_with("ppt/slides"), PPTX.mime_type, "document", LARGEST),
            ("Grüße\r\n".into(), "text/plain", "document", LARGEST),
            ("Grü".as_bytes()[..3].to_vec(), "text/plain", "document", LARGEST),
        ] {
            let found = sniff(&head, None).unwrap_or_else(|| panic!("{mime}"));
            assert_eq!((found.mime_type, found.kind, found.most), (mime, kind, most));
        }
        let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....";
        assert_eq!(sniff(old, Some("a.XLS")).unwrap().mime_type, "application/vnd.ms-excel");
        for unknown in [
            &b""[..],
            b"GIF89a",
            b"\x7fELF\x02",
            b"MZ\x90\0",
            b"PK\x03\x04....classes.dex",
            b"\0\0\0\0",
            b"OggS\0vorbis",
            b"a\0b",
            b"\xfe\xff\0a",
            old,
        ] {
            assert_eq!(sniff(unknown, Some("a.bin")), None, "{unknown:?}");
        }
    }

    #[test]
    fn a_name_that_says_otherwise_does_not_fit() {
        assert!(JPEG.fits("photo.JPG") && JPEG.fits("photo") && JPEG.fits("v1. final version"));
        assert!(!JPEG.fits("photo.png") && !PDF.fits("report.exe") && !TEXT.fits("page.html"));
        assert!(known().starts_with("JPG, PNG, WEBP, MP4"), "{}", known());
    }
}
