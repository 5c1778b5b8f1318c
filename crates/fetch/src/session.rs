//! Recordings: every question that was asked and what the node said, word for word.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Write};

use flate2::{Compression, GzBuilder, read::GzDecoder};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Error;
use crate::client::{Answer, Call, Refusal, Text, present};

/// How large a recording may be after decompression.
const MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// What was asked of a node and what it answered, in canonical order: the same questions and answers are
/// the same bytes, whatever the order in which they came.
///
/// A recording holds what the node said, so it can be checked against any other node. It does not name
/// the node: refusals are freed of what may be a key, and results are kept word for word.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Session {
    answers: BTreeMap<(String, String), Answer>,
}

/// One line of a recording.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    method: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    params: &'a RawValue,
    #[serde(
        borrow,
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    result: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<ErrorLine>,
}

#[derive(Serialize, Deserialize)]
struct ErrorLine {
    code: i64,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
}

impl Session {
    /// Reads what [`Session::write`] wrote: gzip of JSON lines
    /// `{"method", "params", "result" | "error"}`.
    ///
    /// # Errors
    ///
    /// [`Error::BadSession`] with the line, if it is not that, asks the same twice, or is larger than
    /// 2 GiB after decompression.
    pub fn read(gz: &[u8]) -> Result<Self, Error> {
        let bad = |reason: String| Error::BadSession { reason };
        let mut text = String::new();
        let mut lines = GzDecoder::new(gz).take(MAX_BYTES.saturating_add(1));
        lines.read_to_string(&mut text).map_err(|error| bad(error.to_string()))?;
        if u64::try_from(text.len()).is_ok_and(|length| length > MAX_BYTES) {
            return Err(bad(format!("it is larger than {MAX_BYTES} bytes")));
        }
        Self::from_lines(&text)
    }

    pub(crate) fn from_lines(text: &str) -> Result<Self, Error> {
        let mut answers = BTreeMap::new();
        for (line_idx, line) in text.lines().enumerate() {
            let bad = |reason: String| Error::BadSession {
                reason: format!("line {}: {reason}", line_idx.saturating_add(1)),
            };
            let line: Line<'_> =
                serde_json::from_str(line).map_err(|error| bad(error.to_string()))?;
            let answer = match (line.result, line.error) {
                (Some(result), None) => Ok(Text::from(compact(result.get()))),
                (None, Some(ErrorLine { code, message, data })) => {
                    Err(Refusal { data, ..Refusal::new(code, &message) })
                }
                _ => return Err(bad("it needs either a result or an error".to_owned())),
            };
            let question = (line.method.into_owned(), compact(line.params.get()));
            if answers.insert(question, answer).is_some() {
                return Err(bad("the same question stands twice".to_owned()));
            }
        }
        Ok(Self { answers })
    }

    /// The recording as gzip of JSON lines. The bytes depend on nothing but the questions and answers.
    ///
    /// # Errors
    ///
    /// [`Error::BadSession`] if an answer is no JSON, which no session read or recorded here holds.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        let bad = |error: &dyn fmt::Display| Error::BadSession { reason: error.to_string() };
        // Neither the time nor the operating system goes into the header.
        let mut gz =
            GzBuilder::new().mtime(0).operating_system(255).write(vec![], Compression::best());
        for ((method, params), answer) in &self.answers {
            let params = serde_json::from_str(params).map_err(|error| bad(&error))?;
            let result = answer.as_deref().ok().map(serde_json::from_str).transpose();
            let result = result.map_err(|error| bad(&error))?;
            let error = answer.as_ref().err().map(|refusal| ErrorLine {
                code: refusal.code,
                message: refusal.message.clone(),
                data: refusal.data.clone(),
            });
            let line = Line { method: method.as_str().into(), params, result, error };
            serde_json::to_writer(&mut gz, &line).map_err(|error| bad(&error))?;
            gz.write_all(b"\n").map_err(|error| bad(&error))?;
        }
        gz.finish().map_err(|error| bad(&error))
    }

    /// How many questions it answers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Whether it answers nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    pub(crate) fn answer(&self, call: &Call) -> Option<Answer> {
        self.answers.get(&(call.method.to_owned(), call.params.clone())).cloned()
    }

    /// Adds what another one holds. What was answered before keeps its answer.
    pub(crate) fn extend(&mut self, other: Self) {
        for (question, answer) in other.answers {
            self.answers.entry(question).or_insert(answer);
        }
    }

    /// Remembers an answer, and returns the one to use: the first that came to this question.
    pub(crate) fn remember(&mut self, call: &Call, answer: Answer) -> Answer {
        let question = (call.method.to_owned(), call.params.clone());
        let answer = answer.map(|text| Text::from(compact(&text)));
        self.answers.entry(question).or_insert(answer).clone()
    }
}

