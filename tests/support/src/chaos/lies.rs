//! Faults of content: answers that are well formed and not true.

use serde_json::{Value, json};

use super::dice;
use super::faults::{Fault, Faults, event};
use super::question::{Question, quantity};

/// One question of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) request: usize,
    pub(super) part: usize,
}

/// The question as a node that lags behind understands it: tags stand for other blocks.
pub(super) fn as_lagging(question: &Question, lagging_head: u64) -> Value {
    let mut whole = question.whole.clone();
    if let Some(at) = whole.pointer_mut("/params/0") {
        match at.as_str() {
            Some("latest") => *at = json!(format!("{lagging_head:#x}")),
            Some("finalized") => *at = json!(format!("{:#x}", lagging_head.saturating_sub(2))),
            _ => {}
        }
    }
    whole
}

/// The answer of a node that does not have the blocks after `lagging_head`; an error where it says so.
pub(super) fn lag(question: &Question, result: &mut Value, lagging_head: u64) -> Result<(), Value> {
    let is_beyond = |value: &Value| quantity(value).is_some_and(|block| lagging_head < block);
    match question.method.as_str() {
        "eth_blockNumber" => *result = json!(format!("{lagging_head:#x}")),
        "eth_getBlockByNumber" if is_beyond(&result["number"]) => *result = Value::Null,
        "eth_getTransactionReceipt" | "eth_getTransactionByHash"
            if is_beyond(&result["blockNumber"]) =>
        {
            *result = Value::Null;
        }
        "eth_getLogs" => {
            if let Value::Array(logs) = result {
                logs.retain(|log| !is_beyond(&log["blockNumber"]));
            }
        }
        _ if question
            .state_block(u64::MAX)
            .is_some_and(|block| block != u64::MAX && lagging_head < block) =>
        {
            return Err(json!({"code": -32000, "message": "header not found"}));
        }
        _ => {}
    }
    Ok(())
}

/// Applies what is not about a lagging head. Returns whether anything changed.
pub(super) fn tell(
    faults: &Faults,
    fault: Fault,
    place: Place,
    question: &Question,
    result: &mut Value,
) -> bool {
    match (fault, question.method.as_str()) {
        (Fault::NullBlocks, "eth_getBlockByNumber") => {
            let is_hit = faults.hits_part(fault, event(place.request, place.part), 500);
            if is_hit {
                *result = Value::Null;
            }
            is_hit
        }
        (Fault::ErrorInTraces, method) if method.starts_with("trace_") => match result {
            Value::Array(traces) => {
                traces.push(json!({"error": {"code": -32000, "message": "execution timeout"}}));
                true
            }
            _ => false,
        },
        (Fault::EmptyIndex, "trace_filter") => match result {
            Value::Array(traces) => {
                traces.clear();
                true
            }
            _ => false,
        },
        (Fault::DroppedLogs, "eth_getLogs") => {
            let Value::Array(logs) = result else { return false };
            let count = logs.len();
            let share = faults.share_of_logs(fault);
            logs.retain(|log| !faults.hits_part(fault, number_of(log), share));
            logs.len() != count
        }
        (Fault::AlteredAmounts, "eth_getLogs") => {
            let Value::Array(logs) = result else { return false };
            let share = faults.share_of_logs(fault);
            let mut is_altered = false;
            for log in logs {
                if faults.hits_part(fault, number_of(log), share) {
                    is_altered |= alter(&mut log["data"]);
                }
            }
            is_altered
        }
        _ => false,
    }
}

fn number_of(log: &Value) -> u64 {
    dice::number_of(&format!("{}{}", log["transactionHash"], log["logIndex"]))
}

/// Changes an amount by one base unit.
fn alter(data: &mut Value) -> bool {
    const WORD: usize = 2 + 64;
    let Some(text) = data.as_str().filter(|text| text.len() == WORD) else { return false };
    let (start, last) = text.split_at(WORD - 1);
    let Some(digit) = last.chars().next().and_then(|digit| digit.to_digit(16)) else {
        return false;
    };
    *data = json!(format!("{start}{:x}", digit ^ 1));
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::alter;

    #[test]
    fn an_amount_changes_by_one_unit() {
        let word = |end: &str| json!(format!("0x{end:0>64}"));
        for (before, after) in [("10", "11"), ("ff", "fe")] {
            let mut data = word(before);
            assert!(alter(&mut data));
            assert_eq!(data, word(after));
        }
        assert!(!alter(&mut json!("0x")));
    }
}
