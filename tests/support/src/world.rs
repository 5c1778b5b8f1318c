//! The names of a chain: who and what stands where.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Amount, Asset};

use crate::player::invented_address;
use crate::scenario;

/// An exchange pool.
#[derive(Clone, Debug)]
pub struct PoolPlace {
    /// Its contract, which is also its share token.
    pub address: Address,
    /// Names of its two tokens.
    pub tokens: [String; 2],
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub struct TokenPlace {
    /// What it is.
    pub asset: Asset,
    /// Its decimals.
    pub decimals: u8,
}

/// A mixer pool.
#[derive(Clone, Copy, Debug)]
pub struct MixerPlace {
    /// Where it stands.
    pub address: Address,
    /// What one deposit is.
    pub denomination: Amount,
    /// How many notes have been deposited by strangers and not been taken out again.
    pub strangers: u32,
}

/// The names of a chain.
#[derive(Clone, Debug)]
pub struct World {
    native: Asset,
    contracts: BTreeMap<String, Address>,
    tokens: BTreeMap<String, TokenPlace>,
    /// Exchange pools by name.
    pub pools: BTreeMap<String, PoolPlace>,
    /// Mixer pools by name.
    pub mixers: BTreeMap<String, MixerPlace>,
}

impl World {
    /// No names but `native`.
    #[must_use]
    pub const fn new(native: Asset) -> Self {
        Self {
            native,
            contracts: BTreeMap::new(),
            tokens: BTreeMap::new(),
            pools: BTreeMap::new(),
            mixers: BTreeMap::new(),
        }
    }

    /// Names a contract.
    pub fn name(&mut self, name: &str, address: Address) {
        let before = self.contracts.insert(name.to_owned(), address);
        assert!(before.is_none(), "two contracts are named `{name}`");
    }

    /// Names a token's contract.
    pub fn name_token(&mut self, name: &str, asset: Asset, decimals: u8) {
        self.name(name, asset.contract().expect("a token has a contract"));
        self.tokens.insert(name.to_owned(), TokenPlace { asset, decimals });
    }

    /// The address of a name: a contract's, or an invented actor's.
    #[must_use]
    pub fn at(&self, name: &str) -> Address {
        self.contracts.get(name).copied().unwrap_or_else(|| invented_address(name))
    }

    /// The address of a contract.
    ///
    /// # Panics
    ///
    /// If no contract has this name.
    #[must_use]
    pub fn contract(&self, name: &str) -> Address {
        *self.contracts.get(name).unwrap_or_else(|| panic!("no contract is named `{name}`"))
    }

    /// The asset of a name.
    ///
    /// # Panics
    ///
    /// If no token has this name and it is not `native`.
    #[must_use]
    pub fn asset(&self, name: &str) -> Asset {
        self.token(name).asset
    }

    /// Tokens by name.
    #[must_use]
    pub const fn tokens(&self) -> &BTreeMap<String, TokenPlace> {
        &self.tokens
    }

    /// So much of an asset, by name and in whole coins or tokens.
    ///
    /// # Panics
    ///
    /// If there is no such asset, or the text is not an amount.
    #[must_use]
    pub fn amount(&self, asset: &str, text: &str) -> Amount {
        scenario::amount(text, self.token(asset).decimals)
    }

    /// Every contract's name and address.
    #[must_use]
    pub const fn contracts(&self) -> &BTreeMap<String, Address> {
        &self.contracts
    }

    /// The pool of a name.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn pool(&self, name: &str) -> &PoolPlace {
        self.pools.get(name).unwrap_or_else(|| panic!("no pool is named `{name}`"))
    }

    fn token(&self, name: &str) -> TokenPlace {
        if name == "native" {
            return TokenPlace { asset: self.native, decimals: 18 };
        }
        *self.tokens.get(name).unwrap_or_else(|| panic!("no token is named `{name}`"))
    }
}
