//! [`Request`](request::Request) → image, through BuildKit.
//!
//! ```text
//!  Choice ─engine::find→ Engine ┐
//!  Request ─────────────────────┴─solve→ Built
//!                                  ├ session: what the daemon asks of us (files, secrets, credentials, what it exports)
//!                                  └ progress: what it tells us → views
//! ```
//!
//! The compiler's passes are synchronous; this room is not, and everything in it runs on one tokio runtime that `cli` starts.

pub mod context;
pub mod engine;
mod error;
pub mod failure;
pub mod progress;
pub mod request;
mod session;
mod sizes;
mod solve;

pub use session::{Login, login, offer};
pub use sizes::{Sizes, sizes};
pub use solve::{Built, ask, explain, random, solve};
