//! A directory → [`Project`]: its files, `cog.yaml`, `cogpack.toml`, and the facts that blocks ask for.

pub mod config;
mod credentials;
pub mod data;
mod decode;
pub mod disk;
mod documents;
pub mod error;
pub mod glob;
pub mod large;
pub mod memory;
pub mod mistake;
pub mod packages;
pub mod path;
mod read;
pub mod settings;
pub mod tree;
pub mod walk;

pub use read::{IGNORE_FILE, Project};
