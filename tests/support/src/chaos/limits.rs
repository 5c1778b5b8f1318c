//! Whether a profile refuses a question, or its answer, and what it says.

use serde_json::{Value, json};

use super::profile::{Count, Profile, Refusal, Rule, Shape, When};
use super::question::{LogSearch, Question, quantity};

/// A refusal as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    pub(super) code: i64,
    pub(super) http: u16,
    pub(super) text: String,
    pub(super) data: Option<Value>,
}

/// The numbers in a refusal.
#[derive(Clone, Debug, Default)]
struct Numbers {
    limit: u64,
    from: u64,
    to: u64,
    fit: u64,
    head: u64,
    count: u64,
    method: String,
}

impl Spoken {
    /// The `error` member.
    pub(super) fn error(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.text});
        if let Some(data) = &self.data {
            error["data"] = data.clone();
        }
        error
    }
}

impl Profile {
    /// Why it refuses a batch as a whole.
    pub(super) fn refuses_batch(&self, size: usize) -> Option<Spoken> {
        let count = u64::try_from(size).unwrap_or(u64::MAX);
        let rule = self.rules.iter().find(|rule| rule.when == When::Batch && rule.limit < count)?;
        Some(speak(rule.refusal, &Numbers { limit: rule.limit, count, ..Numbers::default() }))
    }

    /// Why it refuses for having been asked too often.
    pub(super) fn refuses_rate(&self) -> Option<Spoken> {
        let rate = self.rate?;
        let limit = u64::try_from(rate.per_second).unwrap_or(u64::MAX);
        Some(speak(rate.refusal, &Numbers { limit, ..Numbers::default() }))
    }

    /// Why it refuses a question without looking for the answer.
    pub(super) fn refuses(&self, question: &Question, head: u64) -> Option<Spoken> {
        self.rules.iter().find_map(|rule| {
            let numbers = exceeds(rule, question, head)?;
            Some(self.say(rule, Numbers { method: question.method.clone(), ..numbers }))
        })
    }

    /// Why it refuses to give an answer that it has found.
    pub(super) fn refuses_answer(
        &self,
        question: &Question,
        result: &Value,
        head: u64,
    ) -> Option<Spoken> {
        let search = question.log_search(head)?;
        let logs = result.as_array()?;
        let count = u64::try_from(logs.len()).unwrap_or(u64::MAX);
        let rule = self.rules.iter().find(|rule| rule.when == When::Logs && rule.limit < count)?;
        let first_too_many = usize::try_from(rule.limit).ok().and_then(|limit| logs.get(limit));
        let block = first_too_many.and_then(|log| quantity(&log["blockNumber"]));
        let fit = block.unwrap_or(search.from).saturating_sub(1).max(search.from);
        Some(self.say(rule, Numbers { fit, count, ..numbers_of(rule, search, head) }))
    }

    /// What it makes of an answer that it does not refuse.
    pub(super) fn change(&self, question: &Question, result: &mut Value, head: u64) {
        if let (Some(kept), "eth_getLogs", Value::Array(logs)) =
            (self.silent_logs, question.method.as_str(), &mut *result)
        {
            let first = head.saturating_sub(kept);
            logs.retain(|log| quantity(&log["blockNumber"]).is_some_and(|block| first <= block));
        }
        if self.filters_traces_by_both_ends {
            keep_traces_with_both_ends(question, result);
        }
        // A node without old blocks has no old transactions either, and says nothing of why.
        let history = self.rules.iter().find(|rule| rule.when == When::History);
        let names_transaction =
            matches!(&*question.method, "eth_getTransactionByHash" | "eth_getTransactionReceipt");
        if let Some(rule) = history
            && names_transaction
            && quantity(&result["blockNumber"])
                .is_some_and(|block| block < head.saturating_sub(rule.limit))
        {
            *result = Value::Null;
        }
    }

    fn say(&self, rule: &Rule, mut numbers: Numbers) -> Spoken {
        if self.has_useless_hints {
            numbers.fit = numbers.to;
        }
        speak(rule.refusal, &numbers)
    }
}

