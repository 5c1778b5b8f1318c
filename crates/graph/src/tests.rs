//! Cases as text, properties over random worlds.

mod back;
mod band;
mod cases;
pub(crate) mod files;
mod render;
mod rounds;
pub(crate) mod scenario;
mod worlds;

pub(crate) use worlds::{World, any_world};
