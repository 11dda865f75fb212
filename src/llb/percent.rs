//! Percent-encoding as Go's `net/url` does it: text → bytes it stands for, and back.

/// A part of an address; each keeps other characters as they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A user name or a password.
    User,
    /// A host, with its port.
    Host,
    /// A path.
    Path,
}

impl Part {
    /// Whether a character stands for itself when the part is written.
    pub fn keeps(self, byte: u8) -> bool {
        let kept: &[u8] = match self {
            Self::User => b"$&+,;=",
            Self::Host => b"!$&'()*+,;=:[]<>\"",
            Self::Path => b"$&+,/:;=@",
        };
        byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || kept.contains(&byte)
    }

    /// The text that stands for these bytes.
    pub fn encode(self, text: &str) -> String {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        let mut encoded = String::with_capacity(text.len());
        for byte in text.bytes() {
            if self.keeps(byte) {
                encoded.push(char::from(byte));
            } else {
                let digits = [byte >> 4, byte & 15].map(|digit| char::from(HEX[usize::from(digit)]));
                encoded.push('%');
                encoded.extend(digits);
            }
        }
        encoded
    }
}

/// What a text stands for. Absent: a `%` without two digits behind it, or what is not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first != b'%' {
            bytes.push(first);
            rest = after;
            continue;
        }
        let pair = after.get(..2).filter(|pair| pair.iter().all(u8::is_ascii_hexdigit))?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).ok()
}

/// A path as it is if it could be one in an address, else encoded anew.
pub fn path_as_written(path: &str) -> Option<String> {
    let is_written = |byte: u8| Part::Path.keeps(byte) || b"!'()*[]%".contains(&byte);
    let decoded = decode(path)?;
    Some(if path.bytes().all(is_written) { path.to_owned() } else { Part::Path.encode(&decoded) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_sign_needs_two_digits() {
        assert_eq!(decode("a%20b%2F").as_deref(), Some("a b/"));
        for bad in ["%", "%2", "%zz", "%+1", "%ff"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_path_that_could_not_be_written_so_is_encoded_whole() {
        for (path, want) in
            [("/a(b)%2f", "/a(b)%2f"), ("/a b(c)", "/a%20b%28c%29"), ("/é", "/%C3%A9"), ("/a?", "/a%3F")]
        {
            assert_eq!(path_as_written(path).as_deref(), Some(want), "{path}");
        }
    }
}
