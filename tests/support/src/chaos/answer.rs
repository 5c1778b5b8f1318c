//! From questions to the body of an answer.

use serde_json::{Value, json};

use super::limits::Spoken;
use super::question::{Asked, Question};

/// A whole request refused: one error, whatever was asked.
pub(super) fn refusal(asked: &Asked, spoken: &Spoken) -> Value {
    let id = match asked {
        Asked::One(question) => question.id.clone(),
        Asked::Batch(_) => Value::Null,
    };
    error(&id, &spoken.error())
}

pub(super) fn error(id: &Value, error: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": error})
}

/// The node's answers to these questions, in their order.
///
/// # Errors
///
/// With what the node said, if it did not answer all of them.
pub(super) fn in_order(questions: &[&Question], answer: &[u8]) -> Result<Vec<Value>, String> {
    let text = || String::from_utf8_lossy(answer).chars().take(200).collect::<String>();
    let answers = match serde_json::from_slice(answer) {
        Ok(Value::Array(answers)) => answers,
        Ok(one) => vec![one],
        Err(error) => return Err(format!("{error}: {}", text())),
    };
    questions
        .iter()
        .map(|question| {
            let found = answers.iter().find(|answer| answer["id"] == question.id);
            found.cloned().ok_or_else(|| format!("no answer to {}: {}", question.method, text()))
        })
        .collect()
}

/// Ids that were never asked.
pub(super) fn spoil_ids(answers: &mut [Value]) {
    for answer in answers {
        let other = answer["id"].as_u64().unwrap_or_default().saturating_add(1_000_000_007);
        answer["id"] = json!(other);
    }
}
