//! The files of a case that follow from playing it: lists of the invented names, and what to expect.

use std::collections::BTreeMap;

use fundtrail_model::{Address, Asset, checksum, hash_hex};
use serde::{Deserialize, Serialize};

use crate::case::PlayedChain;
use crate::player::invented_address;
use crate::scenario::Scenario;

const SOURCE: &str = "the writers of this reconstruction (scenario.toml)";
const HEADER: &str = "# What playing scenario.toml gives. Made by `just record`; a test says when it is stale.
# Amounts are in base units. Where a wallet held clean and stolen value of one asset, first in was first out.
# `ending` says where every stolen unit is; per seed and asset seeded + converted_in = converted_out + endings.
# A `mixer_link` says which withdrawal pays out which deposit: nothing on the chain does.
";

/// What playing a case gives.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// The chains.
    pub chain: Vec<ExpectedChain>,
    /// What was stolen, in the order of chains and positions.
    pub seed: Vec<ExpectedSeed>,
    /// Where every stolen unit is.
    pub ending: Vec<ExpectedEnding>,
    /// The closing ledger.
    pub line: Vec<ExpectedLine>,
    /// Which mixer withdrawal pays out which deposit.
    pub mixer_link: Vec<ExpectedLink>,
}

/// A chain at its last block.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct ExpectedChain {
    /// Its id.
    pub id: u64,
    /// Its name on the command line.
    pub name: String,
    /// Number of the first block.
    pub first_block: u64,
    /// Number of the last block.
    pub head: u64,
    /// Hash of the last block.
    pub head_hash: String,
}

/// A stolen amount.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct ExpectedSeed {
    /// Its number, from 1.
    pub seed: u32,
    /// Id of its chain.
    pub chain: u64,
    /// As the command line takes it: `CHAIN:TRANSACTION:STEP`.
    pub spec: String,
    /// Its transaction.
    pub transaction: String,
    /// `block/transaction/step`.
    pub position: String,
    /// `native`, or the token's contract.
    pub asset: String,
    /// What the scenario calls the asset.
    pub asset_name: String,
    /// In base units.
    pub amount: String,
    /// Whom it was taken from.
    pub from: String,
    /// What the scenario calls that address.
    pub from_name: String,
    /// Who received it.
    pub holder: String,
    /// What the scenario calls that address.
    pub holder_name: String,
}

/// Where stolen units are.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct ExpectedEnding {
    /// The seed's number, from 1.
    pub seed: u32,
    /// Id of the chain.
    pub chain: u64,
    /// `native`, or the token's contract.
    pub asset: String,
    /// What the scenario calls the asset.
    pub asset_name: String,
    /// The kind of ending, as `EndingClass` names it.
    pub kind: String,
    /// Where; empty for fees.
    pub address: String,
    /// What the scenario calls that address.
    pub name: String,
    /// In base units.
    pub amount: String,
}

/// The closing ledger of one seed and asset.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct ExpectedLine {
    /// The seed's number, from 1.
    pub seed: u32,
    /// Id of the chain.
    pub chain: u64,
    /// `native`, or the token's contract.
    pub asset: String,
    /// What the scenario calls the asset.
    pub asset_name: String,
    /// What was stolen of this asset.
    pub seeded: String,
    /// What conversions made of it.
    pub converted_in: String,
    /// What conversions took of it.
    pub converted_out: String,
    /// Where the rest is, by kind of ending.
    pub endings: BTreeMap<String, String>,
}

/// A mixer withdrawal and the deposit that it pays out.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct ExpectedLink {
    /// Id of the chain.
    pub chain: u64,
    /// The mixer pool.
    pub mixer: String,
    /// The transaction of the deposit.
    pub deposit: String,
    /// Who deposited.
    pub depositor: String,
    /// The transaction of the withdrawal.
    pub withdrawal: String,
    /// Who received it.
    pub recipient: String,
}

impl Expected {
    /// Reads `expected.toml`.
    ///
    /// # Panics
    ///
    /// If the text is not that.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        toml::from_str(text).unwrap_or_else(|error| panic!("expected.toml: {error}"))
    }

    /// The text of `expected.toml`.
    ///
    /// # Panics
    ///
    /// Never: everything in it is plain data.
    #[must_use]
    pub fn to_toml(&self) -> String {
        format!("{HEADER}\n{}", toml::to_string(self).expect("plain data"))
    }
}

