//! What a case's `scenario.toml` says: chains, actors, contracts, and the story, step by step.

use std::path::Path;

use fundtrail_model::Amount;
use serde::Deserialize;

use crate::place;

/// A case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What the case is called.
    pub title: String,
    /// Its chains, in the order of their ids.
    pub chain: Vec<Chain>,
    /// Sanctions of an invented authority.
    #[serde(default)]
    pub listing: Vec<DemoListing>,
}

/// What happens on one chain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// What the chain is called.
    pub name: String,
    /// Its id.
    pub id: u64,
    /// Ticker of its native coin.
    pub native: String,
    /// Where the contract that wraps the native coin stands, and what it is called.
    pub wrapper: WrapperSpec,
    /// Time of the first block.
    pub begins: String,
    /// Number of the block of the first step.
    pub first_step_block: u64,
    /// Number of blocks between the first block and the first step's.
    pub setup_blocks: u64,
    /// Gas price of every transaction, in billionths of the native coin.
    pub gas_price_gwei: u64,
    /// Actors with something to say of them; others are made by being named.
    #[serde(default)]
    pub account: Vec<AccountSpec>,
    /// Tokens, deployed before the story.
    #[serde(default)]
    pub token: Vec<TokenSpec>,
    /// Exchange pools, deployed before the story.
    #[serde(default)]
    pub pool: Vec<PoolSpec>,
    /// Mixer pools, in the genesis block.
    #[serde(default)]
    pub mixer: Vec<MixerSpec>,
    /// What the lists of the case say of names.
    #[serde(default)]
    pub label: Vec<LabelSpec>,
    /// Everyone else's business.
    pub noise: NoiseSpec,
    /// The story, in the order of time.
    pub step: Vec<Step>,
}

/// The contract that wraps the native coin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrapperSpec {
    /// Ticker; also how steps name it.
    pub symbol: String,
    /// Full name.
    pub title: String,
    /// Its well-known address.
    pub address: String,
    /// Who says that this is its address.
    pub source: String,
}

/// An actor.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSpec {
    /// How steps name it.
    pub name: String,
    /// Native coin in the first block, in whole coins.
    pub fund: String,
}

/// A token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSpec {
    /// How steps name it.
    pub name: String,
    /// What it calls itself.
    pub symbol: String,
    /// Full name.
    pub title: String,
    /// Decimals.
    pub decimals: u8,
    /// How much there is, in whole tokens; the deployer gets it.
    pub supply: String,
    /// Who deploys it.
    pub deployer: String,
    /// Whether it imitates another token: then no list knows it.
    #[serde(default)]
    pub is_counterfeit: bool,
    /// How much each trader gets, in whole tokens.
    #[serde(default)]
    pub per_trader: Option<String>,
    /// Who says so, if somebody does.
    #[serde(default)]
    pub source: Option<String>,
}

/// An exchange pool. Where `reserves` are given, they are exact when the story begins: first `deposit` is
/// paid in, then what is missing (in life: years of fees), and no stranger trades there until the story
/// has taken its liquidity away.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolSpec {
    /// How steps name its share token.
    pub name: String,
    /// The two tokens.
    pub tokens: [String; 2],
    /// Who provides the liquidity.
    pub provider: String,
    /// What the provider pays in, in whole tokens.
    pub deposit: [String; 2],
    /// What the pool holds when the story begins, in whole tokens.
    #[serde(default)]
    pub reserves: Option<[String; 2]>,
    /// What of its shares is staked, and where.
    #[serde(default)]
    pub staking: Option<StakingSpec>,
}

/// A staking pool: a proxy whose code its deployer can change.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StakingSpec {
    /// How steps name it.
    pub name: String,
    /// Who deploys it and can change its code.
    pub deployer: String,
    /// How many shares are staked, in whole shares.
    pub shares: String,
    /// By how many people.
    pub stakers: u32,
}

/// A mixer pool.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixerSpec {
    /// How steps name it.
    pub name: String,
    /// Its well-known address.
    pub address: String,
    /// What one deposit is, in whole coins.
    pub denomination: String,
    /// How many strangers' deposits are in it when the story begins.
    pub crowd: u32,
}

/// What the case's own label list says of a name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelSpec {
    /// Whose name in the scenario.
    pub of: String,
    /// What the list calls it.
    pub name: String,
    /// A category of the label lists.
    pub category: String,
    /// `claimed`, `probable` or `certain`.
    pub confidence: String,
}

/// A sanction of an invented authority.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoListing {
    /// Whose name in the scenario.
    pub of: String,
    /// Who is sanctioned.
    pub entity: String,
    /// Who lists it.
    pub authority: String,
    /// The sanctions programme.
    pub programme: String,
    /// Day of listing.
    pub listed_on: String,
}

/// Everyone else's business.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoiseSpec {
    /// How many ordinary users there are.
    pub users: u32,
    /// Native coin of each in the first block, in whole coins.
    pub user_fund: String,
    /// How many of them trade.
    pub traders: u32,
    /// How much they trade at a time, at most, in whole coins.
    pub trade: String,
    /// How many customers the exchange pays before the story.
    pub customers: u32,
    /// Blocks between two steps of the story.
    pub blocks_between: u32,
    /// Name of the exchange's hot wallet.
    pub hot_wallet: String,
}

