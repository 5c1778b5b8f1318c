//! Many contract calls in one, through Multicall3.
//!
//! The contract stands at the same address on most chains (mds1/multicall on GitHub; Ethereum from block
//! 14,353,601). `aggregate3` runs calls in a row, and `getEthBalance` is the contract's own word for the
//! `BALANCE` instruction.

use ethers_core::abi::{ParamType, Token, decode, encode};
use ethers_core::utils::id;
use fundtrail_model::{Address, Amount};

use super::account::word;

/// Where the contract stands.
pub(crate) const CONTRACT: Address = ethers_core::types::H160([
    0xca, 0x11, 0xbd, 0xe0, 0x59, 0x77, 0xb3, 0x63, 0x11, 0x67, 0x02, 0x88, 0x62, 0xbe, 0x2a, 0x17,
    0x39, 0x76, 0xca, 0x11,
]);
/// How long the encoded answer is: the array's offset and length, and for each call an offset, a flag, and
/// one word of returned bytes with offset and length.
const HEAD_BYTES: usize = 64;
const CALL_BYTES: usize = 160;

/// How much one of many calls may return: what is asked for here is a few words.
const MOST_BYTES: usize = 4096;

/// The data of a call that makes these calls, each of a contract with its data. Where one of them may fail,
/// the others are still told.
pub(crate) fn calls_call<'a>(
    calls: impl IntoIterator<Item = (Address, &'a [u8])>,
    may_fail: bool,
) -> Vec<u8> {
    let call = |(contract, data): (Address, &[u8])| {
        let data = Token::Bytes(data.to_vec());
        Token::Tuple(vec![Token::Address(contract), Token::Bool(may_fail), data])
    };
    let calls = Token::Array(calls.into_iter().map(call).collect());
    [&id("aggregate3((address,bool,bytes)[])")[..], &encode(&[calls])].concat()
}

/// What each of so many calls returned, `None` for one that failed; `None` at all if this is not an answer to
/// [`calls_call`] for so many. Read by hand: the offsets and lengths are a stranger's numbers.
pub(crate) fn outcomes(answer: &[u8], count: usize) -> Option<Vec<Option<&[u8]>>> {
    let number = |start| word(answer, start).and_then(|number| usize::try_from(number).ok());
    let start = number(0)?;
    if number(start)? != count {
        return None;
    }
    let heads = start.checked_add(32)?;
    let outcome = |idx: usize| {
        let head = heads.checked_add(idx.checked_mul(32)?)?;
        let tuple = heads.checked_add(number(head)?)?;
        let data = tuple.checked_add(number(tuple.checked_add(32)?)?)?;
        let length = number(data).filter(|length| *length <= MOST_BYTES)?;
        let first = data.checked_add(32)?;
        let bytes = answer.get(first..first.checked_add(length)?)?;
        match number(tuple)? {
            0 => Some(None),
            1 => Some(Some(bytes)),
            _ => None,
        }
    };
    (0..count).map(outcome).collect()
}

/// The data of a call that asks for the balances of these accounts.
pub(crate) fn balances_call(accounts: &[Address]) -> Vec<u8> {
    let question = |account: &Address| {
        [&id("getEthBalance(address)")[..], &encode(&[Token::Address(*account)])].concat()
    };
    let questions: Vec<Vec<u8>> = accounts.iter().map(question).collect();
    calls_call(questions.iter().map(|question| (CONTRACT, question.as_slice())), false)
}

/// The balances, in the order of the accounts; `None` if this is not an answer to [`balances_call`] for so
/// many of them.
pub(crate) fn balances(answer: &[u8], count: usize) -> Option<Vec<Amount>> {
    // Only this length is right, and it bounds what the decoder may make of a stranger's offsets.
    if answer.len() != count.checked_mul(CALL_BYTES)?.checked_add(HEAD_BYTES)? {
        return None;
    }
    let outcome = ParamType::Tuple(vec![ParamType::Bool, ParamType::Bytes]);
    let tokens = decode(&[ParamType::Array(Box::new(outcome))], answer).ok()?;
    let [Token::Array(outcomes)] = tokens.as_slice() else { return None };
    let balances: Option<Vec<Amount>> = outcomes.iter().map(balance).collect();
    balances.filter(|balances| balances.len() == count)
}