/// What playing these chains gave.
#[must_use]
pub fn expected(chains: &[&PlayedChain]) -> Expected {
    let mut expected = Expected {
        chain: Vec::new(),
        seed: Vec::new(),
        ending: Vec::new(),
        line: Vec::new(),
        mixer_link: Vec::new(),
    };
    for chain in chains {
        let offset = expected.seed.len() + 1;
        let number = |theft: usize| u32::try_from(offset + theft).expect("few thefts");
        let id = chain.spec.id;
        expected.chain.push(ExpectedChain {
            id,
            name: chain.spec.name.clone(),
            first_block: chain.first_block,
            head: chain.head,
            head_hash: chain.head_hash.clone(),
        });
        for (theft_idx, (theft, spec)) in chain.thefts.iter().zip(chain.seeds()).enumerate() {
            let (asset, asset_name) = asset_texts(chain, theft.asset);
            expected.seed.push(ExpectedSeed {
                seed: number(theft_idx),
                chain: id,
                spec,
                transaction: hash_hex(theft.transaction),
                position: theft.position.to_string(),
                asset,
                asset_name,
                amount: theft.amount.to_string(),
                from: checksum(theft.from),
                from_name: chain.name_of(theft.from).to_owned(),
                holder: checksum(theft.holder),
                holder_name: chain.name_of(theft.holder).to_owned(),
            });
        }
        for ((theft, asset, class, address), amount) in chain.truth.endings() {
            let (asset, asset_name) = asset_texts(chain, asset);
            expected.ending.push(ExpectedEnding {
                seed: number(theft),
                chain: id,
                asset,
                asset_name,
                kind: class.name().to_owned(),
                address: address.map(checksum).unwrap_or_default(),
                name: address.map(|at| chain.name_of(at).to_owned()).unwrap_or_default(),
                amount: amount.to_string(),
            });
        }
        for ((theft, asset), line) in chain.truth.lines() {
            let (asset, asset_name) = asset_texts(chain, asset);
            expected.line.push(ExpectedLine {
                seed: number(theft),
                chain: id,
                asset,
                asset_name,
                seeded: line.seeded.to_string(),
                converted_in: line.converted_in.to_string(),
                converted_out: line.converted_out.to_string(),
                endings: line
                    .endings
                    .iter()
                    .map(|(class, amount)| (class.name().to_owned(), amount.to_string()))
                    .collect(),
            });
        }
        expected.mixer_link.extend(chain.links.iter().map(|link| ExpectedLink {
            chain: id,
            mixer: checksum(link.mixer),
            deposit: hash_hex(link.deposit),
            depositor: checksum(link.depositor),
            withdrawal: hash_hex(link.withdrawal),
            recipient: checksum(link.recipient),
        }));
    }
    expected
}

fn asset_texts(chain: &PlayedChain, asset: Asset) -> (String, String) {
    asset.contract().map_or_else(
        || ("native".to_owned(), chain.spec.native.clone()),
        |contract| (checksum(contract), chain.name_of(contract).to_owned()),
    )
}

/// `labels.csv`: what the case's own list says of its invented addresses.
#[must_use]
pub fn labels(chains: &[&PlayedChain]) -> String {
    let mut rows = Vec::new();
    for chain in chains {
        let id = chain.spec.id.to_string();
        let wrapper = &chain.spec.wrapper;
        let address = checksum(chain.world.contract(&wrapper.symbol));
        let name = format!("{} ({})", wrapper.title, wrapper.symbol);
        rows.push(
            [&id, &address, &name, "wrapped-native", "", "", "certain", &wrapper.source, ""]
                .map(str::to_owned),
        );
        for label in &chain.spec.label {
            let address = checksum(chain.world.at(&label.of));
            let [name, category] = [&label.name, &label.category].map(String::as_str);
            let confidence = label.confidence.as_str();
            rows.push(
                [&id, &address, name, category, "", "", confidence, SOURCE, "yes"]
                    .map(str::to_owned),
            );
        }
    }
    let header = "chain,address,name,category,valid_from,valid_until,confidence,source,invented";
    table(header, rows)
}

/// `listings.csv`: the sanctions of the invented authority.
#[must_use]
pub fn listings(scenario: &Scenario) -> String {
    let header = "address,entity,authority,programme,listed_on,listed_on_is,delisted_on,delisted_on_is,source,invented";
    let rows = scenario.listing.iter().map(|listing| {
        let address = checksum(invented_address(&listing.of));
        let [entity, authority] = [&listing.entity, &listing.authority].map(String::as_str);
        let [programme, listed_on] = [&listing.programme, &listing.listed_on].map(String::as_str);
        [&address, entity, authority, programme, listed_on, "on", "", "", SOURCE, "yes"]
            .map(str::to_owned)
    });
    table(header, rows)
}

/// `tokens.csv`: the tokens of the case that are what they say, so not the counterfeit ones.
#[must_use]
pub fn tokens(chains: &[&PlayedChain]) -> String {
    let mut rows = Vec::new();
    for chain in chains {
        let id = chain.spec.id.to_string();
        let mut row = |contract: Address, symbol: &str, decimals: u8, source: &str| {
            rows.push(
                [&id, &checksum(contract), symbol, &decimals.to_string(), source]
                    .map(str::to_owned),
            );
        };
        let wrapper = &chain.spec.wrapper;
        row(chain.world.contract(&wrapper.symbol), &wrapper.symbol, 18, &wrapper.source);
        for token in chain.spec.token.iter().filter(|token| !token.is_counterfeit) {
            row(chain.world.contract(&token.name), &token.symbol, token.decimals, SOURCE);
        }
        for pool in &chain.spec.pool {
            let symbol = format!("{}-{}-LP", pool.tokens[0], pool.tokens[1]);
            row(chain.world.contract(&pool.name), &symbol, 18, SOURCE);
        }
    }
    table("chain,contract,symbol,decimals,source", rows)
}

fn table<const N: usize>(header: &str, rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header.split(',')).expect("writing to memory works");
    for row in rows {
        writer.write_record(row).expect("writing to memory works");
    }
    let bytes = writer.into_inner().expect("writing to memory works");
    String::from_utf8(bytes).expect("text was written")
}
