//! A market on a real node: thieves who buy for others, and what the chain itself says that these got.

use ethers_core::abi::Token;
use ethers_core::types::H160;
use ethers_core::utils::hex;
use fundtrail_model::{Address, Amount, H256, U256, hash_hex, parse_hash};
use serde_json::{Value, json};

use super::Contracts;
use crate::anvil::{Anvil, AnvilOptions};

/// What every thief steals, of the first coin or of the native one.
pub const STOLEN: u64 = 1_000_000_000;
/// Native coin that everybody has of his own, for gas.
const OWN: u64 = 1_000_000_000_000_000_000;

const ONE: Address = Address::repeat_byte(0x11);
const TWO: Address = Address::repeat_byte(0x12);
const THREE: Address = Address::repeat_byte(0x13);
const PAIR: Address = Address::repeat_byte(0x21);
const DEARER: Address = Address::repeat_byte(0x22);
const NEXT: Address = Address::repeat_byte(0x23);
const NATIVE: Address = Address::repeat_byte(0x24);
const ROUTER: Address = Address::repeat_byte(0x31);
const SETTLER: Address = Address::repeat_byte(0x32);
const LENDER: Address = Address::repeat_byte(0x33);
const BORROWER: Address = Address::repeat_byte(0x34);
const VAULT: Address = Address::repeat_byte(0x35);
const DRAINER: Address = Address::repeat_byte(0x36);
const BANK: Address = Address::repeat_byte(0x41);
const VICTIM: Address = Address::repeat_byte(0x42);
/// The wrapped coin, where Ethereum has it.
const WRAPPED: Address =
    H160(*b"\xc0\x2a\xaa\x39\xb2\x23\xfe\x8d\x0a\x0e\x5c\x4f\x27\xea\xd9\x08\x3c\x75\x6c\xc2");

/// What a thief did with what he stole.
#[derive(Clone, Debug)]
pub struct Deal {
    /// In words.
    pub name: &'static str,
    /// The transaction of the theft.
    pub theft: H256,
    /// Who has stolen value at the end.
    pub ends: Vec<End>,
}

/// Who has how much of what at the end, by the balances that the chain tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// Who.
    pub at: Address,
    /// The token; `None` for the native coin.
    pub token: Option<Address>,
    /// How much stolen value, in base units.
    pub amount: Amount,
}

/// The chain, and what happened on it.
#[derive(Debug)]
pub struct Market {
    node: Anvil,
    contracts: Contracts,
    /// What each thief did.
    pub deals: Vec<Deal>,
}

impl Market {
    /// Starts a node and plays everything.
    ///
    /// # Panics
    ///
    /// If anything that is played fails.
    #[must_use]
    pub fn start() -> Self {
        let contracts = Contracts::own();
        let mut options = AnvilOptions::new(1, 1_700_000_000);
        let demo = Contracts::parse(include_str!(
            "../../../../data/cases/dprk-900k/contracts/compiled.json"
        ));
        options.genesis.place(WRAPPED, demo.runtime("Wrapper"), &[]);
        for (address, name) in PLACED {
            options.genesis.place(address, contracts.runtime(name), &[]);
        }
        options.genesis.fund(BANK, Amount::from(u128::from(OWN) * 10_000));
        options.genesis.fund(VICTIM, Amount::from(u128::from(OWN) * 10));
        let node = Anvil::start(&options);
        let mut market = Self { node, contracts, deals: Vec::new() };
        market.open();
        market.swaps();
        market.batches();
        market.pools();
        market.others();
        // Only what is final is looked at.
        let _: Value = market.node.rpc().expect("anvil_mine", &json!(["0x100"]));
        market
    }

    /// Where the node answers.
    #[must_use]
    pub fn url(&self) -> String {
        self.node.url()
    }

    /// The tokens that a list would have: the coins, and the shares and notes of those that deal with them.
    #[must_use]
    pub const fn tokens() -> [Address; 5] {
        [ONE, TWO, THREE, PAIR, VAULT]
    }

