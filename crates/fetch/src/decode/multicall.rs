//! Many balances in one contract call, through Multicall3.
//!
//! The contract stands at the same address on most chains (mds1/multicall on GitHub; Ethereum from block
//! 14,353,601). `aggregate3` runs calls in a row, and `getEthBalance` is the contract's own word for the
//! `BALANCE` instruction.

use ethers_core::abi::{ParamType, Token, decode, encode};
use ethers_core::utils::id;
use fundtrail_model::{Address, Amount};

/// Where the contract stands.
pub(crate) const CONTRACT: Address = ethers_core::types::H160([
    0xca, 0x11, 0xbd, 0xe0, 0x59, 0x77, 0xb3, 0x63, 0x11, 0x67, 0x02, 0x88, 0x62, 0xbe, 0x2a, 0x17,
    0x39, 0x76, 0xca, 0x11,
]);
/// How long the encoded answer is: the array's offset and length, and for each call an offset, a flag, and
/// one word of returned bytes with offset and length.
const HEAD_BYTES: usize = 64;
const CALL_BYTES: usize = 160;

/// The data of a call that asks for the balances of these accounts.
pub(crate) fn balances_call(accounts: &[Address]) -> Vec<u8> {
    let call = |account: &Address| {
        let question = [&id("getEthBalance(address)")[..], &encode(&[Token::Address(*account)])];
        Token::Tuple(vec![
            Token::Address(CONTRACT),
            Token::Bool(false),
            Token::Bytes(question.concat()),
        ])
    };
    let calls = Token::Array(accounts.iter().map(call).collect());
    [&id("aggregate3((address,bool,bytes)[])")[..], &encode(&[calls])].concat()
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

    use super::{CONTRACT, balances, balances_call};

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
}
