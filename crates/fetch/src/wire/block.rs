//! Blocks, transactions, receipts, withdrawals.

use fundtrail_model::{Address, BlockStamp, H256, Timestamp, U256};
use serde::Deserialize;

use super::{Bloom, ByteCount, Hex};

/// A block without its body.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    number: Hex<u64>,
    hash: Hex<H256>,
    parent_hash: Hex<H256>,
    timestamp: Hex<u64>,
    #[serde(default)]
    logs_bloom: Option<Hex<Bloom>>,
}

impl Header {
    /// What the logs of the block may name, as far as the chain keeps that.
    pub(crate) fn bloom(&self) -> Option<&Bloom> {
        self.logs_bloom.as_ref().map(|Hex(bloom)| bloom)
    }

    pub(crate) const fn stamp(&self) -> BlockStamp {
        BlockStamp {
            number: self.number.0,
            hash: self.hash.0,
            parent: self.parent_hash.0,
            timestamp: Timestamp(self.timestamp.0),
        }
    }
}

/// A block with its transactions in full.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Block {
    number: Hex<u64>,
    hash: Hex<H256>,
    parent_hash: Hex<H256>,
    timestamp: Hex<u64>,
    pub(crate) transactions: Vec<Transaction>,
    #[serde(default)]
    pub(crate) withdrawals: Option<Vec<Withdrawal>>,
    /// Who produced it, and gets the tips.
    #[serde(default)]
    pub(crate) miner: Option<Hex<Address>>,
    /// Absent before London, and on chains without it.
    #[serde(default)]
    pub(crate) base_fee_per_gas: Option<Hex<U256>>,
}

impl Block {
    pub(crate) const fn stamp(&self) -> BlockStamp {
        BlockStamp {
            number: self.number.0,
            hash: self.hash.0,
            parent: self.parent_hash.0,
            timestamp: Timestamp(self.timestamp.0),
        }
    }
}

/// A transaction of any type. What is optional is absent on some chain or for some type.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transaction {
    pub(crate) hash: Hex<H256>,
    pub(crate) from: Hex<Address>,
    #[serde(default)]
    pub(crate) to: Option<Hex<Address>>,
    pub(crate) value: Hex<U256>,
    pub(crate) gas: Hex<U256>,
    #[serde(default)]
    pub(crate) gas_price: Option<Hex<U256>>,
    #[serde(alias = "data")]
    pub(crate) input: Hex<ByteCount>,
    #[serde(rename = "type", default)]
    pub(crate) kind: Option<Hex<u64>>,
    #[serde(default)]
    pub(crate) block_hash: Option<Hex<H256>>,
    #[serde(default)]
    pub(crate) block_number: Option<Hex<u64>>,
    #[serde(default)]
    pub(crate) transaction_index: Option<Hex<u64>>,
    /// Celo: the token in which gas is paid.
    #[serde(default)]
    pub(crate) fee_currency: Option<Hex<Address>>,
    /// OP stack: what a deposit brings from the parent chain.
    #[serde(default)]
    pub(crate) mint: Option<Hex<U256>>,
}

/// The outcome of a transaction, without its logs.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Receipt {
    pub(crate) transaction_hash: Hex<H256>,
    pub(crate) transaction_index: Hex<u64>,
    pub(crate) block_hash: Hex<H256>,
    pub(crate) block_number: Hex<u64>,
    /// Absent before Byzantium.
    #[serde(default)]
    pub(crate) status: Option<Hex<u64>>,
    pub(crate) gas_used: Hex<U256>,
    #[serde(default)]
    pub(crate) effective_gas_price: Option<Hex<U256>>,
    #[serde(default)]
    pub(crate) contract_address: Option<Hex<Address>>,
    /// OP stack: what publishing the transaction on the parent chain cost.
    #[serde(default)]
    pub(crate) l1_fee: Option<Hex<U256>>,
    #[serde(default)]
    pub(crate) blob_gas_used: Option<Hex<U256>>,
    #[serde(default)]
    pub(crate) blob_gas_price: Option<Hex<U256>>,
}

/// A credit from the consensus layer (EIP-4895).
#[derive(Debug, Deserialize)]
pub(crate) struct Withdrawal {
    pub(crate) address: Hex<Address>,
    /// In gwei.
    pub(crate) amount: Hex<u64>,
}
