//! Cases as text, properties over random worlds.

mod band;
mod cases;
mod render;
mod rounds;
pub(crate) mod scenario;
mod worlds;
