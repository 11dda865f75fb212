//! [`Wrong`]: why an image cannot be read, before it is known where it came from.

use std::io;

/// Why an image cannot be read. The texts go on from "the image `x` cannot be read: ".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is no such thing, or it may not be read.
    Unreadable(String),
    /// What is there is no image, or not all of one.
    Broken(String),
    /// It is larger than what is read.
    TooLarge(String),
    /// A layer is compressed in a way that is not understood.
    Compression(String),
    /// The platforms that it is for, none of which was asked for.
    Platform(Vec<String>),
    /// A registry does not give it: its host, and what it said.
    Refused(String, String),
    /// A registry cannot be reached, or does not answer as one.
    Unreachable(String),
    /// A registry has no image of that name or tag: its host.
    Missing(String),
}

impl Wrong {
    /// What is there is no image, or not all of one.
    pub fn broken(text: impl Into<String>) -> Self {
        Self::Broken(text.into())
    }
}

impl From<io::Error> for Wrong {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::FileTooLarge => Self::TooLarge(error.to_string()),
            // What comes from a registry ends so; files do not.
            io::ErrorKind::ConnectionAborted => Self::Unreachable(error.to_string()),
            io::ErrorKind::UnexpectedEof => Self::broken("it ends too early"),
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                Self::Broken(format!("a layer cannot be unpacked: {error}"))
            }
            _ => Self::Unreadable(crate::source::disk::words(&error)),
        }
    }
}
