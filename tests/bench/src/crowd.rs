//! A large chain on a real node: a theft among hundreds of thousands of strangers' transfers.
//!
//! Everything is worked out beforehand, without dice, and sent as rows to one token contract that moves for
//! everyone, so that half a million transfers are mined in seconds. Eight hubs (think of exchanges) pay out to
//! wallets and take deposits; wallets also pay a few neighbours, and a few popular ones. The stolen amount goes
//! from a victim to the thief, from him to eight others, from each of these to eight more, who all deposit at
//! hubs. So a trace has 73 wallets to look at, and hubs where it ends.

use ethers_core::abi::Token;
use fundtrail_model::{Address, Amount, U256};
use fundtrail_testkit::anvil::{Anvil, AnvilOptions};
use fundtrail_testkit::contracts::{Contracts, compile};
use fundtrail_testkit::place;
use serde_json::{Value, json};

use crate::dice::mix;

const HUBS: u32 = 8;
/// To whom the thief and each of his helpers passes value on.
const BREADTH: u32 = 8;
const STOLEN: u64 = 1_000_000_000_000;
/// What the hubs are given at the start, each.
const MINTED: u64 = 1 << 60;
/// Logs in one transaction.
const PER_TRANSACTION: usize = 500;
const GAS: u64 = 60_000_000;
const OPERATOR: Address = Address::repeat_byte(0x0e);

/// How large a crowd is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CrowdOptions {
    /// Transfers of the token, all counted.
    pub(crate) transfers: u64,
    /// Blocks that hold them; the node keeps the state of each.
    pub(crate) blocks: u64,
    /// Wallets that pay each other.
    pub(crate) wallets: u32,
}

impl CrowdOptions {
    /// Half a million transfers in 500 blocks.
    pub(crate) const HALF_A_MILLION: Self =
        Self { transfers: 500_000, blocks: 500, wallets: 10_000 };
}

/// The played chain; its node runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Crowd {
    pub(crate) node: Anvil,
    /// The theft, as the command line takes it.
    pub(crate) seed: String,
}

/// From whom, to whom, how much: numbers of wallets.
type Row = (u32, u32, u64);

impl Crowd {
    /// Starts a node and plays.
    pub(crate) fn play(options: CrowdOptions) -> Self {
        let contracts = Contracts::parse(&compile(&place::root().join("tests/bench/contracts")));
        let mut anvil = AnvilOptions::new(1, 1_700_000_000);
        anvil.gas_limit = Some(3_000_000_000);
        anvil.kept_states = u32::try_from(options.blocks + 10).expect("a small number");
        anvil.genesis.fund(OPERATOR, Amount::from_base_units(U256::exp10(30)));
        let token = Address::repeat_byte(0x70);
        anvil.genesis.place(token, contracts.runtime("Crowd"), &[]);
        let node = Anvil::start(&anvil);
        let _ = node.rpc().expect("anvil_setBlockTimestampInterval", &json!([12]));
        let rows = rows(options);
        let per_block = usize::try_from(options.transfers.div_ceil(options.blocks)).expect("fits");
        let mut nonce = 0_u64;
        let mut theft = None;
        for block in rows.chunks(per_block) {
            let mut logs = 0;
            // The theft is a transaction of its own.
            let theft_row = theft_row(options);
            let parts = block.chunk_by(|row, next| ![row, next].contains(&&theft_row));
            for rows in parts.flat_map(|part| part.chunks(PER_TRANSACTION)) {
                let data: Vec<u8> = rows.iter().flat_map(bytes).collect();
                let call = contracts.call("Crowd", "move", &[Token::Bytes(data)]);
                let data = format!("0x{}", ethers_core::utils::hex::encode(call));
                let hash = node.rpc().expect(
                    "eth_sendTransaction",
                    &json!([{
                        "from": OPERATOR, "to": token, "nonce": format!("{nonce:#x}"), "data": data,
                        "gas": format!("{GAS:#x}"), "gasPrice": format!("{:#x}", 10_u64.pow(12)),
                    }]),
                );
                nonce += 1;
                if let ([row], Value::String(hash)) = (rows, hash)
                    && *row == theft_row
                {
                    theft = Some(format!("ethereum:{hash}:log{logs}"));
                }
                logs += rows.len();
            }
            let _ = node.rpc().expect("evm_mine", &json!([]));
        }
        // The node takes the block two below its head for final.
        let _ = node.rpc().expect("anvil_mine", &json!(["0x3"]));
        let sent = node.rpc().expect("eth_getTransactionCount", &json!([OPERATOR, "latest"]));
        assert_eq!(sent, json!(format!("{nonce:#x}")), "not everything was mined");
        Self { node, seed: theft.expect("the theft is among the rows") }
    }
}

fn bytes((from, to, amount): &Row) -> impl Iterator<Item = u8> + use<> {
    let row = (u128::from(*from) << 96) | (u128::from(*to) << 64) | u128::from(*amount);
    row.to_be_bytes().into_iter()
}

