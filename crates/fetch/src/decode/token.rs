//! Movements of tokens, from logs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use ethers_core::utils::keccak256;
use fundtrail_model::{Address, Amount, Asset, Cause, ChainId, H256, Position, Step, Transfer};

use crate::wire::Log;

static TRANSFER: LazyLock<H256> = LazyLock::new(|| topic("Transfer(address,address,uint256)"));
static DEPOSIT: LazyLock<H256> = LazyLock::new(|| topic("Deposit(address,uint256)"));
static WITHDRAWAL: LazyLock<H256> = LazyLock::new(|| topic("Withdrawal(address,uint256)"));

/// Where EIP-7708 emits the logs of native transfers: no token, and seen in blocks and frames already.
const NATIVE_LOG_EMITTER: Address = {
    let mut bytes = [0xff_u8; 20];
    bytes[19] = 0xfe;
    ethers_core::types::H160(bytes)
};

fn topic(signature: &str) -> H256 {
    H256::from(keccak256(signature))
}

/// `Transfer(address,address,uint256)`.
pub(crate) fn transfer_topic() -> H256 {
    *TRANSFER
}

/// `Deposit(address,uint256)` and `Withdrawal(address,uint256)` of the wrapped native coin.
pub(crate) fn wrap_topics() -> [H256; 2] {
    [*DEPOSIT, *WITHDRAWAL]
}

/// An address as an indexed argument.
pub(crate) fn as_topic(address: Address) -> H256 {
    H256::from(address)
}

/// An indexed argument as an address; `None` for what no compiler writes there.
fn from_topic(topic: H256) -> Option<Address> {
    let (padding, address) = topic.as_bytes().split_at_checked(12)?;
    padding.iter().all(|byte| *byte == 0).then(|| Address::from_slice(address))
}

/// The movement that a log tells of. `None` for what is no fungible movement: an NFT (four topics),
/// other data, nothing at all moved, or a wrap by a contract that is not known to wrap the native coin.
///
/// # Errors
///
/// If its place in the block is impossible.
pub(crate) fn transfer(
    chain: ChainId,
    log: &Log,
    wrapped_native: &BTreeSet<Address>,
) -> Result<Option<Transfer>, String> {
    let contract = log.address.0;
    let word = log.data.0.word();
    let amount = word.and_then(|word| Amount::from_be_bytes(word)).filter(|word| !word.is_zero());
    let Some(amount) = amount.filter(|_| contract != NATIVE_LOG_EMITTER) else {
        return Ok(None);
    };
    let parties =
        match log.topics.as_slice() {
            [name, from, to] if *name == *TRANSFER => from_topic(*from)
                .zip(from_topic(*to))
                .and_then(|(from, to)| match (from.is_zero(), to.is_zero()) {
                    (false, false) => Some((Some(from), Some(to), Cause::Token)),
                    (true, false) => Some((None, Some(to), Cause::Mint)),
                    (false, true) => Some((Some(from), None, Cause::Burn)),
                    (true, true) => None,
                }),
            [name, account] if wrapped_native.contains(&contract) => {
                let account = from_topic(*account);
                match *name {
                    name if name == *DEPOSIT => {
                        account.map(|account| (Some(contract), Some(account), Cause::Wrap))
                    }
                    name if name == *WITHDRAWAL => {
                        account.map(|account| (Some(account), Some(contract), Cause::Unwrap))
                    }
                    _ => None,
                }
            }
            _ => None,
        };
    let Some((from, to, cause)) = parties else { return Ok(None) };
    let (Ok(transaction), Ok(log_idx)) =
        (u32::try_from(log.transaction_index.0), u32::try_from(log.log_index.0))
    else {
        return Err(format!("a log of {:#x} has an impossible index", log.transaction_hash.0));
    };
    Ok(Some(Transfer {
        position: Position { block: log.block_number.0, transaction, step: Step::Log(log_idx) },
        asset: Asset::Token(chain, contract),
        from,
        to,
        amount,
        cause,
        transaction: Some(log.transaction_hash.0),
    }))
}

/// What the log of a movement names: its contract, what it is called, and the parties.
pub(crate) fn names(transfer: &Transfer) -> Vec<Vec<u8>> {
    let zero = Address::zero;
    let (from, to) = (transfer.from.unwrap_or_else(zero), transfer.to.unwrap_or_else(zero));
    let topics = match transfer.cause {
        Cause::Token | Cause::Mint | Cause::Burn => vec![*TRANSFER, as_topic(from), as_topic(to)],
        Cause::Wrap => vec![*DEPOSIT, as_topic(to)],
        Cause::Unwrap => vec![*WITHDRAWAL, as_topic(from)],
        _ => return vec![],
    };
    let contract = transfer.asset.contract().map(|contract| contract.as_bytes().to_vec());
    let topics = topics.into_iter().map(|topic| topic.as_bytes().to_vec());
    contract.into_iter().chain(topics).collect()
}

/// Leaves out the mints and burns that tell of a wrap or an unwrap a second time: some wrapping
/// contracts emit both. Each wrap silences one mint of the same transaction, contract, account and
/// amount.
pub(crate) fn without_doubled_wraps(mut transfers: Vec<Transfer>) -> Vec<Transfer> {
    type Told = (Option<H256>, Asset, Option<Address>, Amount, bool);
    let told = |transfer: &Transfer| -> Option<Told> {
        let Transfer { transaction, asset, from, to, amount, cause, .. } = *transfer;
        match cause {
            Cause::Wrap | Cause::Mint => Some((transaction, asset, to, amount, true)),
            Cause::Unwrap | Cause::Burn => Some((transaction, asset, from, amount, false)),
            _ => None,
        }
    };
    let mut wraps: BTreeMap<Told, usize> = BTreeMap::new();
    for transfer in &transfers {
        if matches!(transfer.cause, Cause::Wrap | Cause::Unwrap)
            && let Some(key) = told(transfer)
        {
            *wraps.entry(key).or_default() += 1;
        }
    }
    if wraps.is_empty() {
        return transfers;
    }
    transfers.retain(|transfer| {
        let is_second = matches!(transfer.cause, Cause::Mint | Cause::Burn);
        let wrap = told(transfer).filter(|_| is_second).and_then(|key| wraps.get_mut(&key));
        match wrap {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        }
    });
    transfers
}

#[cfg(test)]
mod tests;