    /// Pools and lenders get what they deal with.
    fn open(&self) {
        let reserves = [
            (PAIR, ONE, 90),
            (PAIR, TWO, 100),
            (DEARER, ONE, 140),
            (DEARER, TWO, 100),
            (NEXT, TWO, 70),
            (NEXT, THREE, 300),
            (NATIVE, ONE, 200),
            (LENDER, ONE, 50),
            (SETTLER, TWO, 1),
        ];
        for (holder, coin, thousands) in reserves {
            self.mint(coin, holder, thousands * 1_000_000_000);
        }
        self.send(BANK, WRAPPED, OWN, vec![0xd0, 0xe3, 0x0d, 0xb0]);
        self.call(BANK, WRAPPED, "Coin", "transfer", &[address(NATIVE), number(OWN)]);
        for (pair, one, two) in
            [(PAIR, ONE, TWO), (DEARER, ONE, TWO), (NEXT, TWO, THREE), (NATIVE, ONE, WRAPPED)]
        {
            self.call(BANK, pair, "Pair", "open", &[address(one), address(two)]);
        }
        self.call(BANK, VAULT, "Vault", "open", &[address(ONE)]);
    }

    fn swaps(&mut self) {
        let [thief, buyer] = self.thief(1);
        let theft = self.steal(thief, ROUTER);
        self.swap("swap", thief, &[ONE, TWO], &[PAIR], STOLEN * 6 / 10, buyer);
        self.deal(
            "a swap for another wallet, and the rest kept",
            theft,
            &[(buyer, Some(TWO)), (thief, Some(ONE))],
        );

        let [thief, buyer] = self.thief(2);
        let theft = self.steal(thief, ROUTER);
        self.swap("swap", thief, &[ONE, TWO, THREE], &[PAIR, NEXT], STOLEN, buyer);
        self.deal("a route of two pools", theft, &[(buyer, Some(THREE))]);

        let [thief, buyer] = self.thief(3);
        let theft = self.steal(thief, ROUTER);
        self.swap("swapForNative", thief, &[ONE, WRAPPED], &[NATIVE], STOLEN, buyer);
        self.deal("a swap for the native coin, unwrapped by the router", theft, &[(buyer, None)]);

        let [thief, buyer] = self.thief(4);
        let theft = self.send(VICTIM, thief, STOLEN, Vec::new());
        let (path, pairs) = (list(&[WRAPPED, ONE]), list(&[NATIVE]));
        let arguments = [path, pairs, number(STOLEN / 2), address(buyer)];
        let data = self.contracts.call("Router", "swapNative", &arguments);
        self.send(thief, ROUTER, STOLEN - 1, data);
        // What is left goes to gas, as the stolen coins are the first to go.
        self.deal("a swap of the native coin, with a refund", theft, &[(buyer, Some(ONE))]);

        let [thief, buyer] = self.thief(5);
        let fees = Address::repeat_byte(0xf5);
        let theft = self.steal(thief, ROUTER);
        let pairs = list(&[PAIR, DEARER]);
        let parts = Token::Array(vec![number(STOLEN / 2), number(STOLEN / 4)]);
        let arguments = [address(ONE), number(STOLEN), pairs, parts, address(buyer), address(fees)];
        self.call(thief, ROUTER, "Router", "split", &arguments);
        let ends = [(buyer, Some(TWO)), (fees, Some(ONE)), (thief, Some(ONE))];
        self.deal("a split route with a fee and a refund", theft, &ends);
    }

    fn batches(&mut self) {
        let [thief, buyer] = self.thief(6);
        let other = Address::repeat_byte(0xe6);
        let theft = self.steal(thief, SETTLER);
        self.give(other, TWO, 400_000_000, SETTLER);
        let orders = [
            order(thief, (ONE, STOLEN), (TWO, STOLEN), buyer),
            order(other, (TWO, 400_000_000), (ONE, 350_000_000), other),
        ];
        self.settle(&orders, STOLEN - 350_000_000);
        self.deal("one order of a batch, for another wallet", theft, &[(buyer, Some(TWO))]);

        let [thief, buyer] = self.thief(7);
        let (other, friend) = (Address::repeat_byte(0xe7), Address::repeat_byte(0xd7));
        let theft = self.steal(thief, SETTLER);
        self.give(other, ONE, STOLEN / 4, SETTLER);
        let orders = [
            order(thief, (ONE, STOLEN), (TWO, 990_000_000), buyer),
            order(other, (ONE, STOLEN / 4), (TWO, 260_000_000), friend),
        ];
        let kept = self.balance(SETTLER, Some(TWO));
        self.settle(&orders, STOLEN * 5 / 4);
        let kept = self.balance(SETTLER, Some(TWO)).saturating_sub(kept);
        // Four fifths of what was paid were the thief's, and so are four fifths of what anybody got.
        let of = |at, amount: Amount| End {
            at,
            token: Some(TWO),
            amount: amount.share(Amount::from(4), Amount::from(5)).expect("a part"),
        };
        let ends = vec![
            of(buyer, Amount::from(990_000_000)),
            of(friend, Amount::from(260_000_000)),
            of(SETTLER, kept),
        ];
        self.deals.push(Deal { name: "two orders of a batch in the same pool", theft, ends });
    }

