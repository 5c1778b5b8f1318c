//! The demo: a reconstruction of the $900k case on two chains.

use std::path::PathBuf;

use crate::case::{self, PlayedChain};
use crate::place;
use crate::record::{self, Expected};
use crate::scenario::Scenario;

/// The demo played to its end; its nodes run until this is dropped.
#[derive(Debug)]
pub struct Played {
    /// What was played.
    pub scenario: Scenario,
    /// Leg A, February 2022, chain 1.
    pub ethereum: PlayedChain,
    /// Leg B, 29 March 2022, chain 137.
    pub polygon: PlayedChain,
}

/// The folder of the case.
#[must_use]
pub fn folder() -> PathBuf {
    place::case("dprk-900k")
}

/// What playing the demo gave when it was last recorded.
///
/// # Panics
///
/// If the file is missing or wrong.
#[must_use]
pub fn expected() -> Expected {
    Expected::parse(&place::read(&folder().join("expected.toml")))
}

/// Plays both legs, at once.
///
/// # Panics
///
/// If anvil is not installed: the text says what to run.
#[must_use]
pub fn play() -> Played {
    let (scenario, chains) = case::play(&folder());
    let [ethereum, polygon] =
        <[PlayedChain; 2]>::try_from(chains).expect("the demo has two chains");
    Played { scenario, ethereum, polygon }
}

impl Played {
    /// Both legs, in the order of their chain ids.
    #[must_use]
    pub const fn chains(&self) -> [&PlayedChain; 2] {
        [&self.ethereum, &self.polygon]
    }

    /// The thefts as the command line takes them: `CHAIN:TRANSACTION:STEP`.
    #[must_use]
    pub fn seeds(&self) -> Vec<String> {
        self.chains().into_iter().flat_map(PlayedChain::seeds).collect()
    }

    /// The files of the case that follow from playing it, by name.
    #[must_use]
    pub fn files(&self) -> [(&'static str, String); 4] {
        let chains = self.chains();
        [
            ("labels.csv", record::labels(&chains)),
            ("listings.csv", record::listings(&self.scenario)),
            ("tokens.csv", record::tokens(&chains)),
            ("expected.toml", record::expected(&chains).to_toml()),
        ]
    }
}
