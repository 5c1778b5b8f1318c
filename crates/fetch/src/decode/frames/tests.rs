use std::collections::BTreeMap;

use fundtrail_model::{Address, H256};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Fault, Frames, from_calls, from_calls_within, from_flat, from_traced_block};
use crate::client::Meaning;
use crate::wire::{FlatTrace, TracedTransaction};

const HASH: H256 = H256([7; 32]);

fn address(n: u8) -> String {
    format!("{:?}", Address::repeat_byte(n))
}

fn raw(value: &Value) -> Box<RawValue> {
    RawValue::from_string(value.to_string()).unwrap()
}

/// `1>2:100` for each move, after `ok` or `failed`.
fn shown(frames: &Frames) -> String {
    let mut text = if frames.succeeded { "ok".to_owned() } else { "failed".to_owned() };
    for moved in &frames.moves {
        text += &format!(" {}>{}:{}", moved.from[0], moved.to[0], moved.amount);
    }
    text
}

/// A frame in both notations: kind, from, to, value, whether it failed, and what is below.
struct Frame(&'static str, u8, u8, u64, bool, Vec<Self>);

impl Frame {
    fn for_call_tracer(&self) -> Value {
        let Self(kind, from, to, value, failed, below) = self;
        let mut frame = json!({
            "type": kind, "from": address(*from), "to": address(*to), "value": format!("{value:#x}"),
            "gas": "0x1", "gasUsed": "0x1", "input": "0x",
        });
        if *failed {
            frame["error"] = json!("execution reverted");
        }
        if !below.is_empty() {
            frame["calls"] = below.iter().map(Self::for_call_tracer).collect();
        }
        frame
    }

    fn flat(&self, place: &[usize], traces: &mut Vec<Value>) {
        let Self(kind, from, to, value, failed, below) = self;
        let value = format!("{value:#x}");
        let (kind, action, result) = match *kind {
            "CREATE" | "CREATE2" => (
                "create",
                json!({"from": address(*from), "value": value, "init": "0x", "gas": "0x1"}),
                json!({"address": address(*to), "code": "0x", "gasUsed": "0x1"}),
            ),
            "SELFDESTRUCT" => (
                "suicide",
                json!({"address": address(*from), "refundAddress": address(*to), "balance": value}),
                Value::Null,
            ),
            call => (
                "call",
                json!({"callType": call.to_lowercase(), "from": address(*from), "to": address(*to), "value": value}),
                json!({"gasUsed": "0x1", "output": "0x"}),
            ),
        };
        let mut trace = json!({
            "type": kind, "action": action, "traceAddress": place, "subtraces": below.len(),
            "transactionHash": HASH, "transactionPosition": 0, "blockNumber": 1,
        });
        trace["result"] = if *failed { Value::Null } else { result };
        if *failed {
            trace["error"] = json!("Reverted");
        }
        traces.push(trace);
        for (below_idx, frame) in below.iter().enumerate() {
            frame.flat(&[place, &[below_idx]].concat(), traces);
        }
    }
}

#[test]
fn both_tracers_tell_the_same_moves_with_the_same_numbers() {
    let check = |top: &Frame, expected: &str| {
        let by_calls = from_calls(&raw(&top.for_call_tracer())).unwrap();
        assert_eq!(shown(&by_calls), expected);
        let mut traces = vec![];
        top.flat(&[], &mut traces);
        // The order of the list says nothing, the trace addresses do.
        traces.reverse();
        let traces: Vec<FlatTrace> = serde_json::from_value(json!(traces)).unwrap();
        assert_eq!(from_flat(&traces), Ok(BTreeMap::from([(HASH, by_calls)])));
    };
    let call = |from, to, value, below| Frame("CALL", from, to, value, false, below);
    let leaf = |kind, from, to, value| Frame(kind, from, to, value, false, vec![]);
    check(&call(1, 2, 9, vec![]), "ok");
    check(
        &call(1, 2, 9, vec![call(2, 3, 5, vec![call(3, 4, 4, vec![])]), call(2, 5, 1, vec![])]),
        "ok 2>3:5 3>4:4 2>5:1",
    );
    // Ten children: trace addresses are numbers, not text.
    let many = (0..11).map(|n| leaf("CALL", 2, 10 + n, 1)).collect();
    check(
        &call(1, 2, 0, many),
        "ok 2>10:1 2>11:1 2>12:1 2>13:1 2>14:1 2>15:1 2>16:1 2>17:1 2>18:1 2>19:1 2>20:1",
    );
    // A reverted frame takes everything below it along, and nothing beside it.
    let reverted = Frame("CALL", 2, 3, 5, true, vec![leaf("CALL", 3, 4, 5)]);
    check(&call(1, 2, 0, vec![reverted, leaf("CALL", 2, 6, 1)]), "ok 2>6:1");
    let failed = Frame("CALL", 1, 2, 9, true, vec![leaf("CALL", 2, 3, 5)]);
    check(&failed, "failed");
    // Values that stay where they are; what runs below them counts.
    let borrowed = |kind| Frame(kind, 2, 3, 5, false, vec![leaf("CALL", 2, 4, 3)]);
    for kind in ["DELEGATECALL", "CALLCODE"] {
        check(&call(1, 2, 5, vec![borrowed(kind)]), "ok 2>4:3");
    }
    check(&call(1, 2, 0, vec![leaf("STATICCALL", 2, 3, 0), leaf("CALL", 2, 3, 0)]), "ok");
    check(
        &call(
            1,
            2,
            9,
            vec![leaf("CREATE", 2, 3, 4), leaf("CREATE2", 2, 4, 2), leaf("SELFDESTRUCT", 3, 5, 4)],
        ),
        "ok 2>3:4 2>4:2 3>5:4",
    );
    check(&Frame("CREATE", 1, 2, 9, false, vec![leaf("CALL", 2, 3, 1)]), "ok 2>3:1");
}

#[test]
fn frames_deeper_than_a_json_reader_recurses_are_read() {
    let mut frame = Frame("CALL", 9, 10, 3, false, vec![]);
    for _ in 0..400 {
        frame = Frame("CALL", 1, 2, 0, false, vec![frame]);
    }
    // serde_json's own writer is not limited, so the text can be made here.
    assert_eq!(shown(&from_calls(&raw(&frame.for_call_tracer())).unwrap()), "ok 9>10:3");
}

/// A stranger chooses how large and how deep frames are, and every level is read again.
#[test]
fn frames_take_no_more_than_so_much_reading() {
    let mut frame = Frame("CALL", 9, 10, 3, false, vec![]);
    for _ in 0..400 {
        frame = Frame("CALL", 1, 2, 0, false, vec![frame]);
    }
    let text = raw(&frame.for_call_tracer());
    let length = text.get().len();
    assert_eq!(shown(&from_calls_within(&text, 400 * length).unwrap()), "ok 9>10:3");
    let Err(Fault::Invalid(reason)) = from_calls_within(&text, 20 * length) else { panic!("read") };
    assert!(reason.contains("so deep in each other"), "{reason}");
}

#[test]
fn a_tracer_that_fails_inside_its_answer_is_heard() {
    let refused = |fault: Fault, message: &str, meaning: Meaning| match fault {
        Fault::Refused(refusal) => {
            assert_eq!((refusal.message.as_str(), refusal.meaning()), (message, meaning));
        }
        Fault::Invalid(reason) => panic!("{reason}"),
    };
    let traces = json!([{"error": {"code": -32000, "message": "historical state unavailable"}}]);
    let traces: Vec<FlatTrace> = serde_json::from_value(traces).unwrap();
    refused(from_flat(&traces).unwrap_err(), "historical state unavailable", Meaning::Missing);
    let traced = json!([{"txHash": HASH, "error": "execution timeout"}]);
    let traced: Vec<TracedTransaction> = serde_json::from_value(traced).unwrap();
    refused(
        from_traced_block(&traced, &[HASH]).unwrap_err(),
        "execution timeout",
        Meaning::TooMuch,
    );
}

#[test]
fn blocks_name_their_transactions_or_have_as_many() {
    let frame = Frame("CALL", 1, 2, 9, false, vec![]).for_call_tracer();
    let read = |traced: Value, hashes: &[H256]| {
        let traced: Vec<TracedTransaction> = serde_json::from_value(traced).unwrap();
        from_traced_block(&traced, hashes).map(|frames| frames.into_keys().collect::<Vec<_>>())
    };
    let other = H256([8; 32]);
    assert_eq!(read(json!([{"result": frame}]), &[HASH]), Ok(vec![HASH]));
    assert_eq!(read(json!([{"txHash": other, "result": frame}]), &[HASH, other]), Ok(vec![other]));
    assert!(matches!(read(json!([{"result": frame}]), &[HASH, other]), Err(Fault::Invalid(_))));
    assert!(matches!(read(json!([{"txHash": HASH}]), &[HASH]), Err(Fault::Invalid(_))));
    let twice = json!([{"txHash": HASH, "result": frame}, {"txHash": HASH, "result": frame}]);
    assert!(matches!(read(twice, &[HASH]), Err(Fault::Invalid(_))));
}

#[test]
fn traces_that_make_no_sense_are_refused() {
    let check = |traces: Value, reason: &str| {
        let traces: Vec<FlatTrace> = serde_json::from_value(traces).unwrap();
        match from_flat(&traces) {
            Err(Fault::Invalid(found)) => assert!(found.contains(reason), "{found}"),
            other => panic!("{other:?}"),
        }
    };
    let trace = |kind: &str, place: &[u32], action: Value| json!({"type": kind, "traceAddress": place, "transactionHash": HASH, "action": action});
    let top = trace("call", &[], json!({}));
    check(json!([trace("call", &[0], json!({}))]), "no top frame");
    check(json!([top, top]), "the same trace address");
    check(
        json!([{"type": "call", "action": {}, "traceAddress": []}]),
        "without a transaction hash",
    );
    check(
        json!([{"type": "call", "action": {}, "transactionHash": HASH}]),
        "without a trace address",
    );
    let nobody = trace("call", &[0], json!({"callType": "call", "value": "0x1"}));
    check(json!([top, nobody]), "without saying between whom");
    let unknown = trace("call", &[0], json!({"callType": "teleport", "value": "0x1"}));
    check(json!([top, unknown]), "unknown type");
    let reward = json!({"type": "reward", "action": {"value": "0x1"}, "traceAddress": []});
    let reward: Vec<FlatTrace> = serde_json::from_value(json!([reward])).unwrap();
    assert_eq!(from_flat(&reward), Ok(BTreeMap::new()));
}
