//! A directory → [`Project`]: its files, `cog.yaml`, `cogpack.toml`, and the facts that blocks ask for.

pub mod config;
mod credentials;
pub mod data;
mod decode;
mod error;
pub mod packages;
mod path;
pub mod settings;
pub mod tree;
