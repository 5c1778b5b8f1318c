//! A case with one wallet that dealt with very many others.

use std::path::Path;

use fundtrail_model::{
    Address, Amount, Asset, AssetClass, BlockStamp, Cause, ChainId, Coverage, FetchedWindow, How,
    Position, Proof, Step, Timestamp, Transfer, Window,
};
use fundtrail_store::{Case, KnownTokenRow};

use crate::dice::{hash, mix};

const CHAIN: ChainId = ChainId(1);
const FIRST_BLOCK: u64 = 17_000_000;
const PER_BLOCK: u64 = 5;
/// One counterparty for so many transfers.
const PER_PARTY: u64 = 10;
const TOKENS: u64 = 8;
pub(super) const ME: Address = fundtrail_model::Address::repeat_byte(0x5c);

pub(super) const ABOUT: &str = "The case: a wallet with transfers of eight known tokens, five a block, each in a transaction of its \
     own, in and out in turn, with a tenth as many counterparties. Nothing has a price, a label or a listing. The better of two \
     runs of `fundtrail screen --offline`, the whole command; what is printed is printed each time.";

/// A wallet with so many transfers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Busy {
    pub(super) count: u64,
}

impl Busy {
    /// Writes the case.
    pub(super) fn write(self, path: &Path) {
        let mut case = Case::create(path).expect("a new case");
        let token = |number: u64| KnownTokenRow {
            chain: CHAIN,
            contract: contract(number),
            symbol: format!("TOK{number}"),
            decimals: 6,
            source: "bench".to_owned(),
        };
        let tokens: Vec<KnownTokenRow> = (0..TOKENS).map(token).collect();
        case.replace_known_tokens(&tokens).expect("tokens");
        case.write_window(&self.window()).expect("a window that can be written");
    }

    fn window(self) -> FetchedWindow {
        let last = FIRST_BLOCK + self.count / PER_BLOCK;
        let window = Window::new(FIRST_BLOCK, last).expect("a window");
        let coverage = |class| {
            let (how, proof) = (How::Logs, Proof::Reconciled);
            Coverage { chain: CHAIN, address: ME, class, window, how, proof }
        };
        FetchedWindow {
            chain: CHAIN,
            window,
            addresses: vec![ME],
            transfers: (0..self.count).map(|number| self.transfer(number)).collect(),
            coverage: AssetClass::ALL.map(coverage).to_vec(),
            crowds: vec![],
            blocks: (window.first()..=window.last()).map(stamp).collect(),
            accounts: vec![],
            claims: vec![],
            balances: vec![],
        }
    }

    fn transfer(self, number: u64) -> Transfer {
        let other = hash(2, mix(number) % (self.count / PER_PARTY));
        let (me, other) = (Some(ME), Some(Address::from(other)));
        let (from, to) = if number.is_multiple_of(2) { (other, me) } else { (me, other) };
        let place = u32::try_from(number % PER_BLOCK).expect("a small number");
        let block = FIRST_BLOCK + number / PER_BLOCK;
        Transfer {
            position: Position { block, transaction: place, step: Step::Log(place * 3) },
            asset: Asset::Token(CHAIN, contract(number / 2 % TOKENS)),
            from,
            to,
            amount: Amount::from(u128::from(1_000 + mix(number / 2) % 1_000_000)),
            cause: Cause::Token,
            transaction: Some(hash(1, number)),
        }
    }
}

fn contract(number: u64) -> Address {
    Address::from(hash(3, number))
}

fn stamp(number: u64) -> BlockStamp {
    let (block, parent) = (hash(4, number), hash(4, number - 1));
    let timestamp = Timestamp(1_680_000_000 + 12 * (number - FIRST_BLOCK));
    BlockStamp { number, hash: block, parent, timestamp }
}
