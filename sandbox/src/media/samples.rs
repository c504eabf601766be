//! Small real files, for customers who send something and nobody says what.

use base64::{Engine, engine::general_purpose::STANDARD};

/// A black pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
/// A still WebP of one pixel.
const WEBP: &str = "UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";
/// The beginning of an MPEG-4 file: type and an empty `mdat`.
const MP4: &str = "AAAAGGZ0eXBpc29tAAAAAGlzb21tcDQyAAAACG1kYXQ=";
/// An Ogg page with Opus' header: one channel, 48 kHz.
const OGG: &str = "T2dnUwACAAAAAAAAAAABAAAAAAAAAAAAAAABE09wdXNIZWFkAQE4AYC7AAAAAAA=";

/// The usual media type of a message type, and a file of it.
pub(crate) fn sample(kind: &str) -> Option<(&'static str, Vec<u8>)> {
    let (mime_type, coded) = match kind {
        "image" => ("image/png", PNG),
        "sticker" => ("image/webp", WEBP),
        "video" => ("video/mp4", MP4),
        "audio" => ("audio/ogg; codecs=opus", OGG),
        "document" => return Some(("application/pdf", pdf())),
        _ => return None,
    };
    // The texts above are ours and decode; a test says so.
    Some((mime_type, STANDARD.decode(coded).unwrap_or_default()))
}

/// An empty page.
fn pdf() -> Vec<u8> {
    let page = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
                3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
    page.as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::kinds::kind_of;

    #[test]
    fn samples_are_files_of_their_kind() {
        for (kind, start) in
            [("image", &b"\x89PNG"[..]), ("sticker", b"RIFF"), ("audio", b"OggS"), ("document", b"%PDF")]
        {
            let (mime_type, bytes) = sample(kind).unwrap();
            assert!(bytes.starts_with(start), "{kind}");
            assert_eq!(kind_of(mime_type).unwrap().name, kind);
        }
        assert_eq!(&sample("video").unwrap().1[4..8], b"ftyp");
        assert!(sample("text").is_none());
    }
}
