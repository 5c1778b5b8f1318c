//! From the text of one HTTP answer to the answers of its questions, matched by id.

mod plain;

use memchr::memmem;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// How long an error may be that ends a streamed list.
const MOST_ERROR_BYTES: usize = 64 * 1024;

/// What one HTTP answer says.
#[derive(Debug)]
pub(crate) enum Reply<'a> {
    /// One outcome per question, in the order of the questions.
    Outcomes(Vec<Outcome<'a>>),
    /// One `error` for a whole batch.
    RefusedBatch(&'a RawValue),
}

/// The `result` or the `error` of one question, as text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome<'a> {
    /// Where it is a long list, it need not be JSON throughout.
    Result(&'a str),
    Error(&'a RawValue),
}

/// Why an HTTP answer is not a JSON-RPC answer to these questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// It begins like a web page or like nothing known.
    NotJson { is_web_page: bool },
    /// It ends too early.
    CutOff(String),
    /// It is not shaped like JSON-RPC.
    Malformed(String),
    /// Ids are missing, double or foreign.
    WrongIds(String),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    // `null` is a result; only its absence is none.
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// Reads a member that is there, `null` included.
pub(crate) fn present<'de: 'a, 'a, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(from).map(Some)
}

impl<'a> Envelope<'a> {
    fn outcome(&self) -> Result<Outcome<'a>, Misfit> {
        match (self.error, self.result) {
            (Some(error), _) => Ok(Outcome::Error(error)),
            (None, Some(result)) => Ok(Outcome::Result(result.get())),
            (None, None) => Err(Misfit::Malformed("neither a result nor an error".to_owned())),
        }
    }
}

/// Reads the answer to questions with these ids, which are all different.
pub(crate) fn read<'a>(body: &'a str, ids: &[u64]) -> Result<Reply<'a>, Misfit> {
    let body = body.trim_start_matches('\u{feff}').trim();
    match plain::outcomes(body, ids) {
        Some(outcomes) => Ok(Reply::Outcomes(outcomes)),
        None => in_full(body, ids),
    }
}

/// [`read`], of any answer.
fn in_full<'a>(body: &'a str, ids: &[u64]) -> Result<Reply<'a>, Misfit> {
    let is_one = body.starts_with('{');
    let envelopes = match body.bytes().next() {
        Some(b'{') => vec![parse::<Envelope<'_>>(body)?],
        Some(b'[') => parse::<Vec<Envelope<'_>>>(body)?,
        first => return Err(Misfit::NotJson { is_web_page: first == Some(b'<') }),
    };
    if let [envelope] = envelopes.as_slice() {
        let is_for_all = envelope.id.is_none() || (is_one && ids.len() > 1);
        let error = envelope.error.filter(|_| is_for_all);
        match (error, ids) {
            // A server that did not even read the question cannot repeat its id.
            (Some(error), [_]) => return Ok(Reply::Outcomes(vec![Outcome::Error(error)])),
            (Some(error), _) => return Ok(Reply::RefusedBatch(error)),
            (None, _) => {}
        }
    }
    matched(&envelopes, ids).map(Reply::Outcomes)
}

/// The error that a node puts where the result should be: Erigon streams its answers and ends them with
/// an element that holds nothing but an `error`, and some servers answer with a plain text.
pub(crate) fn hidden_error(text: &str) -> Option<&RawValue> {
    if text.starts_with('"') {
        return serde_json::from_str(text).ok().filter(|_| !text.starts_with("\"0x"));
    }
    // A list that was streamed ends with it.
    let end = text.len().saturating_sub(MOST_ERROR_BYTES);
    let end = text.as_bytes().get(end..).unwrap_or_default();
    if !text.starts_with('[') || memmem::find(end, b"\"error\"").is_none() {
        return None;
    }
    let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    elements.into_iter().find_map(only_error)
}

/// The `error` of an object that has no other member.
fn only_error(element: &RawValue) -> Option<&RawValue> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct OnlyError<'a> {
        #[serde(borrow)]
        error: &'a RawValue,
    }
    serde_json::from_str::<OnlyError<'_>>(element.get()).ok().map(|found| found.error)
}

fn parse<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, Misfit> {
    serde_json::from_str(body).map_err(|error| {
        let reason = error.to_string();
        if error.is_eof() { Misfit::CutOff(reason) } else { Misfit::Malformed(reason) }
    })
}

fn matched<'a>(envelopes: &[Envelope<'a>], ids: &[u64]) -> Result<Vec<Outcome<'a>>, Misfit> {
    let mut outcomes: Vec<Option<Outcome<'a>>> = vec![None; ids.len()];
    for envelope in envelopes {
        let text = envelope.id.map_or("null", RawValue::get);
        let place = text.parse().ok().and_then(|id: u64| ids.iter().position(|asked| *asked == id));
        let Some(slot) = place.and_then(|place| outcomes.get_mut(place)) else {
            let shown: String = text.chars().take(40).collect();
            return Err(Misfit::WrongIds(format!("an answer has the id {shown}, never asked")));
        };
        if slot.replace(envelope.outcome()?).is_some() {
            return Err(Misfit::WrongIds(format!("two answers have the id {text}")));
        }
    }
    let answered = outcomes.iter().flatten().count();
    let asked = ids.len();
    outcomes
        .into_iter()
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| Misfit::WrongIds(format!("{answered} of {asked} questions were answered")))
}

