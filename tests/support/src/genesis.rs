//! What exists in a chain's first block.
//!
//! Balances and code stand in the genesis block, not in later overrides, because an override is a change
//! of state that no transaction explains: every reconciliation over it would rightly fail.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Amount, U256};
use serde_json::{Value, json};

use crate::anvil::AnvilOptions;

/// Gas that a block has room for, as on the real chains of the time.
const GAS_LIMIT: u64 = 30_000_000;

/// What exists in a chain's first block.
#[derive(Clone, Debug, Default)]
pub struct Genesis {
    accounts: BTreeMap<Address, Account>,
    producer: Address,
}

#[derive(Clone, Debug, Default)]
struct Account {
    balance: Amount,
    code: Vec<u8>,
    storage: BTreeMap<u64, U256>,
}

impl Genesis {
    /// Who produces every block and gets the tips.
    pub const fn set_producer(&mut self, producer: Address) {
        self.producer = producer;
    }

    /// Gives an address native coin, in base units.
    pub fn fund(&mut self, address: Address, balance: Amount) {
        self.accounts.entry(address).or_default().balance = balance;
    }

    /// Puts code and storage slots at an address.
    pub fn place(&mut self, address: Address, code: Vec<u8>, storage: &[(u64, U256)]) {
        let account = self.accounts.entry(address).or_default();
        account.code = code;
        account.storage.extend(storage.iter().copied());
    }

    /// Every funded address and its balance in base units.
    pub fn balances(&self) -> impl Iterator<Item = (Address, Amount)> {
        self.accounts.iter().map(|(address, account)| (*address, account.balance))
    }

    /// The file that anvil reads.
    pub(crate) fn json(&self, options: &AnvilOptions) -> Value {
        let mut alloc = serde_json::Map::new();
        for (address, account) in &self.accounts {
            let storage: serde_json::Map<String, Value> = account
                .storage
                .iter()
                .map(|(slot, value)| (format!("0x{slot:064x}"), json!(format!("0x{value:064x}"))))
                .collect();
            let code = ethers_core::utils::hex::encode(&account.code);
            let balance = account.balance.base_units();
            let fields = json!({
                "balance": format!("{balance:#x}"), "code": format!("0x{code}"), "storage": storage,
            });
            alloc.insert(format!("{address:#x}"), fields);
        }
        json!({
            "config": {"chainId": options.chain_id},
            "nonce": "0x0",
            "timestamp": format!("{:#x}", options.genesis_timestamp),
            "extraData": "0x",
            "gasLimit": format!("{:#x}", options.gas_limit.unwrap_or(GAS_LIMIT)),
            "difficulty": "0x0",
            "mixHash": format!("0x{:064x}", 0),
            "coinbase": format!("{:#x}", self.producer),
            "alloc": alloc,
        })
    }
}

/// The storage word of a short string (at most 31 bytes), as Solidity lays it out.
///
/// # Panics
///
/// If the string is longer.
#[must_use]
pub fn short_string(text: &str) -> U256 {
    assert!(text.len() <= 31, "`{text}` does not fit into one storage word");
    let mut word = [0_u8; 32];
    word[..text.len()].copy_from_slice(text.as_bytes());
    word[31] = u8::try_from(text.len() * 2).expect("at most 62");
    U256::from_big_endian(&word)
}