/// The victim is the wallet after the crowd, the thief the one after him.
const fn victim(options: CrowdOptions) -> u32 {
    HUBS + options.wallets + 1
}

const fn theft_row(options: CrowdOptions) -> Row {
    (victim(options), victim(options) + 1, STOLEN)
}

/// What the stolen amount does after the theft, in order.
fn flight(options: CrowdOptions) -> Vec<Row> {
    let thief = victim(options) + 1;
    let share = |amount: u64, of: u32| {
        let equal = amount / u64::from(BREADTH);
        if of + 1 == BREADTH { amount - equal * u64::from(BREADTH - 1) } else { equal }
    };
    let mut rows = vec![];
    for first in 0..BREADTH {
        let amount = share(STOLEN, first);
        rows.push((thief, thief + 1 + first, amount));
    }
    for first in 0..BREADTH {
        for second in 0..BREADTH {
            let amount = share(share(STOLEN, first), second);
            rows.push((thief + 1 + first, second_helper(thief, first, second), amount));
        }
    }
    for first in 0..BREADTH {
        for second in 0..BREADTH {
            let amount = share(share(STOLEN, first), second);
            rows.push((second_helper(thief, first, second), 1 + second % HUBS, amount));
        }
    }
    rows
}

const fn second_helper(thief: u32, first: u32, second: u32) -> u32 {
    thief + 1 + BREADTH + first * BREADTH + second
}

/// All transfers in order.
fn rows(options: CrowdOptions) -> Vec<Row> {
    let total = usize::try_from(options.transfers).expect("fits");
    let mut rows: Vec<Row> = (1..=HUBS).map(|hub| (0, hub, MINTED)).collect();
    rows.push((0, victim(options), STOLEN));
    // The theft comes after a tenth, and the flight is spread over the six tenths after it.
    let theft = total / 10;
    let mut flight = flight(options).into_iter();
    let gap = (total * 6 / 10 / flight.len()).max(1);
    let mut held = vec![0_u64; usize::try_from(options.wallets).expect("fits") + 1];
    let mut dice = 0_u64;
    while rows.len() < total {
        let number = rows.len();
        let own = match number.checked_sub(theft) {
            Some(0) => Some(theft_row(options)),
            Some(since) if since % gap == 0 => flight.next(),
            _ => None,
        };
        rows.push(own.unwrap_or_else(|| strangers(options, &mut held, &mut dice)));
    }
    assert_eq!(flight.len(), 0, "the crowd is too small for the theft");
    rows
}

/// A transfer of people who have nothing to do with it.
fn strangers(options: CrowdOptions, held: &mut [u64], dice: &mut u64) -> Row {
    let mut throw = |sides: u32| {
        *dice = mix(*dice);
        u32::try_from(*dice % u64::from(sides)).expect("smaller than its divisor")
    };
    let wallets = options.wallets;
    let hub = 1 + throw(HUBS);
    // Few wallets pay often, most rarely.
    let range = if throw(4) == 0 { wallets } else { wallets / 10 };
    let payer = throw(range) + 1;
    let amount = u64::from(throw(1_000_000_000)) + 1;
    let kind = throw(100);
    let index = |wallet: u32| usize::try_from(wallet).expect("fits");
    let has = held[index(payer)];
    if kind < 35 || has < 2 {
        held[index(payer)] += amount;
        return (hub, HUBS + payer, amount);
    }
    let amount = amount.min(has / 2);
    held[index(payer)] -= amount;
    if kind < 65 {
        return (HUBS + payer, hub, amount);
    }
    // A neighbour, or one of a hundred popular ones.
    let payee = if kind < 90 { (payer + throw(20)) % wallets + 1 } else { throw(100) + 1 };
    held[index(payee)] += amount;
    (HUBS + payer, HUBS + payee, amount)
}

#[cfg(test)]
mod tests {
    use super::{CrowdOptions, flight, rows, theft_row, victim};

    #[test]
    fn nobody_pays_what_he_does_not_have() {
        let options = CrowdOptions { transfers: 20_000, blocks: 20, wallets: 500 };
        let rows = rows(options);
        assert_eq!(rows.len(), 20_000);
        let mut held = std::collections::BTreeMap::new();
        for (from, to, amount) in &rows {
            if *from != 0 {
                let has: &mut u64 = held.entry(*from).or_default();
                *has = has.checked_sub(*amount).unwrap_or_else(|| panic!("{from} has {has}"));
            }
            *held.entry(*to).or_default() += amount;
        }
        let thief = victim(options) + 1;
        let kept: Vec<_> = held.range(thief..).filter(|(_, held)| **held > 0).collect();
        assert_eq!(kept, [], "everything that was stolen went on to the hubs");
        assert_eq!(rows.iter().filter(|row| **row == theft_row(options)).count(), 1);
        assert_eq!(flight(options).len(), 8 + 64 + 64);
    }
}
