//! What really happened to the stolen amounts, told by the one who moved them.
//!
//! A tracer reads transfers off a chain and has to work out what they mean. The player knows: it says
//! "this was a payment", "this was a swap", so the books here need no collapsing of transactions and no
//! guess, and share no code with the tracer that they check. Where a wallet holds clean and stolen value of
//! the same asset, they follow "first in, first out".

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use fundtrail_model::{Address, Amount, Asset, EndingClass};

/// Whose a lot is: `None` for clean value, else the number of the theft in its chain.
pub type Provenance = Option<usize>;

/// Where stolen value ended: theft, asset, kind of ending, address (`None` for fees).
pub type EndingKey = (usize, Asset, EndingClass, Option<Address>);

/// The books of one chain.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    stops: BTreeMap<Address, EndingClass>,
    contracts: BTreeSet<Address>,
    ledgers: BTreeMap<(Address, Asset), VecDeque<(Provenance, Amount)>>,
    n_thefts: usize,
    endings: BTreeMap<EndingKey, Amount>,
    seeded: BTreeMap<(usize, Asset), Amount>,
    converted_in: BTreeMap<(usize, Asset), Amount>,
    converted_out: BTreeMap<(usize, Asset), Amount>,
}

/// One theft in one asset: `seeded + converted_in = converted_out + Σ endings`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What was stolen of this asset.
    pub seeded: Amount,
    /// What conversions made of it.
    pub converted_in: Amount,
    /// What conversions took of it.
    pub converted_out: Amount,
    /// Where the rest is, by kind of ending.
    pub endings: BTreeMap<EndingClass, Amount>,
}

impl Truth {
    /// Says that stolen value which arrives at an address is followed no further.
    pub fn set_stop(&mut self, address: Address, class: EndingClass) {
        self.stops.insert(address, class);
    }

    /// Says that an address is a contract, which keeps no ledger here.
    pub fn set_contract(&mut self, address: Address) {
        self.contracts.insert(address);
    }

    /// Clean value arrives.
    pub fn fund(&mut self, to: Address, asset: Asset, amount: Amount) {
        self.credit(to, asset, None, amount);
    }

    /// A theft: the amount arrives at its holder. Returns the theft's number.
    pub fn steal(&mut self, holder: Address, asset: Asset, amount: Amount) -> usize {
        let theft = self.n_thefts;
        self.n_thefts += 1;
        add(&mut self.seeded, (theft, asset), amount);
        self.credit(holder, asset, Some(theft), amount);
        theft
    }

    /// A payment.
    ///
    /// # Panics
    ///
    /// If the payer does not have it.
    pub fn pay(&mut self, from: Address, to: Address, asset: Asset, amount: Amount) {
        for (provenance, part) in self.take(from, asset, amount) {
            self.credit(to, asset, provenance, part);
        }
    }

    /// The amount leaves the payer and is never stolen value: what a victim loses, before it is seeded.
    ///
    /// # Panics
    ///
    /// If the payer does not have it, or has stolen value.
    pub fn lose(&mut self, from: Address, asset: Asset, amount: Amount) {
        let taken = self.take(from, asset, amount);
        assert!(taken.iter().all(|(provenance, _)| provenance.is_none()), "stolen twice");
    }

    /// A transaction's fee.
    ///
    /// # Panics
    ///
    /// If the payer does not have it.
    pub fn fee(&mut self, from: Address, native: Asset, amount: Amount) {
        for (provenance, part) in self.take(from, native, amount) {
            if let Some(theft) = provenance {
                add(&mut self.endings, (theft, native, EndingClass::Fee, None), part);
            }
        }
    }

    /// One account gives one asset and gets others for it.
    ///
    /// # Panics
    ///
    /// If the account does not have it, or what it gives is of more than one provenance: the amounts
    /// would then rest on a convention, and this is the side that must not have any.
    pub fn convert(
        &mut self,
        account: Address,
        paid: (Asset, Amount),
        received: &[(Asset, Amount)],
    ) {
        let taken = self.take(account, paid.0, paid.1);
        let [(provenance, _)] = taken[..] else {
            panic!("{account:#x} converts {paid:?} of several provenances: {taken:?}");
        };
        if let Some(theft) = provenance {
            add(&mut self.converted_out, (theft, paid.0), paid.1);
        }
        for (asset, amount) in received {
            if let Some(theft) = provenance {
                add(&mut self.converted_in, (theft, *asset), *amount);
            }
            self.credit(account, *asset, provenance, *amount);
        }
    }

    /// What an account holds of an asset, stolen or not.
    #[must_use]
    pub fn balance(&self, account: Address, asset: Asset) -> Amount {
        self.ledgers.get(&(account, asset)).into_iter().flatten().fold(Amount::ZERO, |sum, lot| {
            sum.checked_add(lot.1).expect("a balance fits into 256 bits")
        })
    }

    /// Every wallet and asset that has a ledger.
    pub fn holdings(&self) -> impl Iterator<Item = (Address, Asset)> {
        self.ledgers.keys().copied()
    }

    /// Where every stolen unit is now.
    #[must_use]
    pub fn endings(&self) -> BTreeMap<EndingKey, Amount> {
        let mut endings = self.endings.clone();
        for ((account, asset), lots) in &self.ledgers {
            for (provenance, amount) in lots {
                if let Some(theft) = provenance {
                    let key = (*theft, *asset, EndingClass::Held, Some(*account));
                    add(&mut endings, key, *amount);
                }
            }
        }
        endings
    }

