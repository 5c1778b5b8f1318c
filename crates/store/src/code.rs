//! The words of the model as the numbers in the file. A number, once given, keeps its meaning.

use fundtrail_model::{AssetClass, Cause, How, Proof, Step};

use crate::error::Fault;

pub(crate) const fn class_code(class: AssetClass) -> i64 {
    match class {
        AssetClass::Native => 1,
        AssetClass::Tokens => 2,
    }
}

pub(crate) fn class(code: i64) -> Result<AssetClass, Fault> {
    find(AssetClass::ALL, class_code, code, "asset class")
}

pub(crate) const fn how_code(how: How) -> i64 {
    match how {
        How::Logs => 1,
        How::BlocksAndFrames => 2,
        How::BlocksOnly => 3,
        How::StateAndBlocks => 4,
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
    }
}

pub(crate) fn cause(code: i64) -> Result<Cause, Fault> {
    find(Cause::ALL, cause_code, code, "cause")
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
    use fundtrail_model::How;

    use super::{how, how_code};

    #[test]
    fn a_number_once_given_keeps_its_meaning() {
        let expected =
            [(1, "logs"), (2, "blocks and frames"), (3, "blocks only"), (4, "state and blocks")];
        for (code, name) in expected {
            assert_eq!(how(code).unwrap().name(), name);
        }
        assert_eq!(How::ALL.map(how_code), [1, 2, 3, 4]);
        assert!(how(5).is_err());
    }
}
