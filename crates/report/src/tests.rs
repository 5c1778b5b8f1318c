mod band;
mod formats;
mod hostile;
mod sample;
mod sanctions;
mod sums;
