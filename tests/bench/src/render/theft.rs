//! A case with one theft that went through very many wallets.

use std::path::Path;

use fundtrail_model::{
    Address, Amount, Asset, AssetClass, BlockStamp, Cause, ChainId, Coverage, FetchedWindow, How,
    Position, Proof, Seed, SeedId, Step, Timestamp, Transfer, Window,
};
use fundtrail_store::Case;

use crate::dice::hash;

const CHAIN: ChainId = ChainId(1);
const FIRST_BLOCK: u64 = 17_000_000;
const PER_BLOCK: u64 = 5;
const STOLEN: u128 = 1 << 100;
/// Wallets that the thief pays, and that each of those pays: where the chains begin.
const FAN: u64 = 60;
const CHAINS: u64 = FAN * FAN;

/// A theft that so many transfers moved on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Theft {
    pub(super) count: u64,
    /// Whether the wallets of the chains keep a part, so that something ends at each and no two amounts are the same.
    pub(super) is_shed: bool,
}

impl Theft {
    pub(super) fn about(self) -> String {
        let kept = if self.is_shed {
            "keep a thousandth of what they got and pass on the rest"
        } else {
            "pass on all that they got"
        };
        format!(
            "The case: a theft of one token; the thief pays 60 wallets, each of them 60 others, and from there 3,600 chains \
             of wallets {kept}, each transfer in a transaction of its own. Nothing has a price, a label or a listing."
        )
    }

    /// Writes the case.
    pub(super) fn write(self, path: &Path) {
        let mut case = Case::create(path).expect("a new case");
        case.set_setting("as_of", "2026-11-23").expect("a setting");
        // As a trace that ended says up to where it looked.
        let until = self.until().to_string();
        case.set_setting(&format!("until.{CHAIN}"), &until).expect("a setting");
        let stolen = self.transfer(0, STOLEN);
        let seed = Seed {
            id: SeedId(0),
            position: stolen.position,
            transaction: stolen.transaction.expect("its transaction"),
            asset: stolen.asset,
            amount: stolen.amount,
            from: stolen.from,
            holder: wallet(0),
        };
        case.set_setting("max_hops", "100").expect("a setting");
        case.put_seeds("ethereum:bench", &[seed]).expect("a seed");
        case.write_window(&self.window()).expect("a window that can be written");
    }

    const fn until(self) -> u64 {
        FIRST_BLOCK + self.count / PER_BLOCK + 1
    }

    fn window(self) -> FetchedWindow {
        let window = Window::new(FIRST_BLOCK, self.until()).expect("a window");
        let mut amounts = vec![STOLEN];
        for number in 1..=self.count {
            let payer = usize::try_from(payer(number)).expect("fits");
            let kept =
                if self.is_shed && FAN + CHAINS < number { amounts[payer] / 1_000 } else { 0 };
            amounts.push(amount(number, amounts[payer]) - kept);
        }
        let transfers = (0..).zip(&amounts).map(|(number, amount)| self.transfer(number, *amount));
        let mut addresses: Vec<Address> = (0..=self.count).map(wallet).collect();
        addresses.sort_unstable();
        let covered = |address: &Address| {
            AssetClass::ALL.map(|class| Coverage {
                chain: CHAIN,
                address: *address,
                class,
                window,
                how: How::Logs,
                proof: Proof::Reconciled,
            })
        };
        FetchedWindow {
            chain: CHAIN,
            window,
            coverage: addresses.iter().flat_map(covered).collect(),
            addresses,
            transfers: transfers.collect(),
            crowds: vec![],
            blocks: (window.first()..=window.last()).map(stamp).collect(),
            accounts: vec![],
            claims: vec![],
            balances: vec![],
        }
    }

    /// The theft is number 0; what follows goes from one wallet to the next.
    fn transfer(self, number: u64, amount: u128) -> Transfer {
        let from = if number == 0 { Address::repeat_byte(0xee) } else { wallet(payer(number)) };
        let place = u32::try_from(number % PER_BLOCK).expect("a small number");
        Transfer {
            position: Position {
                block: FIRST_BLOCK + number / PER_BLOCK,
                transaction: place,
                step: Step::Log(place * 3),
            },
            asset: Asset::Token(CHAIN, Address::repeat_byte(0xcc)),
            from: Some(from),
            to: Some(wallet(number)),
            amount: Amount::from(amount),
            cause: Cause::Token,
            transaction: Some(hash(1, number)),
        }
    }
}

/// Which wallet pays that wallet.
const fn payer(number: u64) -> u64 {
    match number {
        0..=FAN => 0,
        number if number <= FAN + CHAINS => (number - FAN - 1) / FAN + 1,
        number => number - CHAINS,
    }
}

/// What a wallet gets of what its payer got: those whom one pays get all of it together.
fn amount(number: u64, payer_got: u128) -> u128 {
    let part = payer_got / u128::from(FAN);
    match number {
        number if number == 0 || FAN + CHAINS < number => payer_got,
        number if number.is_multiple_of(FAN) => payer_got - u128::from(FAN - 1) * part,
        _ => part,
    }
}

fn stamp(number: u64) -> BlockStamp {
    BlockStamp {
        number,
        hash: hash(2, number),
        parent: hash(2, number - 1),
        timestamp: Timestamp(1_680_000_000 + (number - FIRST_BLOCK) * 12),
    }
}

fn wallet(number: u64) -> Address {
    Address::from(hash(3, number))
}
