//! Python files as text → trees, the names they bind, and what a name stands for.

pub mod alias;
pub mod changes;
pub mod depth;
pub mod files;
pub mod harmless;
pub mod library;
pub mod object;
pub mod scope;
pub mod touched;
pub mod world;
