//! What Cogpack builds on real engines, which `make env` starts. Without engines each test says so and checks nothing.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests run programs, read files and set their times"
)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod broken;
mod caches;
mod cogpack;
mod contexts;
mod doctor;
mod engine;
mod examples;
mod expectation;
mod image;
mod layers;
mod outputs;
mod packages;
mod plans;
mod predict;
mod registry;
mod secrets;
mod summary;
