//! What a node says of transactions that have been mined.

use ethers_core::utils::hex;
use fundtrail_model::{Address, Amount, H256, U256, parse_address, parse_hash};
use serde_json::Value;

/// What became of a transaction.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Its hash.
    pub transaction: H256,
    /// What its sender paid for gas.
    pub fee: Amount,
    /// The contract it made.
    pub created: Option<Address>,
    /// Its events.
    pub logs: Vec<Log>,
}

/// An event.
#[derive(Clone, Debug)]
pub struct Log {
    /// Which contract.
    pub contract: Address,
    /// What happened, and the indexed values.
    pub topics: Vec<H256>,
    /// The other values.
    pub data: Vec<u8>,
    /// Its index in the block.
    pub index: u32,
}

impl Receipt {
    /// Reads one of the receipts of a block.
    pub(crate) fn read(answer: &Value) -> Self {
        let logs = answer["logs"].as_array().expect("a list of logs");
        let fee = word_of(&answer["gasUsed"])
            .checked_mul(word_of(&answer["effectiveGasPrice"]))
            .expect("a fee fits into 256 bits");
        Self {
            transaction: hash_of(&answer["transactionHash"]),
            fee: Amount::from_base_units(fee),
            created: answer["contractAddress"].as_str().map(address_of),
            logs: logs
                .iter()
                .map(|log| Log {
                    contract: address_of(log["address"].as_str().expect("an address")),
                    topics: log["topics"].as_array().into_iter().flatten().map(hash_of).collect(),
                    data: bytes_of(&log["data"]),
                    index: word_of(&log["logIndex"]).as_u32(),
                })
                .collect(),
        }
    }
}

fn address_of(text: &str) -> Address {
    parse_address(text).expect("the node gives addresses")
}

pub(crate) fn hash_of(value: &Value) -> H256 {
    value.as_str().and_then(parse_hash).unwrap_or_else(|| panic!("{value} is not a hash"))
}

fn bytes_of(value: &Value) -> Vec<u8> {
    let text = value.as_str().and_then(|text| text.strip_prefix("0x")).unwrap_or_default();
    hex::decode(text).expect("the node gives hexadecimal bytes")
}

/// A number, or the first word of a longer answer.
pub(crate) fn word_of(value: &Value) -> U256 {
    let text = value.as_str().and_then(|text| text.strip_prefix("0x")).unwrap_or_default();
    let word = text.get(..64).unwrap_or(text);
    U256::from_str_radix(word, 16).unwrap_or_else(|_| panic!("{value} is not a number"))
}
