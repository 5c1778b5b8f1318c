//! `--path`: the paths to one place.

use fundtrail_model::{Paths, sanitize_claim};

use crate::chains::Chains;
use crate::error::Error;

/// The paths to where an ending of the report is, `E7`, or to `[CHAIN:]ADDRESS`.
pub(crate) fn only(
    wanted: &str,
    mut places: impl Iterator<Item = Paths>,
    chains: &Chains,
) -> Result<Vec<Paths>, Error> {
    let ending = wanted.strip_prefix(['E', 'e']).and_then(|number| number.parse::<usize>().ok());
    let found: Vec<Paths> = match ending {
        // People count from one.
        Some(number) => {
            let is_there = |place: &Paths| {
                number.checked_sub(1).is_some_and(|ending_idx| place.endings.contains(&ending_idx))
            };
            places.find(is_there).into_iter().collect()
        }
        None => {
            let (chain, address) = chains.place(wanted)?;
            let is_there = |place: &Paths| {
                place.address == Some(address)
                    && chain.is_none_or(|chain| place.asset.chain() == chain)
            };
            places.filter(is_there).collect()
        }
    };
    if found.is_empty() {
        return Err(Error::usage(
            format!(
                "--path {}: no stolen value ended there by this rule",
                sanitize_claim(wanted, 60)
            ),
            "the report's table of endings has all, E1, E2 and so on, with their addresses",
        ));
    }
    Ok(found)
}
