//! What can be run → [`Model`], and what runs it: containers of a Docker Engine, and the server in them.
//!
//! ```text
//!  Named ─find→ Model ┐
//!  -i, --json ─read→ inputs, checked by the model's schema
//!                     └─start→ Container ─Server→ Prediction → output
//! ```
//!
//! Containers go with the command that started them: [`Keeper`] knows each from before the engine is asked for it.

mod container;
mod docker;
mod error;
mod file;
mod find;
mod image;
mod input;
mod layout;
mod log;
mod media;
mod name;
mod output;
mod running;
mod server;

pub use container::{Consumer, Container, Gpus, Keeper, LABEL, Settings, Stream};
pub use docker::Docker;
pub use error::{ended, lacks_gpus, no_predictor, no_trainer, prediction_failed, refused, unreadable};
pub use find::Finder;
pub use image::{ImageConfig, Model, Sizes};
pub use input::{Given, read_inputs};
pub use layout::is_layout;
pub use log::{From, Line, Log};
pub use name::{Named, Source};
pub use output::{Writer, Written};
pub use running::{Running, Show, gpus};
pub use server::{Answer, Asked, Server, SetupLimit, Watch};
