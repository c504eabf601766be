//! Which files WhatsApp takes, and how large they may be.

/// Kilobytes and megabytes as Meta counts them.
const KB: usize = 1_024;
const MB: usize = 1_024 * KB;

/// (message type, media types, most bytes).
const KINDS: &[(&str, &[&str], usize)] = &[
    ("audio", &["audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"], 16 * MB),
    (
        "document",
        &[
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.ms-excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ],
        100 * MB,
    ),
    ("image", &["image/jpeg", "image/png"], 5 * MB),
    // An animated sticker may be larger than a still one (100 KB); the file is not looked into.
    ("sticker", &["image/webp"], 500 * KB),
    ("video", &["video/mp4", "video/3gpp"], 16 * MB),
];

/// The largest body an upload may have: the largest file, and room for the form around it.
pub(crate) const BODY_MAX: usize = 101 * MB;

/// What a media type may be used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The message type: `image`, `audio` …
    pub(crate) name: &'static str,
    /// Most bytes of a file.
    pub(crate) bytes_max: usize,
}

/// The kind of a media type; its parameters (`; codecs=opus`) do not matter.
pub(crate) fn kind_of(mime_type: &str) -> Option<Kind> {
    let plain = mime_type.split(';').next().unwrap_or_default().trim();
    KINDS
        .iter()
        .find(|(_, types, _)| types.iter().any(|known| known.eq_ignore_ascii_case(plain)))
        .map(|(name, _, bytes_max)| Kind { name, bytes_max: *bytes_max })
}

/// Every media type, for the answer that lists them.
pub(crate) fn known_types() -> String {
    KINDS.iter().flat_map(|(_, types, _)| *types).copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_metas_limits() {
        let most = |mime: &str| kind_of(mime).map(|kind| (kind.name, kind.bytes_max));
        assert_eq!(most("image/jpeg"), Some(("image", 5 * MB)));
        assert_eq!(most("audio/ogg; codecs=opus"), Some(("audio", 16 * MB)));
        assert_eq!(most("APPLICATION/PDF"), Some(("document", 100 * MB)));
        assert_eq!(most("image/gif"), None);
    }
}
