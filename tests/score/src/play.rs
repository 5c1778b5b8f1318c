//! Plays a script on a real node.

use std::collections::BTreeMap;

use ethers_core::abi::Token;
use fundtrail_model::{Address, Amount, H256, parse_hash};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::contracts::{Contracts, compile};
use fundtrail_testkit::place;
use serde_json::{Value, json};

use crate::archive::Archive;
use crate::script::{Kind, Manner, Move, OPERATOR, Script, Sending};

/// Where the token stands.
pub(crate) const COIN: Address = Address::repeat_byte(0x70);
/// The chain that it says it is.
pub(crate) const CHAIN: u64 = 1;
const GAS_PRICE: u64 = 2_000_000_000;
const PAYMENT_GAS: u64 = 21_000;
const MOVE_GAS: u64 = 100_000;
/// What everybody has for gas: a hundred dollars, where the native coin is played.
const FOR_GAS: u128 = 10_u128.pow(20);
/// States that a node keeps in memory. Where it has more of them it reads each one that it is asked about from the disk.
const STATES_IN_MEMORY: u64 = 2_000;
/// A call may take a minute, and a node mines thousands of empty blocks in a second.
const EMPTY_AT_ONCE: u64 = 8_192;

/// A transaction that was mined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) hash: H256,
    /// Block and place in it.
    pub(crate) at: (u64, u32),
    /// The first of its logs, by its index in the block.
    pub(crate) first_log: u32,
}

/// A played script. The nodes run until this is dropped.
#[derive(Debug)]
pub(crate) struct Played {
    node: Anvil,
    archive: Option<Archive>,
    /// By number in the script.
    pub(crate) sent: Vec<Sent>,
}

impl Played {
    /// Where the chain is to be had.
    pub(crate) fn url(&self) -> String {
        self.archive.as_ref().map_or_else(|| self.node.url(), Archive::url)
    }
}

/// Plays. A chain with long gaps is played twice, because the node that mines hundreds of thousands of blocks in
/// seconds forgets old states: the second one has the same transactions without the gaps, and answers for them.
pub(crate) fn play(script: &Script, manner: Manner) -> Played {
    let contracts = Contracts::parse(&compile(&place::root().join("tests/score/contracts")));
    let stage = Stage { script, is_native: manner.is_native, contracts };
    let (node, sent) = stage.perform(manner.is_sparse, false);
    let archive = manner.is_sparse.then(|| {
        let (states, again) = stage.perform(false, true);
        assert!(
            sent.iter().zip(&again).all(|(one, other)| one.hash == other.hash),
            "the two nodes mined different transactions"
        );
        let busy = script.blocks.keys().copied().collect();
        Archive::start(node.url(), states, busy, script.last)
    });
    Played { node, archive, sent }
}

struct Stage<'a> {
    script: &'a Script,
    is_native: bool,
    contracts: Contracts,
}

