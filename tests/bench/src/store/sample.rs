//! Transfers as a case holds them, made up without dice.

use fundtrail_model::{
    Address, Amount, Asset, AssetClass, BlockStamp, Cause, ChainId, Coverage, FetchedWindow, How,
    Position, Proof, Step, Timestamp, Transfer, Window,
};

use crate::dice::{hash, mix};

pub(crate) const CHAIN: ChainId = ChainId(1);
const FIRST_BLOCK: u64 = 17_000_000;
const PER_BLOCK: u64 = 20;
const BLOCKS_PER_WINDOW: u64 = 500;
const TOKENS: u64 = 50;
/// Whom a window is about: one party of each of its transfers.
const HOLDERS: u64 = 100;

pub(crate) const ABOUT: &str = "Every transfer is of its own transaction, 20 are in a block, of 50 tokens with 18 \
     decimals, between one of the hundred addresses that a window is about and one of so many others that each \
     has ten transfers; a window has 10,000 transfers and is one write. The bare loop knows the number of every \
     address beforehand and checks nothing: no foreign keys, no contradictions.";

/// So many transfers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// A multiple of 10,000.
    pub(crate) count: u64,
}

impl Sample {
    pub(crate) fn windows(&self) -> impl Iterator<Item = FetchedWindow> + use<> {
        let this = *self;
        let per_window = PER_BLOCK * BLOCKS_PER_WINDOW;
        (0..this.count / per_window).map(move |number| this.window(number))
    }

    fn window(self, number: u64) -> FetchedWindow {
        let first = FIRST_BLOCK + number * BLOCKS_PER_WINDOW;
        let window = Window::new(first, first + BLOCKS_PER_WINDOW - 1).expect("a window");
        let mut transfers = vec![];
        for block in window.first()..=window.last() {
            for place in 0..PER_BLOCK {
                transfers.push(self.transfer(block, place));
            }
        }
        let mut addresses: Vec<Address> = (0..HOLDERS).map(|place| holder(number, place)).collect();
        addresses.sort_unstable();
        let covered = |address: &Address| Coverage {
            chain: CHAIN,
            address: *address,
            class: AssetClass::Tokens,
            window,
            how: How::Logs,
            proof: Proof::Reconciled,
        };
        FetchedWindow {
            chain: CHAIN,
            window,
            coverage: addresses.iter().map(covered).collect(),
            addresses,
            transfers,
            crowds: vec![],
            blocks: (window.first()..=window.last()).map(stamp).collect(),
            accounts: vec![],
            claims: vec![],
            balances: vec![],
        }
    }

    fn transfer(self, block: u64, place: u64) -> Transfer {
        let number = (block - FIRST_BLOCK) * PER_BLOCK + place;
        let dice = mix(number);
        let holder = holder((block - FIRST_BLOCK) / BLOCKS_PER_WINDOW, mix(dice) % HOLDERS);
        let other = wallet(mix(dice + 1) % (self.count / 10));
        let (from, to) = if dice.is_multiple_of(2) { (holder, other) } else { (other, holder) };
        let contract = Address::from_low_u64_be(mix(0xa55e7 + dice % TOKENS));
        let index = u32::try_from(place * 7 + dice % 5).expect("a small number");
        Transfer {
            position: Position { block, transaction: index, step: Step::Log(index * 3) },
            asset: Asset::Token(CHAIN, contract),
            from: Some(from),
            to: Some(to),
            amount: Amount::from(u128::from(dice | 1 << 62)),
            cause: Cause::Token,
            transaction: Some(hash(1, number)),
        }
    }
}

fn stamp(number: u64) -> BlockStamp {
    BlockStamp {
        number,
        hash: hash(2, number),
        parent: hash(2, number - 1),
        timestamp: Timestamp(1_680_000_000 + number * 12),
    }
}

/// One of those whom a window is about.
fn holder(window: u64, place: u64) -> Address {
    Address::from(hash(4, window * HOLDERS + place))
}

fn wallet(number: u64) -> Address {
    Address::from(hash(3, number))
}
