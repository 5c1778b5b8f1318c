//! What holds for a case as a whole.

mod faults;
mod order;
mod round_trip;
mod world;
mod writes;
