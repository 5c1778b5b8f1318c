//! What contracts that keep lists of their own say of addresses.

use ethers_core::abi::{Token as AbiToken, encode};
use ethers_core::utils::id;
use fundtrail_model::{Address, ChainId, Opinion, Oracle};

use super::Node;
use super::facts::{bytes, contract_call};
use crate::Error;
use crate::client::Call;

impl Node {
    /// What these contracts say of each address at the end of a block, sorted. Whatever is no plain yes or no
    /// (there is no such contract yet, it refuses, the node has no state of that block) is no opinion and is left
    /// out.
    ///
    /// # Errors
    ///
    /// If the node does not answer, or only asks for patience.
    pub async fn opinions(
        &self,
        chain: ChainId,
        oracles: &[(Oracle, Address)],
        addresses: &[Address],
        block: u64,
    ) -> Result<Vec<Opinion>, Error> {
        let asked: Vec<(Opinion, Call)> = addresses
            .iter()
            .flat_map(|address| oracles.iter().map(move |oracle| (*address, *oracle)))
            .map(|(address, (oracle, contract))| {
                let arguments = encode(&[AbiToken::Address(address)]);
                let data = [&id(oracle.function())[..], &arguments].concat();
                let call = contract_call(contract, &data, block);
                (Opinion { chain, address, oracle, contract, block, is_listed: false }, call)
            })
            .collect();
        let calls: Vec<Call> = asked.iter().map(|(_, call)| call.clone()).collect();
        let answers = self.told(&calls).await?;
        let mut opinions = Vec::new();
        for ((opinion, call), answer) in asked.into_iter().zip(&answers) {
            self.refuse_later(&call, answer)?;
            if let Some(is_listed) = bytes(answer).as_deref().and_then(yes_or_no) {
                opinions.push(Opinion { is_listed, ..opinion });
            }
        }
        opinions.sort_unstable();
        Ok(opinions)
    }
}

/// An ABI `bool`: one word that is 0 or 1.
fn yes_or_no(answer: &[u8]) -> Option<bool> {
    let word: [u8; 32] = answer.try_into().ok()?;
    let (last, rest) = word.split_last()?;
    match last {
        _ if rest.iter().any(|byte| *byte != 0) => None,
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::yes_or_no;

    #[test]
    fn only_a_word_of_0_or_1_is_an_answer() {
        let check = |answer: &[u8], expected| assert_eq!(yes_or_no(answer), expected, "{answer:?}");
        let word = |last: u8| [vec![0; 31], vec![last]].concat();
        check(&word(0), Some(false));
        check(&word(1), Some(true));
        check(&word(2), None);
        check(&[], None);
        check(&[1], None);
        check(&[word(1), word(0)].concat(), None);
        check(&[vec![1], vec![0; 31]].concat(), None);
    }
}