impl Stage<'_> {
    /// `forgets` old states; `is_tight` leaves out the blocks in which nothing happens.
    fn perform(&self, forgets: bool, is_tight: bool) -> (Anvil, Vec<Sent>) {
        let script = self.script;
        let mut options = AnvilOptions::new(CHAIN, 1_700_000_000);
        options.trusts_payers = true;
        options.gas_limit = Some(self.most_gas().max(1_000_000_000).saturating_mul(2));
        options.genesis_block = if is_tight { 0 } else { script.genesis };
        let blocks = match is_tight {
            true => u64::try_from(script.blocks.len()).unwrap_or(u64::MAX),
            false => script.last - script.genesis,
        };
        options.forgets = forgets || blocks < STATES_IN_MEMORY;
        options.kept_states = match forgets {
            true => 0,
            false => u32::try_from(blocks.min(100_000)).unwrap_or(u32::MAX) + 10,
        };
        options.genesis.set_producer(Address::repeat_byte(0xbb));
        options.genesis.place(COIN, self.contracts.runtime("Coin"), &[]);
        self.fund(&mut options);
        let node = Anvil::start(&options);
        let _ = node.rpc().expect("anvil_setBlockTimestampInterval", &json!([12]));
        let mut nonces = BTreeMap::new();
        let mut sent = vec![];
        let mut last = script.genesis;
        for (block, sendings) in &script.blocks {
            if !is_tight {
                mine_empty(&node, *block - last - 1);
            }
            last = *block;
            let hashes: Vec<H256> = sendings
                .iter()
                .filter(|sending| !self.is_given(sending))
                .map(|sending| self.send(&node, sending, &mut nonces))
                .collect();
            let _ = node.rpc().expect("evm_mine", &json!([]));
            // A mint of the native coin stands in the genesis block: nobody sent it.
            let given = sendings.iter().filter(|sending| self.is_given(sending));
            sent.extend(given.map(|_| Sent { hash: H256::zero(), at: (0, 0), first_log: 0 }));
            if !hashes.is_empty() {
                sent.extend(receipts(&node, &hashes));
            }
        }
        if !is_tight {
            mine_empty(&node, script.last - last);
        }
        // The node takes the block two below its head for final.
        mine_empty(&node, 2);
        (node, sent)
    }

    /// Gas for the fullest block. Where twice as much fits in, the price does not rise.
    fn most_gas(&self) -> u64 {
        let blocks = self.script.blocks.values();
        blocks.map(|sendings| sendings.iter().map(gas).sum()).max().unwrap_or_default()
    }

    /// Whether it stands in the genesis block.
    fn is_given(&self, sending: &Sending) -> bool {
        self.is_native && sending.moves.iter().any(|found| found.kind == Kind::Mint)
    }

    fn fund(&self, options: &mut AnvilOptions) {
        let mut funds: BTreeMap<Address, Amount> = BTreeMap::from([(OPERATOR, FOR_GAS.into())]);
        for (_, sending) in self.script.sendings() {
            for found in &sending.moves {
                if found.kind != Kind::Mint {
                    funds.entry(found.from).or_insert_with(|| FOR_GAS.into());
                } else if self.is_native {
                    funds.insert(found.to, found.amount.saturating_add(FOR_GAS.into()));
                }
            }
        }
        for (address, amount) in funds {
            options.genesis.fund(address, amount);
        }
    }

    fn send(&self, node: &Anvil, sending: &Sending, nonces: &mut BTreeMap<Address, u64>) -> H256 {
        let payer = sending.moves.first().map_or(OPERATOR, |first| first.from);
        let signer = if payer.is_zero() { OPERATOR } else { payer };
        let nonce = nonces.entry(signer).or_insert(0_u64);
        let mut transaction = json!({
            "from": signer, "nonce": format!("{nonce:#x}"), "gasPrice": format!("{GAS_PRICE:#x}"),
        });
        *nonce += 1;
        match (sending.moves.as_slice(), self.is_native) {
            ([only], true) => {
                transaction["to"] = json!(only.to);
                transaction["value"] = json!(format!("{:#x}", only.amount.base_units()));
                transaction["gas"] = json!(format!("{PAYMENT_GAS:#x}"));
            }
            (moves, _) => {
                let data = ethers_core::utils::hex::encode(self.call(moves));
                transaction["to"] = json!(COIN);
                transaction["data"] = json!(format!("0x{data}"));
                transaction["gas"] = json!(format!("{:#x}", gas(sending)));
            }
        }
        // One at a time: the node works on the items of a batch at once, in no order.
        hash_of(&node.rpc().expect("eth_sendTransaction", &json!([transaction])))
    }

    fn call(&self, moves: &[Move]) -> Vec<u8> {
        let amount = |found: &Move| Token::Uint(found.amount.base_units());
        if let [only] = moves {
            return self.contracts.call(
                "Coin",
                "transfer",
                &[Token::Address(only.to), amount(only)],
            );
        }
        let list = |token: &dyn Fn(&Move) -> Token| Token::Array(moves.iter().map(token).collect());
        let from = list(&|found| Token::Address(found.from));
        let to = list(&|found| Token::Address(found.to));
        self.contracts.call("Coin", "moveAll", &[from, to, list(&amount)])
    }
}

fn gas(sending: &Sending) -> u64 {
    let moves = u64::try_from(sending.moves.len()).unwrap_or(u64::MAX);
    moves.saturating_add(1).saturating_mul(MOVE_GAS)
}

fn mine_empty(node: &Anvil, count: u64) {
    let mut left = count;
    while left > 0 {
        let now = left.min(EMPTY_AT_ONCE);
        let _ = node.rpc().expect("anvil_mine", &json!([format!("{now:#x}")]));
        left -= now;
    }
}

/// Where the transactions of the last block stand, in the order in which they were sent.
fn receipts(node: &Anvil, hashes: &[H256]) -> Vec<Sent> {
    let receipts = node.rpc().expect("eth_getBlockReceipts", &json!(["latest"]));
    let receipts = receipts.as_array().expect("a list of receipts");
    assert_eq!(receipts.len(), hashes.len(), "a block lacks transactions");
    let number = |value: &Value| -> u64 {
        let text = value.as_str().and_then(|text| text.strip_prefix("0x")).unwrap_or_default();
        u64::from_str_radix(text, 16).expect("a number")
    };
    let place = |(receipt, hash): (&Value, &H256)| {
        assert_eq!(hash_of(&receipt["transactionHash"]), *hash, "a block has another order");
        assert_eq!(receipt["status"], "0x1", "{receipt}");
        let small = |value: &Value| u32::try_from(number(value)).expect("a small number");
        let logs = receipt["logs"].as_array().and_then(|logs| logs.first());
        Sent {
            hash: *hash,
            at: (number(&receipt["blockNumber"]), small(&receipt["transactionIndex"])),
            first_log: logs.map_or(0, |log| small(&log["logIndex"])),
        }
    };
    receipts.iter().zip(hashes).map(place).collect()
}

fn hash_of(value: &Value) -> H256 {
    value.as_str().and_then(parse_hash).unwrap_or_else(|| panic!("{value} is not a hash"))
}
