//! Plays transactions on a node, one block at a time, and keeps the books.

use std::collections::BTreeMap;

use ethers_core::abi::Token;
use ethers_core::utils::{get_contract_address, hex, keccak256};
use fundtrail_model::{Address, Amount, Asset, ChainId, H256, Position, Step, U256, hash_hex};
use serde_json::json;

use crate::anvil::{Anvil, AnvilOptions};
use crate::contracts::Contracts;
use crate::receipt::{Log, Receipt, hash_of, word_of};
use crate::truth::Truth;

const DEPLOYMENT_GAS: u64 = 4_000_000;
const CALL_GAS: u64 = 300_000;
const PAYMENT_GAS: u64 = 21_000;

/// The address of an invented actor: the last 20 bytes of `keccak256("fundtrail demo: NAME")`, so that
/// nobody has its key. `look-alike of NAME` shares the first and last two bytes with NAME's address.
#[must_use]
pub fn invented_address(name: &str) -> Address {
    let mut address = Address::from(H256(keccak256(format!("fundtrail demo: {name}"))));
    if let Some(original) = name.strip_prefix("look-alike of ") {
        let original = invented_address(original);
        address.0[..2].copy_from_slice(&original.0[..2]);
        address.0[18..].copy_from_slice(&original.0[18..]);
    }
    address
}

/// What a transaction means for the books, if it succeeds.
#[derive(Clone, Debug)]
pub enum Effect {
    /// A payment.
    Pay {
        /// Who paid.
        from: Address,
        /// Who received.
        to: Address,
        /// What.
        asset: Asset,
        /// How much.
        amount: Amount,
    },
    /// Clean value comes to a wallet from a contract.
    Fund {
        /// Who received.
        to: Address,
        /// What.
        asset: Asset,
        /// How much.
        amount: Amount,
    },
    /// A theft, which becomes a seed.
    Steal {
        /// Who lost it.
        from: Address,
        /// Who received it.
        holder: Address,
        /// What.
        asset: Asset,
        /// How much.
        amount: Amount,
    },
    /// The account gives one asset for others. How much of each it gets is read off the receipt.
    Convert {
        /// Whose.
        account: Address,
        /// What it gives.
        paid: (Asset, Amount),
        /// What it gets.
        received: Vec<Asset>,
    },
}

/// A theft, as a tracer is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theft {
    /// The transaction.
    pub transaction: H256,
    /// Where the credit stands.
    pub position: Position,
    /// What was taken.
    pub asset: Asset,
    /// How much.
    pub amount: Amount,
    /// Whom it was taken from.
    pub from: Address,
    /// Who received it.
    pub holder: Address,
}

/// A mined block.
#[derive(Clone, Debug)]
pub struct Mined {
    /// Its number.
    pub number: u64,
    /// Its transactions' receipts, in order.
    pub receipts: Vec<Receipt>,
}

#[derive(Debug)]
struct Queued {
    hash: H256,
    from: Address,
    succeeds: bool,
    effects: Vec<Effect>,
}

/// One chain, its node, and its books.
#[derive(Debug)]
pub struct Player {
    anvil: Anvil,
    contracts: Contracts,
    wrapper: Address,
    gas_price: U256,
    nonces: BTreeMap<Address, u64>,
    queue: Vec<Queued>,
    height: u64,
    time: u64,
    thefts: Vec<Theft>,
    /// The books.
    pub truth: Truth,
}

impl Player {
    /// Starts a node and opens the books with the balances of its first block. `wrapper` is the contract
    /// whose `Deposit` and `Withdrawal` events wrap and unwrap the native coin; `gas_price` is in base
    /// units.
    #[must_use]
    pub fn start(
        options: &AnvilOptions,
        contracts: Contracts,
        wrapper: Address,
        gas_price: U256,
    ) -> Self {
        let mut player = Self {
            anvil: Anvil::start(options),
            contracts,
            wrapper,
            gas_price,
            nonces: BTreeMap::new(),
            queue: Vec::new(),
            height: options.genesis_block,
            time: options.genesis_timestamp,
            thefts: Vec::new(),
            truth: Truth::default(),
        };
        let native = player.native();
        for (address, balance) in options.genesis.balances() {
            player.truth.fund(address, native, balance);
        }
        player
    }

