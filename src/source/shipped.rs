//! The texts that are part of the compiler: blocks, the prelude, catalogs, image metadata.
//!
//! A block's file is called after the block, a stack's file `stack.block` lies in a folder called after the stack: so only
//! what a project needs is parsed. To add one, write the file and name it here.

/// A text and its path in the repository.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// With `/`, such as `blocks/python/uv.block`.
    pub path: &'static str,
    /// What it holds.
    pub text: &'static str,
}

impl Shipped {
    /// The file's name without its folder and ending: for a block the block's name.
    pub fn stem(&self) -> &'static str {
        let name = self.path.rsplit('/').next().unwrap_or(self.path);
        name.split_once('.').map_or(name, |(stem, _)| stem)
    }

    /// The name of the folder it lies in: for a stack the stack's name.
    pub fn folder(&self) -> &'static str {
        self.path.rsplit('/').nth(1).unwrap_or_default()
    }
}

macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        &[$(Shipped { path: $path, text: include_str!(concat!("../../", $path)) }),*]
    };
}

/// One stack a file, in the order in which they are tried.
pub const STACKS: &[Shipped] = shipped!["blocks/python/stack.block"];

/// One block a file.
pub const BLOCKS: &[Shipped] = shipped![
    "blocks/common/apt.block",
    "blocks/common/cuda.block",
    "blocks/common/run-commands.block",
    "blocks/common/source.block",
    "blocks/python/cog-sdk-beside.block",
    "blocks/python/cog-sdk.block",
    "blocks/python/cog.block",
    "blocks/python/pdm.block",
    "blocks/python/pip.block",
    "blocks/python/poetry.block",
    "blocks/python/python-app.block",
    "blocks/python/python.block",
    "blocks/python/requirements.block",
    "blocks/python/tensorflow.block",
    "blocks/python/torch.block",
    "blocks/python/uv-tool.block",
    "blocks/python/uv.block",
];

/// What the blocks that ship provide, by name: a block may need it before the block that provides it is read.
pub const CAPABILITIES: &[&str] = &["cog-sdk", "program", "python", "python-packages", "uv", "venv"];

/// Functions that every block may call.
pub const PRELUDE: Shipped = Shipped { path: "stdlib/prelude.block", text: include_str!("../../stdlib/prelude.block") };

/// Releases of things, one catalog a file.
pub const CATALOGS: &[Shipped] = shipped![
    "stdlib/catalog/cog.toml",
    "stdlib/catalog/cuda.toml",
    "stdlib/catalog/cudnn.toml",
    "stdlib/catalog/pdm.toml",
    "stdlib/catalog/poetry.toml",
    "stdlib/catalog/python.toml",
    "stdlib/catalog/tensorflow-gpu.toml",
    "stdlib/catalog/tensorflow.toml",
    "stdlib/catalog/torch.toml",
    "stdlib/catalog/torchaudio.toml",
    "stdlib/catalog/torchvision.toml",
    "stdlib/catalog/uv.toml",
];

/// A file with metadata of base images, and what it is about: it is read when something of that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct ShippedImages {
    /// The file.
    pub file: Shipped,
    /// How the references of all its images begin.
    pub reference: &'static str,
    /// All that its images have; Debian packages as `apt:NAME`.
    pub packages: &'static [&'static str],
}

macro_rules! images {
    ($($path:literal: $reference:literal $packages:expr),* $(,)?) => {
        &[$(ShippedImages {
            file: Shipped { path: $path, text: include_str!(concat!("../../", $path)) },
            reference: $reference,
            packages: &$packages,
        }),*]
    };
}

/// Metadata of base images, in the order they are declared. A test holds it against the files.
pub const IMAGES: &[ShippedImages] = images![
    "stdlib/images/python.toml": "docker.io/library/python:"
        ["apt:ca-certificates", "apt:netbase", "apt:tzdata", "pip", "python"],
    "stdlib/images/debian.toml": "docker.io/library/debian:" ["apt:tzdata"],
    "stdlib/images/nvidia.toml": "nvidia/cuda:"
        ["apt:build-essential", "apt:ca-certificates", "cuda", "cudnn", "gcc", "nvcc"],
    "stdlib/images/cog-base.toml": "r8.im/cog-base:python" ["gcc", "pip", "python"],
    "stdlib/images/cog-base-cuda.toml": "r8.im/cog-base:cuda" ["cuda", "gcc"],
    "stdlib/images/cog-base-cuda-python.toml": "r8.im/cog-base:cuda" ["cuda", "gcc", "pip", "python"],
    "stdlib/images/cog-base-ubuntu.toml": "r8.im/cog-base:ubuntu" ["gcc"],
];

/// The shipped block of that name.
pub fn block(name: &str) -> Option<Shipped> {
    BLOCKS.iter().copied().find(|shipped| shipped.stem() == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test looks at the repository")]
    fn every_file_of_blocks_and_stdlib_ships() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = BTreeSet::new();
        let mut folders = vec![root.join("blocks"), root.join("stdlib")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
                }
            }
        }
        let shipped: BTreeSet<String> = [STACKS, BLOCKS, CATALOGS, &[PRELUDE]]
            .into_iter()
            .flatten()
            .chain(IMAGES.iter().map(|images| &images.file))
            .map(|shipped| shipped.path.to_owned())
            .collect();
        assert_eq!(found, shipped);
    }
}