/// One step of the story.
#[derive(Clone, Debug, Deserialize)]
pub struct Step {
    /// When, for example `2022-03-29T11:19:50Z`.
    pub at: String,
    /// What happens, in words.
    pub text: String,
    /// Who says so: `DOJ`, `VICTIM` or `PRESS`.
    #[serde(default)]
    pub source: Option<String>,
    /// Whether it, or a part of it, is made up.
    #[serde(default)]
    pub invented: bool,
    /// What is done.
    #[serde(flatten)]
    pub deed: Deed,
}

/// What is done. `by` is the sender; amounts are in whole coins or tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Deed {
    /// A payment of the native coin or a token.
    Pay {
        /// Who pays.
        by: String,
        /// Who receives.
        to: String,
        /// `native` or a token.
        asset: String,
        /// How much.
        amount: String,
        /// Whether this is the theft itself.
        #[serde(default)]
        is_theft: bool,
        /// Whether the receiver refuses it.
        #[serde(default)]
        fails: bool,
    },
    /// The administrator puts changed code behind a staking pool.
    Upgrade {
        /// The administrator.
        by: String,
        /// The staking pool.
        staking: String,
    },
    /// The changed staking pool pays out: a theft.
    PayOut {
        /// Who calls it.
        by: String,
        /// The staking pool.
        staking: String,
        /// Who receives.
        to: String,
        /// The share token.
        asset: String,
        /// How much.
        amount: String,
    },
    /// Allows a contract to move a token.
    Approve {
        /// Whose.
        by: String,
        /// The contract.
        spender: String,
        /// The token.
        asset: String,
    },
    /// Gives shares of a pool back for its two tokens.
    RemoveLiquidity {
        /// Whose.
        by: String,
        /// The pool.
        pool: String,
        /// How many shares.
        shares: String,
        /// Whether the wrapped coin is paid out unwrapped.
        is_unwrapped: bool,
    },
    /// Sells at a pool.
    Swap {
        /// Whose.
        by: String,
        /// The pool.
        pool: String,
        /// What is given: `native` or a token.
        give: String,
        /// How much of it.
        amount: String,
        /// What is got: `native` or a token.
        get: String,
        /// Whether the price asked for is too good, so that it fails.
        #[serde(default)]
        fails: bool,
    },
    /// Turns native coin into its token.
    Wrap {
        /// Whose.
        by: String,
        /// How much.
        amount: String,
    },
    /// Turns the token into native coin.
    Unwrap {
        /// Whose.
        by: String,
        /// How much.
        amount: String,
    },
    /// Pays several in one transaction, through a contract.
    Disperse {
        /// Who pays.
        by: String,
        /// Who receives how much.
        payments: Vec<(String, String)>,
        /// What is offered to a contract that refuses it, and comes back.
        #[serde(default)]
        refused: Option<String>,
    },
    /// Deposits into a mixer pool.
    Mix {
        /// Who pays.
        by: String,
        /// The mixer pool.
        mixer: String,
        /// How many times, 45 seconds apart.
        times: u32,
    },
    /// Withdraws from a mixer pool, through a relayer.
    Unmix {
        /// The mixer pool.
        mixer: String,
        /// Who deposited it: nothing on the chain says so.
        deposited_by: String,
        /// Who receives.
        to: String,
        /// What the relayer keeps.
        fee: String,
    },
    /// Locks a token in the bridge.
    Bridge {
        /// Whose.
        by: String,
        /// The token.
        asset: String,
        /// How much.
        amount: String,
        /// The id of the chain it goes to.
        to_chain: u64,
        /// Who is to receive it there.
        recipient: String,
    },
    /// Pays a contract that gives nothing back.
    Deposit {
        /// Who pays.
        by: String,
        /// How much native coin.
        amount: String,
    },
    /// Moves nothing of a token in the victim's name to addresses that look like others.
    Poison {
        /// Who does it.
        by: String,
        /// In whose history.
        victim: String,
        /// The token.
        asset: String,
        /// Whose addresses are imitated.
        imitates: Vec<String>,
    },
    /// A counterfeit token tells of a movement that never happened.
    Spoof {
        /// Who does it.
        by: String,
        /// The counterfeit token.
        asset: String,
        /// The alleged payer.
        from: String,
        /// The alleged receiver.
        to: String,
        /// The alleged amount.
        amount: String,
    },
}

impl Scenario {
    /// Reads a case's `scenario.toml`.
    ///
    /// # Panics
    ///
    /// If it is missing or wrong, with the place.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let path = folder.join("scenario.toml");
        toml::from_str(&place::read(&path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

/// Seconds since 1970 of a time like `2022-03-29T11:19:50Z`.
///
/// # Panics
///
/// If the text is not that.
#[must_use]
pub fn seconds(text: &str) -> u64 {
    let time: jiff::Timestamp =
        text.parse().unwrap_or_else(|error| panic!("`{text}` is not a time: {error}"));
    u64::try_from(time.as_second()).expect("a time after 1970")
}

/// An amount of whole coins or tokens.
///
/// # Panics
///
/// If the text is not that.
#[must_use]
pub fn amount(text: &str, decimals: u8) -> Amount {
    Amount::from_decimal(text, decimals).unwrap_or_else(|error| panic!("{error}"))
}
