use fundtrail_model::{Address, H256, hash_hex};
use serde_json::{Value, json};

use super::read;
use crate::edges::Edges;
use crate::play::Sent;
use crate::script::{Kind, Move, Sending};

const COIN: Address = Address::repeat_byte(0x70);
const THIEF: Address = Address::repeat_byte(1);
const MULE: Address = Address::repeat_byte(2);
const TERMINAL: Address = Address::repeat_byte(3);
const NOBODY: Address = Address::zero();

/// Three transactions: a payment, one that passes through the mule after something else, a burn.
fn sendings() -> Vec<Sending> {
    let flow = |from, to, amount: u128| Move { from, to, amount: amount.into(), kind: Kind::Flow };
    let other = flow(TERMINAL, THIEF, 1);
    let moves = [
        vec![flow(THIEF, MULE, 10)],
        vec![other, flow(THIEF, MULE, 7), flow(MULE, TERMINAL, 7)],
        vec![flow(MULE, NOBODY, 5)],
    ];
    moves.map(|moves| Sending { moves }).to_vec()
}

fn sent() -> Vec<Sent> {
    let one = |(byte, block, first_log)| Sent {
        hash: H256::repeat_byte(byte),
        at: (block, 0),
        first_log,
    };
    [(0xa1, 5, 0), (0xa2, 6, 40), (0xa3, 7, 0)].map(one).to_vec()
}

fn hop(byte: u8, from: Address, to: Option<Address>, stolen: &Value, evidence: &[&str]) -> Value {
    let to = to.map(|to| json!({"address": format!("{to:?}"), "name": null}));
    json!({
        "kind": "payment", "place": {"transaction": hash_hex(H256::repeat_byte(byte)), "chain": 1},
        "from": {"address": format!("{from:?}")}, "to": to, "stolen": stolen, "evidence": evidence,
    })
}

fn money(contract: Option<Address>, base_units: &str) -> Value {
    let contract = contract.map(|contract| format!("{contract:?}"));
    json!([{"contract": contract, "base_units": base_units}])
}

fn found(hops: &[Value], asset: Option<Address>) -> Result<Edges, String> {
    let (sendings, report) = (sendings(), json!({"schema": "fundtrail.report", "hops": hops}));
    let sendings: Vec<&Sending> = sendings.iter().collect();
    read(&report.to_string(), asset, &sendings, &sent()).map_err(|error| error.to_string())
}

#[test]
fn hops_are_flows() {
    let check = |hop: Value, asset, expected: &[(usize, Address, Address, u128)]| {
        let mut edges = Edges::default();
        for (number, from, to, amount) in expected {
            edges.add((*number, *from, *to), (*amount).into());
        }
        assert_eq!(found(&[hop], asset).unwrap(), edges);
    };
    let (token, seven) = (Some(COIN), money(Some(COIN), "7"));
    check(
        hop(0xa1, THIEF, Some(MULE), &money(Some(COIN), "10"), &["5/0/log0"]),
        token,
        &[(0, THIEF, MULE, 10)],
    );
    // What was collapsed is told by its logs, and what is not on the way is not.
    let logs = ["6/0/log40", "6/0/log41", "6/0/log42"];
    let way = [(1, THIEF, MULE, 7), (1, MULE, TERMINAL, 7)];
    check(hop(0xa2, THIEF, Some(TERMINAL), &seven, &logs), token, &way);
    // Where logs do not lead there, it is what it says, and not in the list.
    let direct = [(1, THIEF, TERMINAL, 7)];
    check(hop(0xa2, THIEF, Some(TERMINAL), &seven, &logs[..2]), token, &direct);
    check(hop(0xa2, THIEF, Some(TERMINAL), &seven, &["9/0/log41"]), token, &direct);
    // Burns, and fees, which have no receiver either.
    let burnt = [(2, MULE, NOBODY, 5)];
    check(hop(0xa3, MULE, None, &money(Some(COIN), "5"), &["7/0/log0"]), token, &burnt);
    check(hop(0xa3, MULE, None, &money(None, "5"), &["7/0/value"]), None, &burnt);
    check(hop(0xa3, MULE, None, &money(None, "5"), &["7/0/fee"]), None, &[]);
    // Of other assets nothing counts.
    let other = money(Some(Address::repeat_byte(0x71)), "10");
    check(hop(0xa1, THIEF, Some(MULE), &other, &["5/0/log0"]), token, &[]);
    check(hop(0xa1, THIEF, Some(MULE), &seven, &["5/0/log0"]), None, &[]);
}

#[test]
fn what_is_no_report_is_refused() {
    let check = |hop: Value, expected: &str| {
        let error = found(&[hop], Some(COIN)).unwrap_err();
        assert!(error.contains(expected), "{error}");
    };
    let ten = money(Some(COIN), "10");
    check(hop(0xff, THIEF, Some(MULE), &ten, &[]), "hop 0: ");
    check(hop(0xff, THIEF, Some(MULE), &ten, &[]), "nobody sent it");
    check(hop(0xa1, THIEF, Some(MULE), &money(Some(COIN), "1.5"), &[]), "hop 0: ");
    check(json!({"kind": "payment"}), "missing field");
    assert!(read("<html>", None, &[], &[]).is_err());
}
