//! How much the answer depends on the rule.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Address, Amount, Asset, EndingClass, Rule, Trail};

/// The same seeds, followed by several rules: what ended where by each of them.
///
/// What has left one account lies between `libr` and `dirty-first`. That bracket does not extend to single
/// receivers, nor over several accounts, because a rule that pays stolen value early leaves less of it for
/// later; so every place has the least and the most over all the rules, whichever they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// The rules, in order.
    pub rules: Vec<Rule>,
    /// Rules by which more would have to be looked at, so that their amounts at other places may grow.
    pub unfinished: Vec<Rule>,
    /// Places where stolen value ended by any rule: by asset, the largest first.
    pub lines: Vec<BandLine>,
}

/// One address and asset where stolen value ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BandLine {
    /// Where; `None` for fees and unknown counterparties.
    pub address: Option<Address>,
    /// Of which asset.
    pub asset: Asset,
    /// The kinds of endings there, by any rule.
    pub classes: BTreeSet<EndingClass>,
    /// What ended there by each rule of the band, all seeds together; nothing where a rule does not get
    /// there.
    pub amounts: Vec<(Rule, Amount)>,
}

impl Band {
    /// Compares trails of the same seeds, each by another rule. What is counted with another seed is left
    /// out. Of a rule that does not conserve, a place has the largest amount of any seed, because those
    /// overlap.
    #[must_use]
    pub fn of(trails: &[Trail]) -> Self {
        type Sums = BTreeMap<Rule, BTreeMap<crate::SeedId, Amount>>;
        let mut places: BTreeMap<(Asset, Option<Address>), (BTreeSet<EndingClass>, Sums)> =
            BTreeMap::new();
        let mut rules = BTreeSet::new();
        let mut unfinished = BTreeSet::new();
        for trail in trails {
            rules.insert(trail.rule);
            if trail.is_lacking() {
                unfinished.insert(trail.rule);
            }
            for ending in &trail.endings {
                let class = ending.kind.class();
                if class.is_incomplete() {
                    unfinished.insert(trail.rule);
                }
                if class == EndingClass::OtherSeed {
                    continue;
                }
                let (classes, sums) = places.entry((ending.asset, ending.address)).or_default();
                classes.insert(class);
                let sum = sums.entry(trail.rule).or_default().entry(ending.seed).or_default();
                *sum = sum.saturating_add(ending.amount);
            }
        }
        let mut lines: Vec<BandLine> = places
            .into_iter()
            .map(|((asset, address), (classes, sums))| {
                let amount = |rule: Rule| {
                    let by_seed = sums.get(&rule).into_iter().flat_map(BTreeMap::values).copied();
                    if rule.conserves() {
                        by_seed.fold(Amount::ZERO, Amount::saturating_add)
                    } else {
                        by_seed.max().unwrap_or_default()
                    }
                };
                let amounts = rules.iter().map(|rule| (*rule, amount(*rule))).collect();
                BandLine { address, asset, classes, amounts }
            })
            .collect();
        // Stable: equal amounts keep the order by address.
        lines.sort_by_key(|line| (line.asset, std::cmp::Reverse(line.most())));
        Self {
            rules: rules.into_iter().collect(),
            unfinished: unfinished.into_iter().collect(),
            lines,
        }
    }
}

impl BandLine {
    /// The least by any rule that conserves amounts.
    #[must_use]
    pub fn least(&self) -> Amount {
        self.ledger_amounts().min().unwrap_or_default()
    }

    /// The most by any rule that conserves amounts.
    #[must_use]
    pub fn most(&self) -> Amount {
        self.ledger_amounts().max().unwrap_or_default()
    }

    /// What ended there by a rule; `None` if the band does not have it.
    #[must_use]
    pub fn by(&self, rule: Rule) -> Option<Amount> {
        self.amounts.iter().find(|(of, _)| *of == rule).map(|(_, amount)| *amount)
    }

    /// Whether every rule that conserves amounts says the same.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.least() == self.most()
    }

    fn ledger_amounts(&self) -> impl Iterator<Item = Amount> {
        self.amounts.iter().filter(|(rule, _)| rule.conserves()).map(|(_, amount)| *amount)
    }
}
