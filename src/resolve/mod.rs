//! Checked blocks, a project and the catalogs → what takes part: stack, blocks, versions, base images.
