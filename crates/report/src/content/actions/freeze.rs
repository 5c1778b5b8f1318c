//! What the contracts of tokens say of their holders, where they were asked.

use fundtrail_model::{Address, Ending, EndingKind, Opinion, Oracle, checksum};

use super::super::names::Names;
use crate::input::Input;
use crate::number::group;
use crate::schema::{ActionItem, FreezeCheck};

/// Whether the issuer of what is held has frozen the holder; `None` where the contract was not asked.
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
    let Opinion { is_listed, block, .. } =
        *input.opinions.iter().filter(is_it).max_by_key(|of| of.block)?;
    let has = if is_listed { "FROZEN ALREADY by" } else { "not frozen by" };
    Some(FreezeCheck {
        is_frozen: is_listed,
        block,
        statement: format!(
            "{has} the issuer at the end of {}, as the token's contract says ({})",
            names.block(chain, block),
            checksum(contract)
        ),
    })
}

/// How many of the amounts are frozen.
pub(super) fn in_short(items: &[ActionItem], can_be_asked: bool) -> String {
    let asked: Vec<bool> =
        items.iter().filter_map(|item| Some(item.freeze.as_ref()?.is_frozen)).collect();
    let frozen = asked.iter().filter(|is_frozen| **is_frozen).count();
    let count = group(&items.len().to_string());
    if asked.is_empty() && !can_be_asked {
        return "Whether they are frozen already only the issuer can say: of this token the chain is not asked."
            .to_owned();
    }
    if asked.is_empty() {
        return "Whether they are frozen already was not asked on the chain (--second-opinions)."
            .to_owned();
    }
    let unknown = match items.len().saturating_sub(asked.len()) {
        0 => String::new(),
        left => format!("; of {} that is not known", group(&left.to_string())),
    };
    format!("Frozen already: {} of {count}{unknown}.", group(&frozen.to_string()))
}
