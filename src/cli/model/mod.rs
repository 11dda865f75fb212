//! What commands about models share: how a model is named, built or found, and run until the user interrupts.

mod args;
mod drive;
mod named;
mod pieces;
mod predict;
mod show;

pub use args::{BuildingArgs, ContainerArgs, InputArgs, ModelArgs};
pub use drive::{Drive, drive};
pub use named::{What, what};
pub use predict::{Prediction, predict, with_cards};
pub use show::shown;
