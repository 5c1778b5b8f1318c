//! Cases as text, properties over random worlds.

mod cases;
mod render;
mod rounds;
pub(crate) mod scenario;
mod worlds;