fn balance(outcome: &Token) -> Option<Amount> {
    let Token::Tuple(fields) = outcome else { return None };
    let [Token::Bool(true), Token::Bytes(word)] = fields.as_slice() else { return None };
    Amount::from_be_bytes(word).filter(|_| word.len() == 32)
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{Address, Amount};

    use ethers_core::abi::{Token, encode};

    use super::{CONTRACT, balances, balances_call, outcomes};

    fn word(number: u128) -> String {
        format!("{number:064x}")
    }

    /// What the contract answers: per call whether it succeeded, and one word.
    fn answer(outcomes: &[(u128, u128)]) -> Vec<u8> {
        let count = u128::try_from(outcomes.len()).unwrap();
        let mut words = vec![word(32), word(count)];
        words.extend((0..count).map(|n| word(32 * count + 128 * n)));
        for (succeeded, balance) in outcomes {
            words.extend([*succeeded, 64, 32, *balance].map(word));
        }
        const_hex::decode(words.concat()).unwrap()
    }

    #[test]
    fn the_question_is_written_as_the_contract_reads_it() {
        assert_eq!(format!("{CONTRACT:?}"), "0xca11bde05977b3631167028862be2a173976ca11");
        let (first, second) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let data = const_hex::encode(balances_call(&[first, second]));
        let one = |account: &str| {
            let target = format!("{:0>64}", "ca11bde05977b3631167028862be2a173976ca11");
            let question = format!("4d2301cc{:0>64}", account.repeat(20));
            [target, word(0), word(96), word(36), format!("{question:0<128}")].concat()
        };
        let expected = [word(32), word(2), word(64), word(64 + 192), one("01"), one("02")].concat();
        assert_eq!(data, format!("82ad56cb{expected}"));
    }

    #[test]
    fn only_a_whole_and_right_answer_counts() {
        let check = |answer: &[u8], count: usize, expected: Option<&[u128]>| {
            let expected = expected.map(|all| all.iter().copied().map(Amount::from).collect());
            assert_eq!(balances(answer, count), expected);
        };
        let right = answer(&[(1, 5), (1, u128::MAX)]);
        check(&right, 2, Some(&[5, u128::MAX]));
        check(&answer(&[]), 0, Some(&[]));
        check(&right, 1, None);
        check(&right, 3, None);
        check(&right[..right.len() - 1], 2, None);
        check(&[right.clone(), vec![0]].concat(), 2, None);
        check(&answer(&[(1, 5), (0, 6)]), 2, None);
        check(&[], 2, None);
        // Every word in turn replaced by one that is far too large, or zero.
        for start in (0..right.len()).step_by(32) {
            for byte in [0xff, 0] {
                let mut wrong = right.clone();
                wrong[start..start + 32].fill(byte);
                let outcome = balances(&wrong, 2);
                assert!(outcome.is_none_or(|balances| balances.len() == 2), "{start}");
            }
        }
    }

    #[test]
    fn each_call_has_its_own_outcome_whatever_it_returns() {
        let told = |outcomes: &[(bool, &[u8])]| {
            let outcome = |(is_good, bytes): &(bool, &[u8])| {
                Token::Tuple(vec![Token::Bool(*is_good), Token::Bytes(bytes.to_vec())])
            };
            encode(&[Token::Array(outcomes.iter().map(outcome).collect())])
        };
        let long = [7_u8; 100];
        let right = told(&[(true, &long), (false, b"why"), (true, &[])]);
        assert_eq!(outcomes(&right, 3).unwrap(), [Some(&long[..]), None, Some(&[][..])]);
        assert_eq!(outcomes(&told(&[]), 0).unwrap(), Vec::<Option<&[u8]>>::new());
        assert_eq!(outcomes(&right, 2), None);
        assert_eq!(outcomes(&right, 4), None);
        assert_eq!(outcomes(&[], 3), None);
        assert_eq!(outcomes(&told(&[(true, &[1; 5_000])]), 1), None);
        for start in (0..right.len()).step_by(32) {
            for byte in [0xff, 0, 0x7f] {
                let mut wrong = right.clone();
                let end = (start + 32).min(wrong.len());
                wrong[start..end].fill(byte);
                assert!(outcomes(&wrong, 3).is_none_or(|outcomes| outcomes.len() == 3));
            }
        }
    }
}