    fn pools(&mut self) {
        let [thief, buyer] = self.thief(8);
        let last = Address::repeat_byte(0xd8);
        let theft = self.steal(thief, ROUTER);
        self.give(thief, TWO, 1_200_000_000, ROUTER);
        let arguments = [address(PAIR), number(STOLEN), number(1_200_000_000), address(buyer)];
        self.call(thief, ROUTER, "Router", "enter", &arguments);
        let share = self.balance(buyer, Some(PAIR));
        self.approve(buyer, PAIR, ROUTER);
        let half = Token::Uint(share.base_units() / 2);
        self.call(buyer, ROUTER, "Router", "leave", &[address(PAIR), half, address(last)]);
        let ends = [(buyer, Some(PAIR)), (last, Some(ONE)), (last, Some(TWO))];
        self.deal("into a pool for another wallet, and half of it out for a third", theft, &ends);

        let [thief, buyer] = self.thief(9);
        let last = Address::repeat_byte(0xd9);
        let theft = self.steal(thief, VAULT);
        self.call(thief, VAULT, "Vault", "deposit", &[number(STOLEN), address(buyer)]);
        self.call(buyer, VAULT, "Vault", "withdraw", &[number(STOLEN * 4 / 10), address(last)]);
        let ends = [(buyer, Some(VAULT)), (last, Some(ONE))];
        self.deal(
            "a lender's notes for another wallet, and some paid out to a third",
            theft,
            &ends,
        );
    }

    fn others(&mut self) {
        let [thief, boss] = self.thief(10);
        let (partner, operator) = (Address::repeat_byte(0xda), Address::repeat_byte(0xea));
        let theft = self.steal(thief, DRAINER);
        self.fund(operator);
        let arguments = [address(ONE), address(thief), address(boss), address(partner)];
        self.call(operator, DRAINER, "Drainer", "drain", &arguments);
        let ends = [(boss, Some(ONE)), (partner, Some(ONE))];
        self.deal("a wallet that another one drains", theft, &ends);

        let [thief, buyer] = self.thief(11);
        let theft = self.steal(thief, BORROWER);
        let lent = self.balance(LENDER, Some(ONE));
        let pairs = Token::FixedArray(vec![address(PAIR), address(DEARER)]);
        let arguments = [
            address(LENDER),
            address(ONE),
            number(STOLEN),
            number(3_000_000_000),
            pairs,
            address(TWO),
            address(buyer),
        ];
        self.call(thief, BORROWER, "Borrower", "run", &arguments);
        // What the lender earned was the first to be paid of the thief's own; the buyer got all the rest of it,
        // and the profit is nobody's loss.
        let earned = self.balance(LENDER, Some(ONE)).saturating_sub(lent);
        let stolen = Amount::from(u128::from(STOLEN));
        assert!(self.balance(buyer, Some(ONE)) > stolen, "the deal is worth it");
        let of = |at, amount| End { at, token: Some(ONE), amount };
        let ends = vec![of(LENDER, earned), of(buyer, stolen.saturating_sub(earned))];
        self.deals.push(Deal { name: "with borrowed coins beside the stolen ones", theft, ends });
    }

    /// A thief and his second wallet, both with coins for gas.
    fn thief(&self, n: u8) -> [Address; 2] {
        let wallets = [Address::repeat_byte(0xa0 + n), Address::repeat_byte(0xb0 + n)];
        wallets.iter().for_each(|wallet| self.fund(*wallet));
        wallets
    }

    fn fund(&self, wallet: Address) {
        self.send(BANK, wallet, OWN, Vec::new());
    }

    /// The theft of the first coin; the thief lets a contract take it.
    fn steal(&self, thief: Address, spender: Address) -> H256 {
        self.mint(ONE, VICTIM, STOLEN);
        let theft = self.call(VICTIM, ONE, "Coin", "transfer", &[address(thief), number(STOLEN)]);
        self.approve(thief, ONE, spender);
        theft
    }

    /// Clean coins, which a contract may take.
    fn give(&self, wallet: Address, coin: Address, amount: u64, spender: Address) {
        if self.balance(wallet, None).is_zero() {
            self.fund(wallet);
        }
        self.mint(coin, wallet, amount);
        self.approve(wallet, coin, spender);
    }