/// What is taken apart without reading all of it is what reading in full gives, where all of it is JSON.
///
/// # Panics
///
/// If it is not.
#[cfg(any(test, feature = "fuzz"))]
pub(super) fn check_both(body: &str, ids: &[u64]) {
    let Some(outcomes) = plain::outcomes(body, ids) else { return };
    let text = |outcome: &Outcome<'_>| match outcome {
        Outcome::Result(text) => Some((*text).to_owned()),
        Outcome::Error(_) => None,
    };
    let quick: Vec<Option<String>> = outcomes.iter().map(text).collect();
    let is_json = |text: &Option<String>| {
        text.as_deref().is_some_and(|text| serde_json::from_str::<&RawValue>(text).is_ok())
    };
    if !quick.iter().all(is_json) {
        return;
    }
    let full = match in_full(body, ids) {
        Ok(Reply::Outcomes(outcomes)) => outcomes.iter().map(text).collect(),
        _ => vec![],
    };
    assert!(quick == full, "an answer was taken apart in another way than it reads");
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::{Misfit, Outcome, Reply, hidden_error, read};

    fn shown(body: &str, ids: &[u64]) -> Result<String, Misfit> {
        read(body, ids).map(|reply| match reply {
            Reply::RefusedBatch(error) => format!("refused {error}"),
            Reply::Outcomes(outcomes) => outcomes
                .iter()
                .map(|outcome| match outcome {
                    Outcome::Result(text) => (*text).to_owned(),
                    Outcome::Error(raw) => format!("!{raw}"),
                })
                .collect::<Vec<_>>()
                .join(" "),
        })
    }

    #[test]
    fn answers_are_matched_by_id_in_any_order() {
        let check = |body: &str, ids: &[u64], expected: &str| {
            assert_eq!(shown(body, ids).as_deref(), Ok(expected), "{body}");
        };
        check(r#"{"id":7,"result":null}"#, &[7], "null");
        check(r#"{"jsonrpc":"2.0","id":7,"result":[ 1 ],"error":null}"#, &[7], "[ 1 ]");
        check(r#"[{"id":8,"result":2},{"id":7,"error":{}}]"#, &[7, 8], "!{} 2");
        check(r#"[{"id":7,"result":1}]"#, &[7], "1");
        check(r#"{"id":null,"error":"no"}"#, &[7], r#"!"no""#);
        check(r#"{"id":null,"error":"no batches"}"#, &[7, 8], r#"refused "no batches""#);
        check(r#"[{"error":"no batches"}]"#, &[7, 8], r#"refused "no batches""#);
        check(r#"{"id":7,"error":"no batches"}"#, &[7, 8], r#"refused "no batches""#);
    }

    #[test]
    fn errors_may_hide_in_results() {
        let check = |result: &str, expected: Option<&str>| {
            assert_eq!(hidden_error(result).map(RawValue::get), expected, "{result}");
        };
        check(
            r#"[{"action":{}},{"error":{"code":-32000,"message":"timeout"}}]"#,
            Some(r#"{"code":-32000,"message":"timeout"}"#),
        );
        check(r#"[{"error":"Resource not found"}]"#, Some(r#""Resource not found""#));
        check(r#""execution timeout""#, Some(r#""execution timeout""#));
        // A frame that failed is a fact, not a failed question.
        check(r#"[{"action":{},"error":"Reverted"}]"#, None);
        check(r#"[{"txHash":"0x1","error":"gone"}]"#, None);
        check(r#""0x10""#, None);
        check(r#"{"error":"x"}"#, None);
        check("[]", None);
        check("null", None);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let check = |body: &str, ids: &[u64], misfit: Misfit| {
            assert_eq!(shown(body, ids), Err(misfit), "{body}");
        };
        let wrong = |text: &str| Misfit::WrongIds(text.to_owned());
        check("", &[7], Misfit::NotJson { is_web_page: false });
        check(" <!doctype html>", &[7], Misfit::NotJson { is_web_page: true });
        check(r#"{"id":7}"#, &[7], Misfit::Malformed("neither a result nor an error".into()));
        check(r#"{"id":9,"result":1}"#, &[7], wrong("an answer has the id 9, never asked"));
        check(r#"{"result":1}"#, &[7], wrong("an answer has the id null, never asked"));
        check(r#"{"id":"7","result":1}"#, &[7], wrong("an answer has the id \"7\", never asked"));
        check(r#"[{"id":7,"result":1}]"#, &[7, 8], wrong("1 of 2 questions were answered"));
        check("[]", &[7, 8], wrong("0 of 2 questions were answered"));
        let double = r#"[{"id":7,"result":1},{"id":7,"result":2}]"#;
        check(double, &[7, 8], wrong("two answers have the id 7"));
        assert!(matches!(shown(r#"{"id":7,"res"#, &[7]), Err(Misfit::CutOff(_))));
        assert!(matches!(shown(r#"{"id":7,,}"#, &[7]), Err(Misfit::Malformed(_))));
    }
}
