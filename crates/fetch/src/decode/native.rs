//! Movements of the native coin: values, frames, fees, withdrawals.

use std::collections::BTreeMap;

use fundtrail_model::{
    Address, Amount, Asset, Cause, ChainId, H256, Position, Step, Transfer, U256,
};

use super::frames::Frames;
use crate::wire::{Block, Hex, Receipt, Transaction, Withdrawal};

/// What a transaction without data or code to run uses, and no call more.
const PLAIN_GAS: u64 = 21_000;
/// OP stack: a deposit, paid for on the parent chain.
const DEPOSIT_KIND: u64 = 0x7e;

impl Block {
    /// Whether this account produced it.
    pub(crate) fn is_by(&self, account: Address) -> bool {
        self.miner == Some(Hex(account))
    }
}

impl Transaction {
    /// Whether frames below the top one are possible: there is data, or gas left for a recipient's code.
    pub(crate) fn may_run_code(&self) -> bool {
        self.to.is_none() || self.input.0.0 > 0 || self.gas.0 != U256::from(PLAIN_GAS)
    }

    /// Whether it may set a wallet's code: EIP-7702 (type 4), and any type that is not known here.
    pub(crate) const fn may_delegate(&self) -> bool {
        !matches!(self.kind, None | Some(Hex(0..=3 | DEPOSIT_KIND)))
    }
}

/// A transaction in its place, with what is known of its outcome.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mined<'a> {
    pub(crate) chain: ChainId,
    pub(crate) block: u64,
    pub(crate) index: u32,
    pub(crate) transaction: &'a Transaction,
    /// Without it, only the frames are told.
    pub(crate) receipt: Option<&'a Receipt>,
    pub(crate) frames: Option<&'a Frames>,
}

impl Mined<'_> {
    /// Whether it succeeded; `None` if nothing says so (before Byzantium receipts did not).
    pub(crate) fn succeeded(&self) -> Option<bool> {
        let status = self.receipt.and_then(|receipt| receipt.status);
        let by_frames = || self.frames.map(|frames| frames.succeeded);
        status.map(|status| status.0 != 0).or_else(by_frames)
    }

    /// The native transfers of the transaction, in order.
    ///
    /// # Errors
    ///
    /// What is missing or impossible, if the outcome or the fee cannot be told.
    pub(crate) fn transfers(&self) -> Result<Vec<Transfer>, String> {
        let hash = self.transaction.hash.0;
        // A deposit is minted whether or not its transaction succeeds.
        let minted = self.transaction.mint.unwrap_or_default().0;
        let sender = Some(self.transaction.from.0);
        let credit = Amount::from_base_units(minted);
        let mint = self.transfer(Step::Value, Cause::Credit, None, sender, credit);
        let mut transfers: Vec<Transfer> =
            Some(mint).filter(|_| !minted.is_zero()).into_iter().collect();
        let Some(succeeded) = self.succeeded() else {
            return match self.receipt {
                Some(_) => {
                    Err(format!("neither receipt nor frames say whether {hash:#x} succeeded"))
                }
                None => Ok(transfers),
            };
        };
        if succeeded {
            if let Some(receipt) = self.receipt {
                transfers.extend(self.value(receipt)?);
            }
            let moves = self.frames.map(|frames| frames.moves.as_slice()).unwrap_or_default();
            for (number, moved) in (0_u32..).zip(moves) {
                let (from, to) = (Some(moved.from), Some(moved.to));
                let step = Step::Frame(number);
                transfers.push(self.transfer(step, Cause::Internal, from, to, moved.amount));
            }
        }
        if let Some(receipt) = self.receipt {
            let fee = self.fee(receipt)?;
            if !fee.is_zero() {
                transfers.push(self.transfer(Step::Fee, Cause::Fee, sender, None, fee));
            }
        }
        Ok(transfers)
    }

    fn value(&self, receipt: &Receipt) -> Result<Option<Transfer>, String> {
        let amount = Amount::from_base_units(self.transaction.value.0);
        if amount.is_zero() {
            return Ok(None);
        }
        let hash = self.transaction.hash.0;
        let to = self.transaction.to.or(receipt.contract_address);
        let Some(Hex(to)) = to else {
            return Err(format!(
                "{hash:#x} created a contract, and its receipt does not say where"
            ));
        };
        let from = Some(self.transaction.from.0);
        Ok(Some(self.transfer(Step::Value, Cause::Native, from, Some(to), amount)))
    }

    /// Gas, the OP stack's fee for the parent chain, and blob gas.
    fn fee(&self, receipt: &Receipt) -> Result<Amount, String> {
        let transaction = self.transaction;
        let is_deposit = transaction.kind == Some(Hex(DEPOSIT_KIND));
        // Celo: gas paid in a token shows as a movement of that token.
        if is_deposit || transaction.fee_currency.is_some() {
            return Ok(Amount::ZERO);
        }
        let hash = transaction.hash.0;
        let price = receipt.effective_gas_price.or(transaction.gas_price);
        let price = price.ok_or_else(|| format!("no gas price for {hash:#x}"))?;
        let blob_gas = receipt.blob_gas_used.unwrap_or_default();
        let blob_price = match receipt.blob_gas_price {
            Some(price) => price,
            None if blob_gas.0.is_zero() => Hex(U256::zero()),
            None => return Err(format!("no blob gas price for {hash:#x}")),
        };
        let l1_fee = receipt.l1_fee.unwrap_or_default().0;
        let sum = || {
            let gas = receipt.gas_used.0.checked_mul(price.0)?;
            let blobs = blob_gas.0.checked_mul(blob_price.0)?;
            gas.checked_add(blobs)?.checked_add(l1_fee)
        };
        let fee = sum().ok_or_else(|| format!("the fee of {hash:#x} exceeds 256 bits"))?;
        Ok(Amount::from_base_units(fee))
    }

    const fn transfer(
        &self,
        step: Step,
        cause: Cause,
        from: Option<Address>,
        to: Option<Address>,
        amount: Amount,
    ) -> Transfer {
        Transfer {
            position: Position { block: self.block, transaction: self.index, step },
            asset: Asset::Native(self.chain),
            from,
            to,
            amount,
            cause,
            transaction: Some(self.transaction.hash.0),
        }
    }
}