    fn mint(&self, coin: Address, to: Address, amount: u64) {
        self.call(BANK, coin, "Coin", "mint", &[address(to), number(amount)]);
    }

    fn approve(&self, owner: Address, coin: Address, spender: Address) {
        self.call(owner, coin, "Coin", "approve", &[address(spender), Token::Uint(U256::MAX)]);
    }

    fn swap(
        &self,
        function: &str,
        from: Address,
        path: &[Address],
        pairs: &[Address],
        amount: u64,
        to: Address,
    ) {
        let arguments = [list(path), list(pairs), number(amount), address(to)];
        self.call(from, ROUTER, "Router", function, &arguments);
    }

    fn settle(&self, orders: &[Token], amount: u64) {
        let arguments =
            [Token::Array(orders.to_vec()), address(PAIR), address(ONE), number(amount)];
        self.call(BANK, SETTLER, "Settler", "settle", &arguments);
    }

    /// A deal after which nothing that these wallets have of these assets is clean, but their own native coins.
    fn deal(&mut self, name: &'static str, theft: H256, ends: &[(Address, Option<Address>)]) {
        let end = |(at, token): &(Address, Option<Address>)| {
            let own = if token.is_none() { Amount::from(u128::from(OWN)) } else { Amount::ZERO };
            let amount = self.balance(*at, *token).saturating_sub(own);
            assert!(!amount.is_zero(), "{name}: {at:?} got nothing");
            End { at: *at, token: *token, amount }
        };
        let ends = ends.iter().map(end).collect();
        self.deals.push(Deal { name, theft, ends });
    }

    fn balance(&self, of: Address, token: Option<Address>) -> Amount {
        let answer = match token {
            None => self.node.rpc().expect("eth_getBalance", &json!([of, "latest"])),
            Some(token) => {
                let data = self.contracts.call("Coin", "balanceOf", &[address(of)]);
                let call = json!({"to": token, "data": format!("0x{}", hex::encode(data))});
                self.node.rpc().expect("eth_call", &json!([call, "latest"]))
            }
        };
        Amount::from_base_units(crate::receipt::word_of(&answer))
    }

    fn call(
        &self,
        from: Address,
        to: Address,
        contract: &str,
        function: &str,
        arguments: &[Token],
    ) -> H256 {
        self.send(from, to, 0, self.contracts.call(contract, function, arguments))
    }

    /// One transaction in a block of its own.
    fn send(&self, from: Address, to: Address, value: u64, data: Vec<u8>) -> H256 {
        let transaction = json!([{
            "from": from, "to": to, "value": format!("{value:#x}"),
            "data": format!("0x{}", hex::encode(data)), "gas": "0xf4240", "gasPrice": "0x77359400",
        }]);
        let hash = self.node.rpc().expect("eth_sendTransaction", &transaction);
        let hash = hash.as_str().and_then(parse_hash).expect("a hash");
        let _: Value = self.node.rpc().expect("anvil_mine", &json!(["0x1"]));
        let receipt = self.node.rpc().expect("eth_getTransactionReceipt", &json!([hash_hex(hash)]));
        assert_eq!(receipt["status"], "0x1", "{from:?} to {to:?}: {receipt}");
        hash
    }
}

const PLACED: [(Address, &str); 13] = [
    (ONE, "Coin"),
    (TWO, "Coin"),
    (THREE, "Coin"),
    (PAIR, "Pair"),
    (DEARER, "Pair"),
    (NEXT, "Pair"),
    (NATIVE, "Pair"),
    (ROUTER, "Router"),
    (SETTLER, "Settler"),
    (LENDER, "Lender"),
    (BORROWER, "Borrower"),
    (VAULT, "Vault"),
    (DRAINER, "Drainer"),
];

const fn address(address: Address) -> Token {
    Token::Address(address)
}

fn number(number: u64) -> Token {
    Token::Uint(number.into())
}

fn list(addresses: &[Address]) -> Token {
    Token::Array(addresses.iter().copied().map(Token::Address).collect())
}

/// Who sells how much of what, for how much of what, and for whom.
fn order(owner: Address, sells: (Address, u64), buys: (Address, u64), to: Address) -> Token {
    Token::Tuple(vec![
        address(owner),
        address(sells.0),
        number(sells.1),
        address(buys.0),
        number(buys.1),
        address(to),
    ])
}