    /// The closing ledger of every theft and asset.
    #[must_use]
    pub fn lines(&self) -> BTreeMap<(usize, Asset), Line> {
        let mut lines: BTreeMap<(usize, Asset), Line> = BTreeMap::new();
        for (key, amount) in &self.seeded {
            lines.entry(*key).or_default().seeded = *amount;
        }
        for (key, amount) in &self.converted_in {
            lines.entry(*key).or_default().converted_in = *amount;
        }
        for (key, amount) in &self.converted_out {
            lines.entry(*key).or_default().converted_out = *amount;
        }
        for ((theft, asset, class, _), amount) in self.endings() {
            add(&mut lines.entry((theft, asset)).or_default().endings, class, amount);
        }
        lines
    }

    fn credit(&mut self, to: Address, asset: Asset, provenance: Provenance, amount: Amount) {
        let stop =
            self.stops.get(&to).copied().or_else(|| {
                self.contracts.contains(&to).then_some(EndingClass::ContractWithoutReturn)
            });
        if let (Some(class), Some(theft)) = (stop, provenance) {
            add(&mut self.endings, (theft, asset, class, Some(to)), amount);
        }
        if self.contracts.contains(&to) || amount.is_zero() {
            return;
        }
        // Behind a stop, whose money moves on is not known: it is clean from here.
        let provenance = if stop.is_some() { None } else { provenance };
        let lots = self.ledgers.entry((to, asset)).or_default();
        match lots.back_mut() {
            Some((last, held)) if *last == provenance => {
                *held = held.checked_add(amount).expect("a balance fits into 256 bits");
            }
            _ => lots.push_back((provenance, amount)),
        }
    }

    fn take(&mut self, from: Address, asset: Asset, amount: Amount) -> Vec<(Provenance, Amount)> {
        if self.contracts.contains(&from) {
            return vec![(None, amount)];
        }
        let lots = self.ledgers.entry((from, asset)).or_default();
        let mut taken = Vec::new();
        let mut wanted = amount;
        while !wanted.is_zero() {
            let Some((provenance, held)) = lots.front_mut() else {
                panic!("{from:#x} lacks {wanted} of {amount} of the {asset}");
            };
            let part = wanted.min(*held);
            taken.push((*provenance, part));
            *held = held.saturating_sub(part);
            wanted = wanted.saturating_sub(part);
            if held.is_zero() {
                lots.pop_front();
            }
        }
        taken
    }
}

fn add<K: Ord>(sums: &mut BTreeMap<K, Amount>, key: K, amount: Amount) {
    let sum = sums.entry(key).or_default();
    *sum = sum.checked_add(amount).expect("a sum of balances fits into 256 bits");
}

#[cfg(test)]
mod tests {
    use super::{Line, Truth};
    use fundtrail_model::{Address, Amount, Asset, ChainId, EndingClass};

    const COIN: Asset = Asset::Native(ChainId(1));

    fn token() -> Asset {
        Asset::Token(ChainId(1), Address::repeat_byte(0xee))
    }

    fn who(byte: u8) -> Address {
        Address::repeat_byte(byte)
    }

    #[test]
    fn first_in_is_first_out_and_the_books_close() {
        let [thief, next, mixer] = [1, 2, 3].map(who);
        let mut truth = Truth::default();
        truth.set_stop(mixer, EndingClass::Mixer);
        truth.fund(thief, COIN, 10_u128.into());
        truth.steal(thief, COIN, 100_u128.into());
        truth.pay(thief, next, COIN, 30_u128.into());
        truth.fee(thief, COIN, 5_u128.into());
        truth.convert(thief, (COIN, 40_u128.into()), &[(token(), 7_u128.into())]);
        truth.pay(next, mixer, COIN, 25_u128.into());
        let ended = |asset, class, at: Option<Address>| {
            truth.endings().get(&(0, asset, class, at)).copied().unwrap_or_default()
        };
        assert_eq!(ended(COIN, EndingClass::Mixer, Some(mixer)), 15_u128.into());
        assert_eq!(ended(COIN, EndingClass::Held, Some(next)), 5_u128.into());
        assert_eq!(ended(COIN, EndingClass::Held, Some(thief)), 35_u128.into());
        assert_eq!(ended(COIN, EndingClass::Fee, None), 5_u128.into());
        assert_eq!(ended(token(), EndingClass::Held, Some(thief)), 7_u128.into());
        for Line { seeded, converted_in, converted_out, endings } in truth.lines().into_values() {
            let ended = endings.values().fold(Amount::ZERO, |sum, part| sum.saturating_add(*part));
            assert_eq!(seeded.checked_add(converted_in), converted_out.checked_add(ended));
        }
        assert_eq!(truth.balance(thief, COIN), 35_u128.into());
    }

    #[test]
    #[should_panic(expected = "several provenances")]
    fn a_mixed_conversion_is_refused() {
        let mut truth = Truth::default();
        truth.fund(who(1), COIN, 10_u128.into());
        truth.steal(who(1), COIN, 10_u128.into());
        truth.convert(who(1), (COIN, 15_u128.into()), &[(token(), 1_u128.into())]);
    }
}
