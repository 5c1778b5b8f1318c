//! Windows that could come from one set of chains: the same thing is always told in the same way.

use fundtrail_model::{
    AccountFact, AccountKind, Address, Amount, Asset, AssetClass, Balance, BlockStamp, Cause,
    ChainId, Coverage, Crowd, CrowdSize, FetchedWindow, H256, How, Position, Proof, Step,
    Timestamp, TokenClaim, Transfer, U256, Window,
};
use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) const CHAINS: [ChainId; 2] = [ChainId(1), ChainId(137)];
const ADDRESSES: u8 = 5;

pub(crate) fn address(number: u8) -> Address {
    // Numbers and addresses in opposite orders, so that ids do not stand for an order by chance.
    Address::repeat_byte(255 - number)
}

/// A number that anything could have, but everything always has the same.
fn fate(of: impl std::fmt::Debug) -> H256 {
    H256(ethers_core::utils::keccak256(format!("{of:?}")))
}

pub(crate) fn amount_of(thing: impl std::fmt::Debug) -> Amount {
    let number = U256::from_big_endian(fate(thing).as_bytes());
    // All lengths, nothing at all included.
    Amount::from_base_units(number >> (number.low_u32() % 257))
}

pub(crate) fn block(chain: ChainId, number: u64) -> BlockStamp {
    BlockStamp {
        number,
        hash: fate((chain, number)),
        parent: number.checked_sub(1).map_or_else(H256::zero, |parent| fate((chain, parent))),
        timestamp: Timestamp(1_600_000_000 + 12 * (number % 1_000_000)),
    }
}

fn asset(chain: ChainId, number: u8) -> Asset {
    if number == 0 { Asset::Native(chain) } else { Asset::Token(chain, address(100 + number)) }
}

fn parties() -> impl Strategy<Value = (Option<Address>, Option<Address>)> {
    let party = || prop::option::weighted(0.9, (0..ADDRESSES).prop_map(address));
    (party(), party())
}

fn transfer(chain: ChainId, window: Window) -> impl Strategy<Value = Transfer> {
    let steps = prop_oneof![
        Just(Step::Value),
        any::<u32>().prop_map(Step::Frame),
        (0_u32..4).prop_map(Step::Log),
        Just(Step::Fee),
        any::<u32>().prop_map(Step::Withdrawal),
    ];
    let index = prop_oneof![0_u32..3, Just(Position::AFTER_TRANSACTIONS)];
    let block = window.first()..=window.last();
    (block, index, steps, parties(), 0_u8..3, 0_usize..9).prop_map(
        move |(block, transaction, step, (from, to), number, cause)| {
            let position = Position { block, transaction, step };
            let key = (chain, position, from, to, number, cause);
            let hash = (transaction != Position::AFTER_TRANSACTIONS)
                .then(|| fate((chain, block, transaction)));
            Transfer {
                position,
                asset: asset(chain, number),
                from,
                to,
                amount: amount_of(key),
                cause: Cause::ALL[cause],
                transaction: hash,
            }
        },
    )
}

fn unexplained(chain: ChainId, window: Window) -> impl Strategy<Value = Transfer> {
    let blocks = prop_oneof![Just(window.last()), window.first()..=window.last()];
    (0..ADDRESSES, 0_u8..3, any::<bool>(), 1_u128..9, blocks).prop_map(
        move |(number, kind, is_out, amount, block)| {
            let party = Some(address(number));
            let transaction = Position::AFTER_TRANSACTIONS;
            Transfer {
                position: Position { block, transaction, step: Step::Unexplained },
                asset: asset(chain, kind),
                from: party.filter(|_| is_out),
                to: party.filter(|_| !is_out),
                amount: Amount::from(amount),
                cause: Cause::Unexplained,
                transaction: None,
            }
        },
    )
}

fn coverage(chain: ChainId, window: Window) -> impl Strategy<Value = Coverage> {
    let ends = (window.first()..=window.last(), window.first()..=window.last());
    let class = prop_oneof![
        Just(AssetClass::Native),
        Just(AssetClass::Tokens),
        (0..ADDRESSES).prop_map(|number| AssetClass::Token(address(number))),
    ];
    (ends, 0..ADDRESSES, class, 0..How::ALL.len(), 0..Proof::ALL.len()).prop_map(
        move |((a, b), number, class, how, proof)| Coverage {
            chain,
            address: address(number),
            class,
            window: Window::new(a.min(b), a.max(b)).unwrap(),
            how: How::ALL[how],
            proof: Proof::ALL[proof],
        },
    )
}

fn balance(chain: ChainId, window: Window) -> impl Strategy<Value = Balance> {
    let block = prop_oneof![Just(window.first().saturating_sub(1)), Just(window.last())];
    (0..ADDRESSES, 0_u8..3, block).prop_map(move |(number, kind, block)| Balance {
        address: address(number),
        asset: asset(chain, kind),
        block,
        amount: amount_of((chain, number, kind, block)),
    })
}

