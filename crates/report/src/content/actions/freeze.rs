//! What the contracts of tokens say of their holders, where they were asked or logged it.

use fundtrail_model::{Address, Ending, EndingKind, Freeze, FreezeKind, Opinion, Oracle, checksum};

use super::super::names::Names;
use super::super::opinions::{freeze_text, last_freeze};
use crate::input::Input;
use crate::number::group;
use crate::schema::{ActionItem, FreezeCheck};

/// Whether the issuer of what is held has frozen the holder, by the newest that the contract said or logged; `None`
/// where it neither was asked nor logged anything.
pub(super) fn freeze(
    input: &Input<'_>,
    names: &Names<'_>,
    ending: &Ending,
    address: Address,
) -> Option<FreezeCheck> {
    let EndingKind::Held { .. } = ending.kind else { return None };
    let contract = ending.asset.contract()?;
    let chain = ending.asset.chain();
    let is_it = |of: &&Opinion| {
        matches!(of.oracle, Oracle::Tether | Oracle::Circle)
            && (of.chain, of.contract, of.address) == (chain, contract, address)
    };
    let said = input.opinions.iter().filter(is_it).max_by_key(|of| of.block);
    let logged = last_freeze(input, (chain, contract), address);
    let is_frozen_by_log = |freeze: &Freeze| freeze.kind == FreezeKind::Frozen;
    let words = |is_frozen| if is_frozen { "FROZEN ALREADY by" } else { "not frozen by" };
    let by = checksum(contract);
    match (said, logged) {
        // What the contract says of a later block overrules what it logged before.
        (Some(said), log) if log.is_none_or(|log| log.block <= said.block) => {
            let since = match log {
                Some(log) if is_frozen_by_log(log) == said.is_listed => {
                    format!(": {}", freeze_text(log))
                }
                Some(log) => format!(
                    "; the last log of it that was found, before that, says otherwise: {}",
                    freeze_text(log)
                ),
                None => String::new(),
            };
            Some(FreezeCheck {
                is_frozen: said.is_listed,
                block: said.block,
                statement: format!(
                    "{} the issuer at the end of {}, as the token's contract says ({by}){since}",
                    words(said.is_listed),
                    names.block(chain, said.block),
                ),
            })
        }
        (_, Some(log)) => Some(FreezeCheck {
            is_frozen: is_frozen_by_log(log),
            block: log.block,
            statement: format!(
                "{} the issuer, as the token's contract logged ({by}): {}; later logs were not found",
                words(is_frozen_by_log(log)),
                freeze_text(log),
            ),
        }),
        (_, None) => None,
    }
}

/// How many of the amounts are frozen.
pub(super) fn in_short(items: &[ActionItem], can_be_asked: bool) -> String {
    let known = items.iter().filter(|item| item.freeze.is_some()).count();
    let count = group(&items.len().to_string());
    if known == 0 && !can_be_asked {
        return "Whether they are frozen already only the issuer can say: of this token the chain is not asked."
            .to_owned();
    }
    if known == 0 {
        return "Whether they are frozen already is not known: the token's contract was not asked."
            .to_owned();
    }
    let unknown = match items.len().saturating_sub(known) {
        0 => String::new(),
        left => format!("; of {} that is not known", group(&left.to_string())),
    };
    format!("Frozen already: {} of {count}{unknown}.", group(&frozen(items).to_string()))
}

/// That the issuer of some of what is held has frozen it; empty where nothing is known to be.
pub(super) fn of_held(items: &[ActionItem]) -> String {
    match (frozen(items), items.len()) {
        (0, _) => String::new(),
        (1, 1) => " Its issuer has frozen this already, so that nobody can move it.".to_owned(),
        (count, all) => format!(
            " Issuers have frozen {} of {} amounts already, so that nobody can move them.",
            group(&count.to_string()),
            group(&all.to_string())
        ),
    }
}

fn frozen(items: &[ActionItem]) -> usize {
    let is_frozen = |item: &&ActionItem| item.freeze.as_ref().is_some_and(|check| check.is_frozen);
    items.iter().filter(is_frozen).count()
}
