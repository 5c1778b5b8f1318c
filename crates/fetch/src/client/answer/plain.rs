//! Large answers in the shape that most nodes give them, taken apart without reading all of them.

use memchr::memmem::FinderRev;
use serde_json::value::RawValue;

use super::Outcome;

/// Smaller answers are read in full: that takes no time.
const LARGE: usize = 64 * 1024;
const HEAD: &str = r#"{"jsonrpc":"2.0","id":"#;
const RESULT: &str = r#","result":"#;

/// One outcome per question, in the order of the questions; `None` if the answer is not large, not in this
/// shape, or holds anything but results, and must be read in full.
///
/// The answers are cut from the end, as many as were asked for, so that a large first one is not even looked
/// through. A large list is not read here: whoever reads it finds out whether it is JSON. If it is, so is the
/// whole answer, because all around it was read here, and JSON can be read in one way only.
pub(super) fn outcomes<'a>(body: &'a str, ids: &[u64]) -> Option<Vec<Outcome<'a>>> {
    if body.len() < LARGE {
        return None;
    }
    let parts = body.strip_prefix('[').map(|parts| parts.strip_suffix(']'));
    let head = FinderRev::new(HEAD);
    let mut outcomes = vec![None; ids.len()];
    let mut rest = parts.unwrap_or(Some(body));
    for left in (0..ids.len()).rev() {
        let open = rest?;
        let start = if left == 0 { 0 } else { head.rfind(open.as_bytes())? };
        let (before, part) = open.split_at_checked(start)?;
        let part = part.strip_prefix(HEAD)?;
        let (id, result) = part.strip_suffix('}')?.split_once(RESULT)?;
        let place = ids.iter().position(|asked| asked.to_string() == id)?;
        let is_list = result.starts_with('[') && result.ends_with(']');
        if result.len() < LARGE {
            serde_json::from_str::<&RawValue>(result).ok()?;
        } else if !is_list {
            return None;
        }
        if outcomes.get_mut(place)?.replace(Outcome::Result(result)).is_some() {
            return None;
        }
        rest = before.strip_suffix(',');
    }
    outcomes.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Outcome, read};
    use super::{LARGE, outcomes};

    /// A list of hexadecimal texts, as large as it has to be.
    fn list(word: &str) -> String {
        format!("[{}]", vec![format!("\"{word}\""); LARGE / 4].join(","))
    }

    fn shown(outcomes: Vec<Outcome<'_>>) -> Vec<String> {
        let shown = outcomes.iter().map(|outcome| match outcome {
            Outcome::Result(text) => text[..text.len().min(16)].to_owned(),
            Outcome::Error(raw) => format!("!{raw}"),
        });
        shown.collect()
    }

    /// What is taken apart is what reading in full gives; `None` where it must be read in full.
    #[track_caller]
    fn check(body: &str, ids: &[u64], expected: Option<&[&str]>) {
        let quick = outcomes(body, ids).map(shown);
        let expected = expected.map(|texts| texts.iter().map(|t| (*t).to_owned()).collect());
        assert_eq!(quick, expected, "{}", &body[..body.len().min(80)]);
    }

    #[test]
    fn large_answers_of_the_usual_shape_are_taken_apart() {
        let (a, b) = (list("0xaaaaaa"), list("0xbbbbbb"));
        let one =
            |id: &str, result: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#);
        check(&one("7", &a), &[7], Some(&[r#"["0xaaaaaa","0xa"#]));
        let batch = |parts: &[String]| format!("[{}]", parts.join(","));
        let (first, second) = (r#"["0xaaaaaa","0xa"#, r#"["0xbbbbbb","0xb"#);
        let whole = [one("7", &a), one("8", "null"), one("9", &b)];
        check(&batch(&whole), &[7, 8, 9], Some(&[first, "null", second]));
        check(&batch(&whole), &[9, 7, 8], Some(&[second, first, "null"]));
        check(&batch(&[one("7", &a)]), &[7], Some(&[first]));

        // What is missing, double, foreign or refused is read in full, and found there.
        check(&batch(&whole), &[7, 8], None);
        check(&batch(&whole), &[7, 8, 9, 10], None);
        check(&batch(&[one("7", &a), one("7", &b)]), &[7, 8], None);
        check(&batch(&[one("+7", &a)]), &[7], None);
        let error = r#"{"jsonrpc":"2.0","id":8,"error":{"code":1,"message":"no"}}"#.to_owned();
        check(&batch(&[one("7", &a), error]), &[7, 8], None);
        check(&one("7", &a).replace("]}", r#"],"error":{}}"#), &[7], None);
        // So is what is cut off.
        for cut in [1, 2, 3, 9, 12, 100] {
            let text = batch(&whole);
            check(&text[..text.len() - cut], &[7, 8, 9], None);
            assert!(read(&text[..text.len() - cut], &[7, 8, 9]).is_err());
        }
        // And what others write otherwise.
        check(&one("7", &a).replace(r#""id":7,"#, ""), &[7], None);
        check(&one("7", &a).replace(":[", ": ["), &[7], None);
        check(&one("7", "[1]"), &[7], None);
    }

    #[test]
    fn what_looks_like_the_next_answer_inside_a_result_does_no_harm() {
        let inside = r#"{"jsonrpc":"2.0","id":8,"result":null}"#;
        let list = list("0xaaaaaa").replacen('[', &format!("[{inside},"), 1);
        let body = format!(r#"[{{"jsonrpc":"2.0","id":7,"result":{list}}}]"#);
        check(&body, &[7], Some(&[&list[..16]]));
        let batch = |second: &str| {
            let second = format!(r#"{{"jsonrpc":"2.0","id":8,"result":{second}}}"#);
            format!(r#"[{{"jsonrpc":"2.0","id":7,"result":{list}}},{second}]"#)
        };
        check(&batch("null"), &[7, 8], Some(&[&list[..16], "null"]));
        for second in [format!("[{inside}]"), list.clone(), format!("[1,{inside},2]")] {
            let body = batch(&second);
            check(&body, &[7, 8], None);
            let Ok(super::super::Reply::Outcomes(outcomes)) = read(&body, &[7, 8]) else {
                panic!()
            };
            assert!(matches!(
                outcomes.as_slice(),
                [Outcome::Result(a), Outcome::Result(b)] if (*a, *b) == (&*list, &*second)
            ));
        }
    }
}
