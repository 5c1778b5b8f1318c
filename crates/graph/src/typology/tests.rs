//! Cases as text, and typologies planted in random worlds.

mod cases;
mod hostile;
pub(crate) mod stage;
mod worlds;