/// Shows how much it holds: the answers may fill gigabytes.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({} answers)", self.answers.len())
    }
}

/// JSON text without the white space between its tokens; numbers and strings stay as they are written.
fn compact(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let (mut is_string, mut is_escaped) = (false, false);
    for c in json.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_string => is_escaped = true,
            '"' => is_string = !is_string,
            ' ' | '\n' | '\r' | '\t' if !is_string => continue,
            _ => {}
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use serde_json::json;

    use super::{Session, compact};
    use crate::client::{Answer, Call, Refusal, Text};

    fn recorded(answers: &[(&'static str, serde_json::Value, Answer)]) -> Session {
        let mut session = Session::default();
        for (method, params, answer) in answers {
            drop(session.remember(&Call::new(method, params), answer.clone()));
        }
        session
    }

    #[test]
    fn a_recording_is_the_same_bytes_in_any_order_and_reads_back() {
        let mut answers = [
            (
                "eth_b",
                json!([1, {"a": null}]),
                Ok(Text::from("{ \"x\" : \"a \\\" b\",\n\"n\": 1e400 }")),
            ),
            ("eth_a", json!([]), Ok(Text::from("null"))),
            (
                "eth_a",
                json!(["é"]),
                Err(Refusal { data: Some("why".into()), ..Refusal::new(-1, "no") }),
            ),
        ];
        let session = recorded(&answers);
        let bytes = session.write().unwrap();
        assert_eq!(bytes[4..10], [0, 0, 0, 0, 2, 255], "no time, no operating system");
        let read = Session::read(&bytes).unwrap();
        assert!(read == session);
        assert_eq!(read.write().unwrap(), bytes);
        answers.reverse();
        assert_eq!(recorded(&answers).write().unwrap(), bytes);
        let call = Call::new("eth_b", &json!([1, {"a": null}]));
        assert_eq!(read.answer(&call), Some(Ok(Text::from(r#"{"x":"a \" b","n":1e400}"#))));
        assert_eq!(read.answer(&Call::new("eth_b", &json!([2]))), None);
        assert_eq!(format!("{read:?} {}", read.len()), "Session(3 answers) 3");
    }

    #[test]
    fn a_second_answer_does_not_replace_the_first() {
        let mut session = recorded(&[("eth_blockNumber", json!([]), Ok(Text::from("1")))]);
        let call = Call::new("eth_blockNumber", &json!([]));
        assert_eq!(session.remember(&call, Ok(Text::from("2"))), Ok(Text::from("1")));
    }

    #[test]
    fn bad_recordings_say_where() {
        let check = |lines: &str, reason: &str| {
            let mut gz = GzEncoder::new(vec![], Compression::fast());
            gz.write_all(lines.as_bytes()).unwrap();
            let error = Session::read(&gz.finish().unwrap()).unwrap_err().to_string();
            assert_eq!(error, format!("this recording cannot be used: {reason}"));
        };
        let line = r#"{"method":"a","params":[],"result":1}"#;
        check(&format!("{line}\n{line}"), "line 2: the same question stands twice");
        check(r#"{"method":"a","params":[]}"#, "line 1: it needs either a result or an error");
        check(
            r#"{"method":"a","params":[],"result":1,"error":{"code":1,"message":""}}"#,
            "line 1: it needs either a result or an error",
        );
        check("{}", "line 1: missing field `method` at line 1 column 2");
        assert!(Session::read(b"plain text").is_err());
        assert!(Session::read(b"").is_err());
    }

    proptest! {
        #[test]
        fn compacting_keeps_the_meaning(text in ".*", number in any::<i64>()) {
            let value = json!({"k": [text, number, {"": [true, null]}]});
            let compacted = compact(&serde_json::to_string_pretty(&value).unwrap());
            prop_assert_eq!(&compacted, &value.to_string());
        }
    }
}
