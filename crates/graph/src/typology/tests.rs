//! Cases as text, and typologies planted in random worlds.

mod cases;
mod hostile;
mod properties;
pub(crate) mod stage;
mod worlds;