    /// The chain's native coin.
    #[must_use]
    pub const fn native(&self) -> Asset {
        Asset::Native(self.chain())
    }

    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        ChainId(self.anvil.chain_id())
    }

    /// The token at a contract of this chain.
    #[must_use]
    pub const fn token(&self, contract: Address) -> Asset {
        Asset::Token(self.chain(), contract)
    }

    /// The contract that wraps the native coin.
    #[must_use]
    pub const fn wrapper(&self) -> Address {
        self.wrapper
    }

    /// The node.
    #[must_use]
    pub const fn anvil(&self) -> &Anvil {
        &self.anvil
    }

    /// The compiled contracts.
    #[must_use]
    pub const fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    /// Number of the last block.
    #[must_use]
    pub const fn height(&self) -> u64 {
        self.height
    }

    /// Time of the last block.
    #[must_use]
    pub const fn time(&self) -> u64 {
        self.time
    }

    /// What a plain payment costs its sender.
    ///
    /// # Panics
    ///
    /// If the gas price is absurd.
    #[must_use]
    pub fn fee_of_payment(&self) -> Amount {
        let fee = self.gas_price.checked_mul(PAYMENT_GAS.into());
        Amount::from_base_units(fee.expect("a fee fits into 256 bits"))
    }

    /// The thefts so far.
    #[must_use]
    pub fn thefts(&self) -> &[Theft] {
        &self.thefts
    }

    /// Gives up the books and the thefts and keeps the node.
    #[must_use]
    pub fn finish(self) -> (Anvil, Truth, Vec<Theft>) {
        (self.anvil, self.truth, self.thefts)
    }

    /// Sends a payment of native coin, to be mined in the next block.
    pub fn pay(&mut self, from: Address, to: Address, amount: Amount) -> H256 {
        let effect = Effect::Pay { from, to, asset: self.native(), amount };
        self.send(from, Some(to), amount, Vec::new(), true, vec![effect])
    }

    /// Sends a call of a contract that carries native coin, to be mined in the next block.
    pub fn call(
        &mut self,
        from: Address,
        target: (&str, Address),
        function: &str,
        args: &[Token],
        value: Amount,
        effects: Vec<Effect>,
    ) -> H256 {
        let data = self.contracts.call(target.0, function, args);
        self.send(from, Some(target.1), value, data, true, effects)
    }

    /// Sends the deployment of a contract; returns where it will stand.
    pub fn deploy(&mut self, from: Address, contract: &str, args: &[Token]) -> Address {
        let nonce = self.nonces.get(&from).copied().unwrap_or_default();
        let address = get_contract_address(from, nonce);
        let data = self.contracts.creation(contract, args);
        self.truth.set_contract(address);
        self.send(from, None, Amount::ZERO, data, true, Vec::new());
        address
    }

    /// Sends a transaction to be mined in the next block. `succeeds` says what its receipt must say.
    ///
    /// # Panics
    ///
    /// If the node refuses it.
    pub fn send(
        &mut self,
        from: Address,
        to: Option<Address>,
        value: Amount,
        data: Vec<u8>,
        succeeds: bool,
        effects: Vec<Effect>,
    ) -> H256 {
        let nonce = self.nonces.entry(from).or_default();
        let gas = match to {
            None => DEPLOYMENT_GAS,
            Some(_) if data.is_empty() && succeeds => PAYMENT_GAS,
            Some(_) => CALL_GAS,
        };
        let value = value.base_units();
        let mut transaction = json!({
            "from": format!("{from:#x}"), "nonce": format!("{nonce:#x}"), "value": format!("{value:#x}"),
            "gas": format!("{gas:#x}"), "gasPrice": format!("{:#x}", self.gas_price),
            "data": format!("0x{}", hex::encode(&data)),
        });
        if let Some(to) = to {
            transaction["to"] = json!(format!("{to:#x}"));
        }
        *nonce += 1;
        // One at a time and never in a batch: the node works on the items of a batch at once, and the
        // order in a block would then be another one in each run.
        let hash = hash_of(&self.anvil.rpc().expect("eth_sendTransaction", &json!([transaction])));
        self.queue.push(Queued { hash, from, succeeds, effects });
        hash
    }

    /// Mines the queue into a block with this time and enters it into the books.
    ///
    /// # Panics
    ///
    /// If time does not go forward, a transaction is left out, or its receipt does not say what was
    /// expected of it.
    pub fn mine_at(&mut self, time: u64) -> Mined {
        assert!(time > self.time, "block time {time} is not after {}", self.time);
        let _ = self.anvil.rpc().expect("evm_mine", &json!([time]));
        self.time = time;
        self.height += 1;
        let number = self.height;
        let queue = std::mem::take(&mut self.queue);
        if queue.is_empty() {
            return Mined { number, receipts: Vec::new() };
        }
        let block = format!("{number:#x}");
        let answers = self.anvil.rpc().expect("eth_getBlockReceipts", &json!([block]));
        let answers = answers.as_array().expect("a list of receipts");
        assert_eq!(answers.len(), queue.len(), "block {number} lacks transactions");
        let native = self.native();
        let mut receipts = Vec::new();
        for (transaction_idx, (queued, answer)) in queue.into_iter().zip(answers).enumerate() {
            let receipt = Receipt::read(answer);
            assert_eq!(receipt.transaction, queued.hash, "block {number} has another order");
            let has_succeeded = answer["status"] == "0x1";
            assert_eq!(
                has_succeeded,
                queued.succeeds,
                "block {number}: {} from {:#x} succeeded: {has_succeeded}",
                hash_hex(queued.hash),
                queued.from
            );
            if has_succeeded {
                let at = u32::try_from(transaction_idx).expect("few transactions");
                for effect in &queued.effects {
                    self.enter(effect, &receipt, (number, at));
                }
            }
            self.truth.fee(queued.from, native, receipt.fee);
            receipts.push(receipt);
        }
        Mined { number, receipts }
    }

    fn enter(&mut self, effect: &Effect, receipt: &Receipt, at: (u64, u32)) {
        match effect {
            Effect::Pay { from, to, asset, amount } => self.truth.pay(*from, *to, *asset, *amount),
            Effect::Fund { to, asset, amount } => self.truth.fund(*to, *asset, *amount),
            Effect::Steal { from, holder, asset, amount } => {
                self.truth.lose(*from, *asset, *amount);
                self.truth.steal(*holder, *asset, *amount);
                let step = asset.contract().map_or(Step::Value, |contract| {
                    let is_credit = |log: &&Log| {
                        log.contract == contract && log.topics.get(2) == Some(&topic(*holder))
                    };
                    Step::Log(receipt.logs.iter().find(is_credit).expect("a credit").index)
                });
                self.thefts.push(Theft {
                    transaction: receipt.transaction,
                    position: Position { block: at.0, transaction: at.1, step },
                    asset: *asset,
                    amount: *amount,
                    from: *from,
                    holder: *holder,
                });
            }
            Effect::Convert { account, paid, received } => {
                let received: Vec<_> = received
                    .iter()
                    .map(|asset| (*asset, self.received(*account, *asset, receipt)))
                    .collect();
                self.truth.convert(*account, *paid, &received);
            }
        }
    }

    /// What an account got of an asset in a transaction, read off its events: native coin comes out of
    /// the wrapper, which says so.
    fn received(&self, account: Address, asset: Asset, receipt: &Receipt) -> Amount {
        let amounts = receipt.logs.iter().filter_map(|log| {
            let is = |event: &str, name: &str| {
                log.topics.first() == Some(&self.contracts.topic(name, event))
            };
            let is_to = |index: usize| log.topics.get(index) == Some(&topic(account));
            let counts = match asset.contract() {
                None => log.contract == self.wrapper && is("Withdrawal", "Wrapper"),
                Some(contract) if contract == log.contract => {
                    (is("Transfer", "Token") && is_to(2)) || (is("Deposit", "Wrapper") && is_to(1))
                }
                Some(_) => false,
            };
            counts.then(|| Amount::from_be_bytes(&log.data).expect("one word"))
        });
        let total = amounts.fold(Amount::ZERO, Amount::saturating_add);
        assert!(!total.is_zero(), "{account:#x} got nothing of the {asset}");
        total
    }

    /// What the chain says an account holds at the last block.
    #[must_use]
    pub fn balance(&self, account: Address, asset: Asset) -> Amount {
        balance(&self.anvil, account, asset)
    }

    /// The first word that a function without effects returns.
    #[must_use]
    pub fn ask(&self, target: (&str, Address), function: &str, args: &[Token]) -> U256 {
        let data = hex::encode(self.contracts.call(target.0, function, args));
        call_word(&self.anvil, target.1, &data)
    }
}

/// What the chain says an account holds at the last block.
///
/// # Panics
///
/// If the node does not say it.
#[must_use]
pub fn balance(anvil: &Anvil, account: Address, asset: Asset) -> Amount {
    let word = match asset.contract() {
        None => {
            let answer =
                anvil.rpc().expect("eth_getBalance", &json!([format!("{account:#x}"), "latest"]));
            word_of(&answer)
        }
        Some(contract) => {
            let data = format!("70a08231{:0>64}", hex::encode(account));
            call_word(anvil, contract, &data)
        }
    };
    Amount::from_base_units(word)
}

fn call_word(anvil: &Anvil, contract: Address, data: &str) -> U256 {
    let call = json!([{"to": format!("{contract:#x}"), "data": format!("0x{data}")}, "latest"]);
    word_of(&anvil.rpc().expect("eth_call", &call))
}

fn topic(address: Address) -> H256 {
    H256::from(address)
}
