//! Media types and the endings of files: what data URLs say of a file.

/// Endings and what they stand for; of several endings the first is written.
const TYPES: &[(&str, &str)] = &[
    ("aac", "audio/aac"),
    ("avif", "image/avif"),
    ("bin", "application/octet-stream"),
    ("bmp", "image/bmp"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("flac", "audio/flac"),
    ("flac", "audio/x-flac"),
    ("gif", "image/gif"),
    ("glb", "model/gltf-binary"),
    ("gz", "application/gzip"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("m4a", "audio/mp4"),
    ("md", "text/markdown"),
    ("mid", "audio/midi"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("obj", "model/obj"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/opus"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("tiff", "image/tiff"),
    ("tif", "image/tiff"),
    ("txt", "text/plain"),
    ("wav", "audio/wav"),
    ("wav", "audio/x-wav"),
    ("wav", "audio/vnd.wave"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xml", "application/xml"),
    ("xml", "text/xml"),
    ("zip", "application/zip"),
];

/// The type of a file with this ending.
pub fn of_ending(ending: &str) -> &'static str {
    let ending = ending.to_ascii_lowercase();
    let found = TYPES.iter().find(|(known, _)| *known == ending);
    found.map_or("application/octet-stream", |(_, media)| media)
}

/// The ending of a file of this type: `image/png;charset=…` is `png`. None for what is not known.
pub fn ending(media: &str) -> Option<&'static str> {
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    TYPES.iter().find(|(_, known)| *known == media).map(|(ending, _)| *ending).filter(|ending| *ending != "bin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_and_types_lead_to_each_other() {
        for (ending_, media) in TYPES.iter().filter(|(ending, _)| !["bin", "htm", "jpeg", "tif"].contains(ending)) {
            assert_eq!(ending(media), Some(*ending_), "{media}");
        }
        assert_eq!((of_ending("JPEG"), of_ending("xyz")), ("image/jpeg", "application/octet-stream"));
        assert_eq!((ending("text/plain; charset=utf-8"), ending("x/y")), (Some("txt"), None));
    }
}
