//! Chains take blocks back: what a case holds of blocks that were replaced is forgotten and read again.

use fundtrail_fetch::Node;
use fundtrail_model::{BlockStamp, ChainId, ChainInfo};
use fundtrail_store::Case;

use crate::error::Error;
use crate::presentation::key;
use crate::ui;

/// Remembers up to which block a chain was final when it was asked. It never becomes less.
pub(crate) fn keep_final(case: &mut Case, chain: ChainId, block: u64) -> Result<(), Error> {
    if last_final(case, chain)?.is_none_or(|known| known < block) {
        case.set_setting(&format!("{}{chain}", key::FINAL), &block.to_string())?;
    }
    Ok(())
}

fn last_final(case: &Case, chain: ChainId) -> Result<Option<u64>, Error> {
    let kept = case.setting(&format!("{}{chain}", key::FINAL))?;
    Ok(kept.and_then(|text| text.parse().ok()))
}

/// Whether the case holds blocks that were not final when they were read. Where nothing is known of what
/// was final, nothing was asked for that was not.
pub(crate) fn may_change(case: &Case, chain: ChainId) -> Result<bool, Error> {
    let Some(last_final) = last_final(case, chain)? else { return Ok(false) };
    Ok(case.blocks(chain)?.last().is_some_and(|block| last_final < block.number))
}

/// Whether an error may come from a chain that changed while it was read.
pub(crate) const fn is_suspect(error: &Error) -> bool {
    use fundtrail_fetch::Error as Fetch;
    use fundtrail_store::Error as Store;
    matches!(
        error,
        Error::Fetch(
            Fetch::Inconsistent { .. }
                | Fetch::LeftOut { .. }
                | Fetch::NullBlock { .. }
                | Fetch::Missing { .. }
        ) | Error::Store(Store::Fork { .. } | Store::Conflict { .. })
    )
}

/// Compares the blocks of the case that were not final with those of the chain, and takes back what is no
/// longer there. Seeds among it are looked for again if they are among those `typed`. Returns whether
/// anything was taken back.
pub(crate) async fn take_back(
    case: &mut Case,
    node: &Node,
    info: &ChainInfo,
    typed: &[String],
) -> Result<bool, Error> {
    let chain = info.id;
    node.client().forget();
    let last_final = last_final(case, chain)?.unwrap_or(0);
    let blocks = case.blocks(chain)?;
    let heads = node.heads().await?;
    // What the node does not have yet cannot be compared; asking for it will say so.
    let is_there = |block: &&BlockStamp| block.number <= heads.latest.number;
    let open: Vec<BlockStamp> =
        blocks.iter().filter(|block| last_final < block.number).filter(is_there).copied().collect();
    let Some(newest) = open.last() else { return Ok(false) };
    if is_on_chain(newest, node).await? {
        let final_now = heads.finalized.map_or(0, |block| block.number);
        keep_final(case, chain, final_now.min(newest.number))?;
        return Ok(false);
    }

    let before = blocks.iter().rev().find(|block| block.number <= last_final);
    let (mut fork, mut rest) = (before, open.as_slice());
    if let Some(before) = before
        && !is_on_chain(before, node).await?
    {
        return Err(Error::failed(
            format!(
                "block {} of {} was final when it was read, and {} has another one now",
                before.number,
                info.name,
                node.client().origin()
            ),
            "ask another node: a final block is not replaced, so this is another chain or a false node",
        ));
    }
    // The first half of what is left is on the chain, or the fork lies in it.
    while let Some((middle, later)) =
        rest.split_at_checked(rest.len() / 2).and_then(|(_, upper)| upper.split_first())
    {
        if is_on_chain(middle, node).await? {
            (fork, rest) = (Some(middle), later);
        } else {
            rest = rest.get(..rest.len() / 2).unwrap_or_default();
        }
    }
    let last = match (fork, open.first()) {
        (Some(fork), _) => fork.number,
        (None, Some(first)) => first.number.saturating_sub(1),
        (None, None) => last_final,
    };
    refuse_lost_seeds(case, chain, last, info, typed)?;
    let rewound = case.rewind(chain, last)?;
    ui::warning(&format!(
        "{} replaced blocks after {last}: {} transfers were taken back and are looked for again",
        info.name, rewound.transfers
    ));
    Ok(true)
}

async fn is_on_chain(block: &BlockStamp, node: &Node) -> Result<bool, Error> {
    Ok(node.block(block.number).await?.hash == block.hash)
}

/// A seed of an earlier run that nobody named in this one could not be looked for again.
fn refuse_lost_seeds(
    case: &Case,
    chain: ChainId,
    last: u64,
    info: &ChainInfo,
    typed: &[String],
) -> Result<(), Error> {
    let lost = case.seeds()?.into_iter().find(|(spec, seed)| {
        seed.asset.chain() == chain && last < seed.position.block && !typed.contains(spec)
    });
    lost.map_or(Ok(()), |(spec, seed)| {
        Err(Error::failed(
            format!(
                "{} replaced blocks after {last}, and with them block {} of a theft of this case, {spec}",
                info.name, seed.position.block
            ),
            "name all thefts of the case in one command: then they are looked for again",
        ))
    })
}
