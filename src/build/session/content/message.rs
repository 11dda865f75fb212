//! The messages of containerd's content service that are of use here: its `api/services/content/v1/content.proto`.

use prost::Message;

/// Asks whether a blob is there.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct InfoRequest {
    /// Which.
    #[prost(string, tag = "1")]
    pub digest: String,
}

/// It is.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct InfoResponse {
    /// What is known of it.
    #[prost(message, optional, tag = "1")]
    pub info: Option<Info>,
}

/// What is known of a blob.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Info {
    /// Which.
    #[prost(string, tag = "1")]
    pub digest: String,
    /// Its bytes.
    #[prost(int64, tag = "2")]
    pub size: i64,
}

/// Asks for a part of a blob.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ReadContentRequest {
    /// Which.
    #[prost(string, tag = "1")]
    pub digest: String,
    /// From where.
    #[prost(int64, tag = "2")]
    pub offset: i64,
    /// How much; 0: to the end.
    #[prost(int64, tag = "3")]
    pub size: i64,
}

/// A piece of it.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ReadContentResponse {
    /// Where it is in the part.
    #[prost(int64, tag = "1")]
    pub offset: i64,
    /// The piece.
    #[prost(bytes = "vec", tag = "2")]
    pub data: Vec<u8>,
}

/// What a message of a write is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum WriteAction {
    /// Says what comes, and asks how much is there.
    Stat = 0,
    /// Adds content.
    Write = 1,
    /// It is whole.
    Commit = 2,
}

/// A message of a write.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct WriteContentRequest {
    /// What it is for.
    #[prost(enumeration = "WriteAction", tag = "1")]
    pub action: i32,
    /// A name for the write.
    #[prost(string, tag = "2")]
    pub r#ref: String,
    /// How large the blob will be, when known.
    #[prost(int64, tag = "3")]
    pub total: i64,
    /// Its digest, when known.
    #[prost(string, tag = "4")]
    pub expected: String,
    /// Where the content goes.
    #[prost(int64, tag = "5")]
    pub offset: i64,
    /// The content.
    #[prost(bytes = "vec", tag = "6")]
    pub data: Vec<u8>,
}

/// The answer to each of them.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct WriteContentResponse {
    /// To what.
    #[prost(enumeration = "WriteAction", tag = "1")]
    pub action: i32,
    /// How much is there.
    #[prost(int64, tag = "4")]
    pub offset: i64,
    /// How large it will be, as far as we were told.
    #[prost(int64, tag = "5")]
    pub total: i64,
    /// The digest, once it is whole.
    #[prost(string, tag = "6")]
    pub digest: String,
}
