//! A directory → [`Project`]: its files, `cog.yaml`, `cogpack.toml`, and the facts that blocks ask for.

pub mod config;
pub mod data;
pub mod packages;
pub mod settings;
pub mod tree;