/// By how much a question exceeds a rule, if it does.
fn exceeds(rule: &Rule, question: &Question, head: u64) -> Option<Numbers> {
    let too_long = |from: u64, to: u64, count: Count| {
        let extra = u64::from(count == Count::Number);
        rule.limit < to.saturating_sub(from).saturating_add(extra)
    };
    let search = question.log_search(head);
    match rule.when {
        When::Method(starts) => starts
            .iter()
            .any(|start| question.method.starts_with(start))
            .then(|| Numbers { limit: rule.limit, head, ..Numbers::default() }),
        When::Finalized => (question.params.get(0)?.as_str()? == "finalized").then(|| Numbers {
            limit: rule.limit,
            head,
            ..Numbers::default()
        }),
        When::State => (question.state_block(head)? < head.saturating_sub(rule.limit))
            .then(|| Numbers { limit: rule.limit, head, ..Numbers::default() }),
        When::History => (question.history_block(head)? < head.saturating_sub(rule.limit))
            .then(|| Numbers { limit: rule.limit, head, ..Numbers::default() }),
        When::TracedBlocks(count) => {
            let (from, to) = question.traced_range(head)?;
            let numbers = Numbers { limit: rule.limit, from, to, head, ..Numbers::default() };
            too_long(from, to, count).then_some(numbers)
        }
        When::Batch | When::Logs => None,
        When::Blocks(shape, count) => {
            let search = search?;
            let is_meant = match shape {
                Shape::Any => true,
                Shape::Addressed => 0 < search.addresses,
                Shape::TopicOnly => search.addresses == 0,
            };
            let extra = u64::from(count == Count::Difference);
            let fit = search.from.saturating_add(rule.limit + extra - 1);
            (is_meant && too_long(search.from, search.to, count))
                .then(|| Numbers { fit, ..numbers_of(rule, search, head) })
        }
        When::Addresses => {
            let search = search?;
            let numbers = Numbers { count: search.addresses, ..numbers_of(rule, search, head) };
            (rule.limit < search.addresses).then_some(numbers)
        }
        When::Parameters => {
            let search = search?;
            let numbers = Numbers { count: search.parameters, ..numbers_of(rule, search, head) };
            (rule.limit < search.parameters).then_some(numbers)
        }
        When::NoAddress => {
            let search = search?;
            (search.addresses == 0).then(|| numbers_of(rule, search, head))
        }
        When::BeyondHead => {
            let search = search?;
            (head < search.to).then(|| numbers_of(rule, search, head))
        }
    }
}

fn numbers_of(rule: &Rule, search: LogSearch, head: u64) -> Numbers {
    let (from, to) = (search.from, search.to);
    Numbers { limit: rule.limit, from, to, fit: to, head, ..Numbers::default() }
}

fn speak(refusal: Refusal, numbers: &Numbers) -> Spoken {
    let Numbers { limit, from, to, fit, head, count, method } = numbers;
    let range = to.saturating_sub(*from);
    let in_thousands = match limit / 1000 {
        thousands if 0 < thousands && limit.is_multiple_of(1000) => format!("{thousands}k"),
        _ => limit.to_string(),
    };
    let fill = |template: &str| {
        let values = [
            ("{limit}", limit.to_string()),
            ("{limit_grouped}", grouped(*limit)),
            ("{limit_k}", in_thousands.clone()),
            ("{range}", range.to_string()),
            ("{from}", from.to_string()),
            ("{to}", to.to_string()),
            ("{fit}", fit.to_string()),
            ("{head}", head.to_string()),
            ("{count}", count.to_string()),
            ("{from_hex}", format!("{from:#x}")),
            ("{to_hex}", format!("{to:#x}")),
            ("{fit_hex}", format!("{fit:#x}")),
            ("{head_hex}", format!("{head:#x}")),
            ("{method}", method.clone()),
        ];
        values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    };
    let data = refusal.data.map(|data| {
        serde_json::from_str(&fill(data)).unwrap_or_else(|error| panic!("{data}: {error}"))
    });
    Spoken { code: refusal.code, http: refusal.http, text: fill(refusal.text), data }
}

/// `10000` as `10,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn keep_traces_with_both_ends(question: &Question, result: &mut Value) {
    let Some(filter) = question.params.get(0).filter(|_| question.method == "trace_filter") else {
        return;
    };
    let names = |side: &str| -> Vec<String> {
        let list = filter.get(side).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_lowercase).collect()
    };
    let (senders, receivers) = (names("fromAddress"), names("toAddress"));
    let fits = |allowed: &[String], found: &Value| {
        allowed.is_empty()
            || found.as_str().is_some_and(|found| allowed.contains(&found.to_lowercase()))
    };
    if let Value::Array(traces) = result {
        traces.retain(|trace| {
            fits(&senders, &trace["action"]["from"]) && fits(&receivers, &trace["action"]["to"])
        });
    }
}

#[cfg(test)]
mod tests;
