//! The words of the model as the numbers in the file. A number, once given, keeps its meaning.

use fundtrail_model::{Address, AssetClass, Cause, How, Proof, Step};

use crate::error::Fault;

/// The number of a step in its class, within [`Step::code`].
const NUMBER: u64 = 0xffff_ffff;

/// How many causes there is room for beside the class of a step.
const KINDS: i64 = 16;

pub(crate) const fn class_code(class: AssetClass) -> i64 {
    match class {
        AssetClass::Native => 1,
        AssetClass::Tokens => 2,
        AssetClass::Token(_) => 3,
    }
}

/// The class with this number; `token` is the contract that stands beside it, if one does.
pub(crate) fn class(code: i64, token: Option<Address>) -> Result<AssetClass, Fault> {
    match token {
        Some(token) => find([AssetClass::Token(token)], class_code, code, "class of one token"),
        None => find(AssetClass::ALL, class_code, code, "asset class"),
    }
}

pub(crate) const fn how_code(how: How) -> i64 {
    match how {
        How::Logs => 1,
        How::BlocksAndFrames => 2,
        How::BlocksOnly => 3,
        How::StateAndBlocks => 4,
        How::IndexAndBlocks => 5,
        How::StateAlone => 6,
    }
}

pub(crate) fn how(code: i64) -> Result<How, Fault> {
    find(How::ALL, how_code, code, "way of looking")
}

pub(crate) const fn proof_code(proof: Proof) -> i64 {
    match proof {
        Proof::Unreconciled => 1,
        Proof::Indicative => 2,
        Proof::Reconciled => 3,
        Proof::Exact => 4,
    }
}

pub(crate) fn proof(code: i64) -> Result<Proof, Fault> {
    find(Proof::ALL, proof_code, code, "proof")
}

pub(crate) const fn cause_code(cause: Cause) -> i64 {
    match cause {
        Cause::Native => 1,
        Cause::Internal => 2,
        Cause::Token => 3,
        Cause::Wrap => 4,
        Cause::Unwrap => 5,
        Cause::Fee => 6,
        Cause::Withdrawal => 7,
        Cause::Mint => 8,
        Cause::Burn => 9,
        Cause::Unexplained => 10,
        Cause::Credit => 11,
    }
}

pub(crate) fn cause(code: i64) -> Result<Cause, Fault> {
    find(Cause::ALL, cause_code, code, "cause")
}

/// A step and a cause as the columns `kind` and `number` of a transfer.
pub(crate) fn kind_and_number(step: Step, cause: Cause) -> (i64, i64) {
    let code = step.code();
    let (class, number) = (code >> 32, code & NUMBER);
    let [class, number] = [class, number].map(|part| i64::try_from(part).unwrap_or(i64::MAX));
    (class.saturating_mul(KINDS).saturating_add(cause_code(cause)), number)
}

/// What [`kind_and_number`] gave.
pub(crate) fn step_and_cause(kind: i64, number: u32) -> Result<(Step, Cause), Fault> {
    let class = u16::try_from(kind.div_euclid(KINDS)).unwrap_or(u16::MAX);
    Ok((step(u64::from(class) << 32 | u64::from(number))?, cause(kind.rem_euclid(KINDS))?))
}

pub(crate) fn step(code: u64) -> Result<Step, Fault> {
    Step::from_code(code).ok_or_else(|| Fault::Damaged(format!("no step has the number {code}")))
}

fn find<T: Copy, const N: usize>(
    all: [T; N],
    number_of: impl Fn(T) -> i64,
    code: i64,
    what: &str,
) -> Result<T, Fault> {
    all.into_iter()
        .find(|value| number_of(*value) == code)
        .ok_or_else(|| Fault::Damaged(format!("no {what} has the number {code}")))
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{Cause, How, Step};

    use super::{how, how_code, kind_and_number, step_and_cause};

    #[test]
    fn a_step_with_its_cause_is_one_small_number_beside_its_own() {
        assert_eq!(kind_and_number(Step::Log(12), Cause::Token), (35, 12));
        assert_eq!(kind_and_number(Step::Fee, Cause::Fee), (54, 0));
        let steps = [Step::Value, Step::Frame(7), Step::Log(u32::MAX), Step::Withdrawal(1)];
        for step in steps.into_iter().chain([Step::Fee, Step::Unexplained]) {
            for cause in Cause::ALL {
                let (kind, number) = kind_and_number(step, cause);
                assert!((0..=127).contains(&kind), "{kind} does not fit into a byte");
                let number = u32::try_from(number).unwrap();
                assert_eq!(step_and_cause(kind, number).unwrap(), (step, cause));
            }
        }
        for kind in [i64::MIN, -1, 0, 12, 16 * 6 + 1, i64::MAX] {
            assert!(step_and_cause(kind, 0).is_err(), "{kind}");
        }
        assert!(step_and_cause(1, 1).is_err(), "the value of a transaction has no number");
    }

    #[test]
    fn a_number_once_given_keeps_its_meaning() {
        let expected = [
            (1, "logs"),
            (2, "blocks and frames"),
            (3, "blocks only"),
            (4, "state and blocks"),
            (5, "index and blocks"),
            (6, "state alone"),
        ];
        for (code, name) in expected {
            assert_eq!(how(code).unwrap().name(), name);
        }
        assert_eq!(How::ALL.map(how_code), [1, 2, 3, 4, 5, 6]);
        assert!(how(7).is_err());
    }
}
