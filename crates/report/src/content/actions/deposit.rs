//! Deposit addresses of exchanges, as behaviour tells them. The ledger does not rest on this.

use std::collections::BTreeSet;

use fundtrail_model::{Address, Ending, EndingKind, Heuristic, Hop, HopKind, Link, Origin};

use super::super::endings::arrival;
use super::super::names::Names;
use super::super::parties::label_text;
use super::balance::Looks;
use crate::input::Input;
use crate::schema::{ActionItem, Deposit, Place};

/// The deposit address that has a part in an ending: the one that forwarded it to the exchange, or the one that
/// holds it and forwarded earlier value.
pub(super) fn deposit(
    input: &Input<'_>,
    names: &Names<'_>,
    looks: &Looks<'_>,
    ending: &Ending,
    address: Address,
) -> Option<Deposit> {
    match (&ending.kind, ending.origin) {
        (EndingKind::Service(_), Origin::Hop(id)) => {
            let hop = input.trail.hops.get(usize::try_from(id.0).ok()?)?;
            let HopKind::Payment { from, to: Some(to), .. } = &hop.kind else { return None };
            let is_it = (*from, |link: &Link| link.through == Some(*to));
            told(input, (names, looks), ending, is_it, paid_in(input, names, ending, hop), true)
        }
        (EndingKind::Held { .. }, _) => {
            let is_it = (address, |link: &Link| link.through.is_some());
            told(input, (names, looks), ending, is_it, vec![arrival(input, names, ending)], false)
        }
        _ => None,
    }
}

/// How the lots of an ending had come to whoever forwarded them.
fn paid_in(input: &Input<'_>, names: &Names<'_>, ending: &Ending, hop: &Hop) -> Vec<Place> {
    let lots = hop.taken.iter().filter(|lot| lot.seed == ending.seed && lot.asset == ending.asset);
    let origins: BTreeSet<Origin> = lots.map(|lot| lot.origin).collect();
    let place = |origin: Origin| match origin {
        Origin::Seed(id) => {
            let seed = input.trail.seeds.iter().find(|seed| seed.id == id)?;
            Some(names.place(seed.asset.chain(), seed.position, Some(seed.transaction)))
        }
        Origin::Hop(id) => Some(names.place_of_hop(id)?.1),
    };
    origins.into_iter().filter_map(place).collect()
}

fn told(
    input: &Input<'_>,
    (names, looks): (&Names<'_>, &Looks<'_>),
    ending: &Ending,
    (deposit, is_it): (Address, impl Fn(&Link) -> bool),
    paid_in: Vec<Place>,
    is_forwarded: bool,
) -> Option<Deposit> {
    let chain = ending.asset.chain();
    let links: Vec<(usize, &Link)> =
        looks.deposit_links(chain, deposit).filter(|(_, link)| is_it(link)).collect();
    // The strongest heuristic comes first.
    let (_, best) = *links.iter().min_by_key(|(_, link)| link.heuristic)?;
    let block = ending.arrived.block;
    let exchange = best.through?;
    let label = names.directory().label_at(chain, exchange, names.day(chain, block))?;
    let (at, exchange) = (names.party(chain, best.to, block), names.party(chain, exchange, block));
    let links: Vec<String> =
        links.iter().map(|(idx, _)| format!("L{}", idx.saturating_add(1))).collect();
    let label = label_text(label);
    let by = links.join(", ");
    let did = if is_forwarded { "forwarded this to" } else { "has forwarded earlier value to" };
    let then = if is_forwarded {
        ""
    } else {
        " Quote the transaction into the deposit address, and ask the exchange to hold what comes from there."
    };
    let likely = match best.heuristic {
        Heuristic::DepositAddress => "probably a deposit address of an account there",
        _ => "perhaps a deposit address of an account there, or its own owner's account",
    };
    let statement = format!(
        "{} {did} {}, {label}, and paid nobody but exchanges as far as was looked at ({}): {likely}. INFERRED from \
         behaviour ({by}), said by no list.{then}",
        at.text(),
        exchange.text(),
        looks.looked_at(chain, best.to),
    );
    Some(Deposit {
        at,
        exchange,
        label,
        confidence: best.confidence.name(),
        links,
        paid_in,
        forwarded: is_forwarded.then(|| arrival(input, names, ending)),
        statement,
    })
}

/// That some of it went through deposit addresses.
pub(super) fn in_short(items: &[ActionItem]) -> String {
    let deposits: BTreeSet<&str> =
        items.iter().filter_map(|item| Some(&*item.deposit.as_ref()?.at.address)).collect();
    match deposits.len() {
        0 => String::new(),
        1 => " It was forwarded by an address that is, as far as behaviour tells, an account's deposit address \
              (inferred): quote the transaction into it as well."
            .to_owned(),
        count => format!(
            " It was forwarded by {count} addresses that are, as far as behaviour tells, deposit addresses of \
             accounts (inferred): quote the transactions into them as well."
        ),
    }
}
