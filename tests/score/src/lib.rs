//! Development only: plays a published list of flows on a real node among decoys, traces it blind from what the
//! sources received, and says how much of the list was found and how much was found beside it.
//!
//! * [`list`] reads a case folder, [`script`] makes a chain of it, `play` has a node mine it; `archive` gives the
//!   states of a chain with long gaps.
//! * `trail` reads the report of the program, [`edges`] holds flows, [`score`] compares them.
//! * [`run`] does all of it. `docs/scoring.md` has the definitions and the figures.

mod archive;
mod dice;
pub mod edges;
pub mod list;
mod play;
pub mod run;
pub mod score;
pub mod script;
pub mod trail;