fn account(chain: ChainId) -> impl Strategy<Value = AccountFact> {
    let kind = prop_oneof![
        Just(AccountKind::Wallet),
        Just(AccountKind::Contract),
        (0..ADDRESSES).prop_map(|n| AccountKind::DelegatedWallet { delegate: address(n) }),
    ];
    (0..ADDRESSES, kind, 0_u64..9).prop_map(move |(number, kind, block)| AccountFact {
        chain,
        address: address(number),
        kind,
        block,
    })
}

fn crowd(chain: ChainId, window: Window) -> impl Strategy<Value = Crowd> {
    let size = prop_oneof![
        (1_u32..5).prop_map(CrowdSize::Counterparties),
        (1_u64..5).prop_map(CrowdSize::Signed),
    ];
    (0..ADDRESSES, size, window.first()..=window.last()).prop_map(move |(number, size, last)| {
        Crowd {
            chain,
            address: address(number),
            window: Window::new(window.first(), last).unwrap(),
            size,
        }
    })
}

fn claim(chain: ChainId) -> impl Strategy<Value = TokenClaim> {
    let symbol = prop::option::of(prop_oneof![
        Just("USDC".to_owned()),
        Just("'; DROP TABLE transfer; --".to_owned()),
        "\\PC{0,8}",
    ]);
    (1_u8..3, symbol, prop::option::of(0_u8..=77)).prop_map(move |(number, symbol, decimals)| {
        TokenClaim { asset: asset(chain, number), symbol, decimals }
    })
}

pub(crate) fn window() -> impl Strategy<Value = FetchedWindow> {
    let place = (0_usize..2, 0_u64..30, 0_u64..10).prop_map(|(chain, first, more)| {
        (CHAINS[chain], Window::new(first, first + more).unwrap())
    });
    place.prop_flat_map(|(chain, window)| {
        let blocks = vec(window.first()..=window.last(), 0..4);
        let facts = (vec(account(chain), 0..4), vec(claim(chain), 0..3));
        let parts = (
            vec(0..ADDRESSES, 0..4),
            vec(transfer(chain, window), 0..8),
            vec(unexplained(chain, window), 0..2),
            vec(coverage(chain, window), 0..5),
            vec(balance(chain, window), 0..5),
            vec(crowd(chain, window), 0..3),
        );
        (parts, blocks, facts).prop_map(
            move |(
                (who, transfers, left, coverage, balances, crowds),
                numbers,
                (accounts, claims),
            )| {
                let ends = [window.first(), window.last()];
                let numbers = sorted(numbers.into_iter().chain(ends).collect());
                FetchedWindow {
                    chain,
                    window,
                    addresses: sorted(who).into_iter().map(address).collect(),
                    transfers: sorted(transfers.into_iter().chain(left).collect()),
                    coverage: sorted(coverage),
                    blocks: numbers.into_iter().map(|number| block(chain, number)).collect(),
                    accounts: sorted(accounts),
                    claims,
                    balances: sorted(balances),
                    crowds: sorted(crowds),
                }
            },
        )
    })
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Vec<T> {
    values.sort_unstable();
    values.dedup();
    values
}

/// A window with one of everything.
pub(crate) fn full_window() -> FetchedWindow {
    let chain = CHAINS[0];
    let window = Window::new(10, 12).unwrap();
    let position = Position { block: 11, transaction: 3, step: Step::Log(4) };
    let (from, to) = (Some(address(0)), Some(address(1)));
    FetchedWindow {
        chain,
        window,
        addresses: vec![address(1)],
        transfers: vec![Transfer {
            position,
            asset: asset(chain, 1),
            from,
            to,
            amount: Amount::from(1_500_000),
            cause: Cause::Token,
            transaction: Some(H256::repeat_byte(7)),
        }],
        coverage: vec![Coverage {
            chain,
            address: address(1),
            class: AssetClass::Tokens,
            window,
            how: How::Logs,
            proof: Proof::Reconciled,
        }],
        crowds: vec![],
        blocks: vec![block(chain, 10), block(chain, 11), block(chain, 12)],
        accounts: vec![AccountFact {
            chain,
            address: address(0),
            kind: AccountKind::DelegatedWallet { delegate: address(2) },
            block: 12,
        }],
        claims: vec![TokenClaim {
            asset: asset(chain, 1),
            symbol: Some("USDC".to_owned()),
            decimals: Some(6),
        }],
        balances: vec![
            Balance { address: address(1), asset: asset(chain, 1), block: 9, amount: Amount::ZERO },
            Balance {
                address: address(1),
                asset: asset(chain, 1),
                block: 12,
                amount: Amount::from(1_500_000),
            },
        ],
    }
}
