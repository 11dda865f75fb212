//! Cogpack compiles a project into an OCI image build.
//!
//! ```text
//!  .block files ─syntax→ Ast ─check→ Hir ┐
//!  project dir  ─project→ Project ───────┼─resolve→ Resolution ─plan→ Plan ─llb→ Definition + image config
//!  stdlib TOML  ─resolve→ Catalog ───────┘
//! ```
//!
//! One module is one pass, in the order data flows; [`compile`] is the whole pipeline on one screen.
//! `docs/architecture.md` says what each module may import and what must hold.

pub mod source;

pub mod diagnostic;

pub mod version;

pub mod ignore;

pub mod syntax;

pub mod check;

pub mod project;

pub mod schema;

pub mod eval;

pub mod resolve;

pub mod image;

pub mod plan;

pub mod llb;

pub mod build;

pub mod model;

pub mod compile;

pub mod cli;
