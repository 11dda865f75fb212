//! What Cogpack builds on real engines, which `make env` starts. Without engines each test says so and checks nothing.

#![expect(clippy::disallowed_methods, reason = "tests run programs and read files")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cogpack;
mod engine;
mod expectation;
mod image;
mod layers;
mod plans;
