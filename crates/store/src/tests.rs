//! What holds for a case as a whole.

mod faults;
mod order;
mod round_trip;
pub(crate) mod world;
mod writes;
