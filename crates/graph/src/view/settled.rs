//! Blocks that were not read, in which the state of a wallet says that an asset did not move.

use std::collections::BTreeMap;

use fundtrail_model::{Asset, AssetClass, Coverage, How, Window};

use super::{View, intersect, join};
use crate::history::{Account, NOBODY};

/// By account and asset: such blocks, as sorted windows.
#[derive(Default)]
pub(super) struct Settled(BTreeMap<Account, BTreeMap<Asset, Vec<Window>>>);

impl Settled {
    /// What coverage says of it, as far as nothing contradicts it: the balances at both ends are the same, also
    /// where blocks at the start were read since, and no transfer is known. Else something moved there and back,
    /// and nothing is known of those blocks.
    pub(super) fn of(view: &View<'_>, coverage: &[Coverage]) -> Self {
        let native = Asset::Native(view.chain);
        let mut settled = Self::default();
        for found in coverage.iter().filter(|found| found.how == How::StateAlone) {
            let asset = match found.class {
                AssetClass::Native => native,
                AssetClass::Token(contract) => Asset::Token(view.chain, contract),
                AssetClass::Tokens => continue,
            };
            let account = view.number(found.address);
            let held = |block| view.balance_at(account, asset, block);
            let before = found.window.first().checked_sub(1).and_then(held);
            let is_same = before.is_some() && before == held(found.window.last());
            if account != NOBODY && is_same {
                let of_account = settled.0.entry(account).or_default();
                of_account.entry(asset).or_default().push(found.window);
            }
        }
        for (account, of_account) in &mut settled.0 {
            let rows = view.history.movements_back(*account);
            let moved: Vec<(Asset, u64)> = rows
                .filter_map(|row_idx| view.rows.get(row_idx))
                .filter(|row| !row.is_nothing() && row.from != row.to)
                .map(|row| (view.history.asset(row), row.block()))
                .collect();
            for (asset, windows) in of_account {
                windows.sort_unstable();
                windows.retain(|window| {
                    let is_of_it = |of: Asset| of == *asset || of == native;
                    !moved.iter().any(|(of, block)| is_of_it(*of) && window.contains(*block))
                });
            }
        }
        settled
    }

    /// The runs in which all of these assets are known, where `read` are those in which all blocks were read.
    pub(super) fn runs(
        &self,
        account: Account,
        assets: impl IntoIterator<Item = Asset>,
        read: &[Window],
    ) -> Option<Vec<Window>> {
        let of_account = self.0.get(&account)?;
        let with = |asset: Asset| {
            let windows = of_account.get(&asset).map(Vec::as_slice).unwrap_or_default();
            let mut known: Vec<Window> = read.iter().chain(windows).copied().collect();
            known.sort_unstable();
            join(known.into_iter())
        };
        assets.into_iter().map(with).reduce(|a, b| intersect(&a, &b))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fundtrail_model::{
        Address, Amount, Asset, AssetClass, Balance, ChainId, Coverage, H256, How, Position, Proof,
        Seed, SeedId, Step, Window,
    };

    use crate::view::View;
    use crate::{ChainEvidence, History};

    /// Blocks 1 to 20 were read, and 21 to 90 settled for one token.
    #[test]
    fn what_is_settled_has_the_same_balances_at_both_ends() {
        let chain = ChainId(1);
        let me = Address::from_low_u64_be(1);
        let [token, other] =
            [7, 8].map(|number| Asset::Token(chain, Address::from_low_u64_be(number)));
        let check = |balances: &[(u64, u64)], asset: Asset, expected: Option<(u64, u64)>| {
            let row = |class, first, last, how| Coverage {
                chain,
                address: me,
                class,
                window: Window::new(first, last).unwrap(),
                how,
                proof: Proof::Indicative,
            };
            let compared = AssetClass::Token(Address::from_low_u64_be(7));
            let coverage = [
                row(AssetClass::Native, 1, 20, How::StateAndBlocks),
                row(AssetClass::Tokens, 1, 20, How::Logs),
                row(AssetClass::Native, 21, 90, How::StateAlone),
                row(compared, 21, 90, How::StateAlone),
            ];
            let balance = |asset, block, amount: u64| Balance {
                address: me,
                asset,
                block,
                amount: Amount::from(u128::from(amount)),
            };
            let mut known = vec![];
            known.extend([20, 90].map(|block| balance(Asset::Native(chain), block, 5)));
            known.extend(balances.iter().map(|(block, amount)| balance(token, *block, *amount)));
            let history = History::new(chain);
            let evidence = ChainEvidence {
                earliest: 0,
                chain,
                until: 100,
                history: &history,
                coverage: &coverage,
                crowds: &[],
                balances: &known,
                accounts: &[],
                blocks: &[],
                whole: &[],
                absent: &[],
            };
            let seed = Seed {
                id: SeedId(0),
                position: Position { block: 5, transaction: 0, step: Step::Value },
                transaction: H256::zero(),
                asset: token,
                amount: Amount::from(1),
                from: None,
                holder: me,
            };
            let view = View::new(&evidence, &[&seed], &BTreeMap::new(), 1_000);
            let expected = expected.map(|(first, last)| Window::new(first, last).unwrap());
            assert_eq!(view.run_for(view.number(me), [asset], 50), expected, "{balances:?}");
        };
        let native = Asset::Native(chain);
        check(&[(20, 3), (90, 3)], token, Some((1, 90)));
        check(&[(20, 3), (90, 3)], other, None);
        check(&[(20, 3), (90, 3)], native, Some((1, 90)));
        // What was read up to block 20 ended with less, or with nobody knows what.
        check(&[(20, 2), (90, 3)], token, None);
        check(&[(90, 3)], token, None);
        check(&[(20, 3)], token, None);
        check(&[], native, Some((1, 90)));
    }
}
