//! A directory → [`Project`]: its files, `cog.yaml`, `cogpack.toml`, and the facts that blocks ask for.

pub mod config;
pub mod data;
pub mod disk;
pub mod error;
pub mod glob;
pub mod ignore;
pub mod memory;
pub mod packages;
pub mod settings;
pub mod tree;
pub mod walk;