/// What the senders of a block's transactions paid to its producer: of each gas price what exceeds the base
/// fee (EIP-1559), at the place of the fee. Transactions without a receipt or a price are left out.
pub(crate) fn tips(
    chain: ChainId,
    block: &Block,
    receipts: &BTreeMap<H256, Receipt>,
) -> Vec<Transfer> {
    let Some(Hex(producer)) = block.miner else { return vec![] };
    let base_fee = block.base_fee_per_gas.unwrap_or_default().0;
    let tip = |(index, transaction): (u32, &Transaction)| {
        let hash = transaction.hash.0;
        let receipt = receipts.get(&hash)?;
        let price = receipt.effective_gas_price.or(transaction.gas_price)?.0;
        let tip = price.checked_sub(base_fee)?.checked_mul(receipt.gas_used.0)?;
        let (block, step) = (block.stamp().number, Step::Fee);
        (!tip.is_zero()).then_some(Transfer {
            position: Position { block, transaction: index, step },
            asset: Asset::Native(chain),
            from: None,
            to: Some(producer),
            amount: Amount::from_base_units(tip),
            cause: Cause::Credit,
            transaction: Some(hash),
        })
    };
    (0_u32..).zip(&block.transactions).filter_map(tip).collect()
}

/// Gnosis and its test network pay their validators in a token, through a contract: there the list of
/// withdrawals says nothing about the native coin.
const WITHDRAWALS_IN_A_TOKEN: [ChainId; 2] = [ChainId(100), ChainId(10_200)];

/// The withdrawals of a block, credited after its transactions.
pub(crate) fn withdrawals(chain: ChainId, block: u64, withdrawals: &[Withdrawal]) -> Vec<Transfer> {
    const WEI_PER_GWEI: u128 = 1_000_000_000;
    if WITHDRAWALS_IN_A_TOKEN.contains(&chain) {
        return vec![];
    }
    (0_u32..)
        .zip(withdrawals)
        .filter(|(_, withdrawal)| withdrawal.amount.0 > 0)
        .map(|(number, withdrawal)| Transfer {
            position: Position {
                block,
                transaction: Position::AFTER_TRANSACTIONS,
                step: Step::Withdrawal(number),
            },
            asset: Asset::Native(chain),
            from: None,
            to: Some(withdrawal.address.0),
            // 64 bits times 30 bits never fill 128.
            amount: Amount::from(u128::from(withdrawal.amount.0).saturating_mul(WEI_PER_GWEI)),
            cause: Cause::Withdrawal,
            transaction: None,
        })
        .collect()
}

#[cfg(test)]
mod tests;
