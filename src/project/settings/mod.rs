//! `cogpack.toml`: what a project says to the compiler itself.

mod read;
pub mod world;

use indexmap::IndexMap;

use crate::project::config::Located;
use crate::project::data::Data;
use crate::project::settings::world::World;
use crate::source::{FileId, Span};

/// `cogpack.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The file; absent when the project has none.
    pub file: Option<FileId>,
    /// `stack = "python"`: no detection.
    pub stack: Option<Located<String>>,
    /// `with = ["NAME"]`: blocks that take part without being detected.
    pub with: Vec<Located<String>>,
    /// `without = ["NAME"]`: blocks that do not take part.
    pub without: Vec<Located<String>>,
    /// `blocks = ["tools/blocks"]`: folders or files in the project; absent: `blocks`.
    pub block_paths: Option<Vec<Located<String>>>,
    /// `[params.BLOCK] NAME = VALUE`
    pub params: IndexMap<String, BlockParams>,
    /// What it adds to catalogs and base images, and which of these it takes.
    pub world: World,
    /// `[export]`: `cmd`, `entrypoint`, `workdir`, `user`, `expose`, `env`, `labels`.
    pub export: ExportSettings,
}

/// `[params.BLOCK]`: what a project sets of one block.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockParams {
    /// Where the block is named.
    pub block: Span,
    /// By the param's name.
    pub values: IndexMap<String, ParamSetting>,
}

/// A param that is set.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamSetting {
    /// Where the param is named.
    pub name: Span,
    /// To what.
    pub value: Located<Data>,
}

/// `[export]` in `cogpack.toml`: wins over blocks and the stack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExportSettings {
    /// `cmd = ["python", "main.py"]`
    pub cmd: Option<Located<Vec<String>>>,
    /// `entrypoint = […]`
    pub entrypoint: Option<Located<Vec<String>>>,
    /// `workdir = "/src"`
    pub workdir: Option<Located<String>>,
    /// `user = "1000"`
    pub user: Option<Located<String>>,
    /// `expose = [5000]`
    pub expose: Vec<Located<u16>>,
    /// `env = { NAME = "value" }`
    pub env: IndexMap<String, Located<String>>,
    /// `labels = { "name" = "value" }`
    pub labels: IndexMap<String, Located<String>>,
}

#[cfg(test)]
mod tests;
