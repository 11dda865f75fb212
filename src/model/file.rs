//! Files of this machine → data URLs, and back to bytes.
#![expect(clippy::disallowed_methods, reason = "files that inputs name are read here")]

use std::path::Path;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::model::media;
use crate::source::disk;

/// The largest file that is an input: it becomes part of a request.
const MOST_BYTES: u64 = 1 << 30;

/// With padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A file as a URL that holds it; the error says why not.
pub fn to_url(path: &Path) -> Result<String, String> {
    let metadata = std::fs::metadata(path).map_err(|why| disk::words(&why))?;
    if !metadata.is_file() {
        return Err("it is no file".to_owned());
    }
    if metadata.len() > MOST_BYTES {
        return Err("it is larger than 1 GiB; give its URL instead".to_owned());
    }
    let bytes = std::fs::read(path).map_err(|why| disk::words(&why))?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    Ok(format!("data:{};base64,{}", media::of_ending(ending), BASE64.encode(bytes)))
}

/// A URL that holds a file → its media type and its bytes. `None`: it is another URL, or broken.
pub fn from_url(url: &str) -> Option<(String, Vec<u8>)> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    match head.strip_suffix(";base64") {
        Some(media) => Some((media.to_owned(), BASE64.decode(data.trim()).ok()?)),
        None => Some((head.to_owned(), unescaped(data)?)),
    }
}

/// `%41` → `A`
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.PNG");
        std::fs::write(&path, [0, 255, 7]).unwrap();
        let url = to_url(&path).unwrap();
        assert!(url.starts_with("data:image/png;base64,"), "{url}");
        assert_eq!(from_url(&url), Some(("image/png".into(), vec![0, 255, 7])));
        assert_eq!(to_url(folder.path()), Err("it is no file".into()));
        assert!(to_url(&folder.path().join("b")).is_err());
    }

    #[test]
    fn other_urls_and_broken_ones_are_none() {
        assert_eq!(from_url("data:text/plain,a%20b"), Some(("text/plain".into(), b"a b".to_vec())));
        for url in
            ["https://a.example/b.png", "data:", "data:image/png;base64", "data:;base64,*", "data:,%4", "data:,%zz"]
        {
            assert_eq!(from_url(url), None, "{url}");
        }
    }
}
