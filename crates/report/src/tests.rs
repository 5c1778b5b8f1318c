mod band;
mod behaviour;
mod formats;
mod hostile;
mod sample;
mod sanctions;
mod sums;
mod through;
